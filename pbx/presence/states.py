"""The states that lamps show, and how they follow from what is known of calls and people."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pbx.control.configuration import StatusConfig
from pbx.control.fields import Language
from pbx.control.messages import CallRecord, ExtensionState, LegRecord
from pbx.texts import DO_NOT_DISTURB, FORWARDED, VOICEMAIL

MAX_DIALOGS = 8  # more in one document than any phone shows

Activity = Literal["on-the-phone", "busy", "away"]

_TALKING = frozenset({"answered", "held"})


@dataclass(frozen=True, slots=True)
class Dialog:
    """One dialog of an extension (RFC 4235): with whom, and the leg to take over while it rings."""

    id: str
    state: Literal["early", "confirmed"]
    direction: Literal["initiator", "recipient"]
    number: str = ""
    name: str = ""
    held: bool = False
    ringing: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Presence of an extension (RFC 3863, RFC 4480): whether a phone of it is registered, what its user does,
    and a text for people."""

    open: bool
    activities: tuple[Activity, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Messages:
    """How many messages wait unheard, and how many are kept."""

    new: int = 0
    old: int = 0


Dialogs = tuple[Dialog, ...]
State = Dialogs | Person | Messages


def dialogs_of(extension: str, calls: Iterable[CallRecord]) -> Dialogs:
    """The dialogs of an extension, one for each call and side, those that ring first."""
    found = []
    for call in calls:
        for role in ("caller", "callee"):
            legs = [leg for leg in call.legs if leg.extension == extension and leg.role == role]
            best = _furthest(legs)
            if best is not None:
                found.append(_dialog(call, best))
    found.sort(key=lambda dialog: (dialog.state != "early", dialog.id))
    return tuple(found[:MAX_DIALOGS])


def slot_of(slot: str, calls: Iterable[CallRecord]) -> Dialogs:
    """What waits in a parking slot."""
    for call in calls:
        if call.parked == slot:
            waiting = _furthest([leg for leg in call.legs if leg.state in _TALKING])
            who = (waiting.number, waiting.name) if waiting else (call.caller_number, call.caller_name)
            return (Dialog(call.id, "confirmed", "recipient", *who, held=True),)
    return ()


def switched(feature: str, on: bool) -> Dialogs:
    """A feature as a dialog, for keys that only know lamps."""
    return (Dialog(feature, "confirmed", "recipient"),) if on else ()


def person(
    *,
    registered: bool,
    talking: bool,
    status: StatusConfig | None,
    state: ExtensionState | None,
    language: Language,
) -> Person:
    """Presence out of status, do-not-disturb, forwards and calls."""
    activities: list[Activity] = ["on-the-phone"] if talking else []
    notes: list[str] = []
    silent = state is not None and state.do_not_disturb
    if silent:
        notes.append(DO_NOT_DISTURB.to(language))
    if status is not None and not status.default:
        notes.append(status.name)
    if silent or (status is not None and (status.presence == "busy" or not status.rings)):
        activities.append("busy")
    elif status is not None and status.presence == "away":
        activities.append("away")
    if state is not None and state.note:
        notes.append(state.note)
    if state is not None and state.forward_all:
        to = VOICEMAIL.to(language) if state.forward_all == "voicemail" else state.forward_all
        notes.append(FORWARDED.to(language, target=to))
    is_open = registered and (status is None or status.presence != "offline")
    return Person(is_open, tuple(activities), " - ".join(notes))


def _furthest(legs: list[LegRecord]) -> LegRecord | None:
    """The leg that says most of a call: one that talks before one that rings. A callee that has not rung yet
    says nothing."""
    talking = next((leg for leg in legs if leg.state in _TALKING), None)
    if talking is not None:
        return talking
    shown = ("ringing", "early") if legs and legs[0].role == "callee" else ("offered", "ringing", "early")
    return next((leg for leg in legs if leg.state in shown), None)


def _dialog(call: CallRecord, leg: LegRecord) -> Dialog:
    number, name = _other(call, leg)
    if leg.state in _TALKING and (leg.role == "callee" or call.answered_at is not None):
        state: Literal["early", "confirmed"] = "confirmed"
    else:
        state = "early"
    recipient = leg.role == "callee"
    return Dialog(
        f"{call.id}-{leg.role}",
        state,
        "recipient" if recipient else "initiator",
        number,
        name,
        held=leg.state == "held",
        ringing=leg.id if recipient and state == "early" else None,
    )


def _other(call: CallRecord, leg: LegRecord) -> tuple[str, str]:
    """Number and name of the other side."""
    if leg.role == "callee":
        return call.caller_number, call.caller_name
    partner = next((each for each in call.legs if each.role == "callee" and each.state in _TALKING), None)
    return (partner.number, partner.name) if partner else (call.dialled, "")
