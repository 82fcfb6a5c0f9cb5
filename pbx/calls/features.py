"""Star codes (T19): what people switch and reach by dialling. The table is STAR_CODES of the
configuration."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pbx.calls import codes, pickup
from pbx.calls.errors import CommandError
from pbx.calls.outcomes import FAILURES
from pbx.calls.stages.intercom import intercom
from pbx.calls.stages.offering import OfferSlot
from pbx.calls.stages.telling import Telling
from pbx.calls.states import StateError
from pbx.control.commands import SetState

if TYPE_CHECKING:
    from pbx.calls.call import Call
    from pbx.calls.stages.routing import Routing

Use = Callable[["Call", "Routing", str], None]


def use(call: "Call", routing: "Routing", name: str, argument: str) -> None:
    """Do what the code stands for, with the digits after it. Only phones of the organisation may."""
    if call.actor is None or call.ledger.direction == "inbound":
        call.fail_as("unknown_number")
        return
    call.note(f"star code {name}", argument or "used")
    FEATURES[name](call, routing, argument)


def _set(call: "Call", prompt: str, **changes: object) -> None:
    """Change the state of whoever dialled, and say so."""
    assert call.actor is not None
    try:
        wish = SetState(**changes)  # type: ignore[arg-type]
        call.world.states.set(call.tenant, call.actor, wish, call.now)
    except StateError as error:
        call.note("setting", str(error))
        call.fail(FAILURES["code_refused"])
    else:
        call.enter(Telling(call, prompt))


def _forward(member: str) -> Use:
    """Switch a forward on; without a number after the code, to the mailbox."""
    return lambda call, routing, number: _set(call, "forward_on", **{member: number or "voicemail"})


def _forward_off(member: str) -> Use:
    return lambda call, routing, number: _set(call, "forward_off", **{member: None})


def _status(call: "Call", routing: "Routing", code: str) -> None:
    """Choose the status with this code; the default one without."""
    wanted = codes.status_with(call.tenant, code)
    if code and wanted is None:
        call.fail(FAILURES["status_unknown"])
    else:
        _set(call, "status_set", status=wanted.id if wanted else None)


def _caller_id(*, hidden: bool) -> Use:
    """Hide or show the caller ID: for one call when a number follows, else from now on."""

    def use(call: "Call", routing: "Routing", number: str) -> None:
        wanted = codes.caller_id_to(call.tenant, call.actor, hidden=hidden)
        if wanted is None:
            call.fail(FAILURES["code_refused"])
        elif number:
            call.wanted_caller_id = wanted
            routing.lead_on(number)
        else:
            _set(call, "caller_id_hidden" if hidden else "caller_id_shown", caller_id=wanted)

    return use


def _record(call: "Call", routing: "Routing", number: str) -> None:
    """Record the call that is dialled after the code."""
    if not number or not call.recorder.choose():
        call.fail(FAILURES["code_refused"])
    else:
        routing.lead_on(number)


def _voicemail(call: "Call", routing: "Routing", _argument: str) -> None:
    call.world.voicemail.listen(call, codes.own_mailbox(call.tenant, call.actor))


def _voicemail_of(call: "Call", routing: "Routing", number: str) -> None:
    """Leave a message without ringing, in the mailbox of an extension or of a group. Without a number, or
    with the own one, ask which mailbox to hear."""
    if not number or number == call.actor:
        call.world.voicemail.listen(call, None)
        return
    box = codes.mailbox_of(call.tenant, number)
    if box is None:
        call.fail_as("unknown_number")
    else:
        call.world.voicemail.leave(
            call,
            routing,
            box,
            greeting=None,
            extension=number if call.tenant.extension(number) is not None else None,
            finish=lambda outcome, detail: call.close("core", "voicemail", 200, "the mailbox answered"),
        )


def _park(call: "Call", routing: "Routing", slot: str) -> None:
    """After "transfer": the other side goes into a slot. Dialled by itself it offers a slot, says its number
    and waits for the transfer."""
    try:
        if not routing.park(slot or None):
            call.enter(OfferSlot(call, slot or None))
    except CommandError as error:
        call.note("park", str(error))
        call.fail(FAILURES["park_full"])


FEATURES: dict[str, Use] = {
    "voicemail": _voicemail,
    "voicemail_of": _voicemail_of,
    "pickup_group": lambda call, routing, argument: pickup.pick_up(call, None),
    "pickup": lambda call, routing, argument: pickup.pick_up(call, argument),
    "park": _park,
    "forward_all": _forward("forward_all"),
    "forward_all_off": _forward_off("forward_all"),
    "forward_busy": _forward("forward_busy"),
    "forward_busy_off": _forward_off("forward_busy"),
    "forward_no_answer": _forward("forward_no_answer"),
    "forward_no_answer_off": _forward_off("forward_no_answer"),
    "do_not_disturb": lambda call, routing, argument: _set(call, "dnd_on", do_not_disturb=True),
    "do_not_disturb_off": lambda call, routing, argument: _set(call, "dnd_off", do_not_disturb=False),
    "status": _status,
    "hide_caller_id": _caller_id(hidden=True),
    "show_caller_id": _caller_id(hidden=False),
    "record": _record,
    "intercom": intercom,
}
