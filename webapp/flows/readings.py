"""What the core reads in a number that no flow answers, told step by step: star codes, parking slots, rooms,
mailboxes, numbers outside."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pbx.control.client import ControlError
from pbx.control.configuration import STAR_CODES
from pbx.control.readings import Reading
from webapp.flows import sentences
from webapp.lines.models import Outside, Route, Trunk
from webapp.link import core
from webapp.organisations.models import Organisation
from webapp.rooms.models import Room
from webapp.statuses.models import Status
from webapp.voicemail.models import Mailbox

LIMITS = ("calls", "calls_per_user", "minutes_per_day", "minutes_per_day_per_user")


@dataclass
class Told:
    """`steps` are (what, sentence). The call goes on with the number `onward` when a code leads to one that
    flows answer."""

    steps: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    onward: str | None = None


def ask(organisation: Organisation, number: str, extension: str | None) -> Reading:
    """What the number means by what the core has now. Raises ValidationError, ControlUnreachable."""
    tenant = str(organisation.pk)
    try:
        return core.ask(lambda client: client.reading(tenant, number, extension))
    except ControlError as error:
        if error.status == 400:
            raise ValidationError({"number": _("This is too long to be dialled.")}) from error
        text = _("The telephone core does not have this configuration yet; try again shortly.")
        raise ValidationError({"number": text}) from error


def tell(organisation: Organisation, reading: Reading, extension: str | None) -> Told:
    """The reading in sentences, for a call of `extension` (None: of any)."""
    told = Told()
    _Teller(organisation, extension, told).tell(reading)
    if extension is None and reading.kind in ("feature", "outside", "emergency"):
        told.remarks.append(str(sentences.WHO_CALLS))
    return told


class _Teller:
    def __init__(self, organisation: Organisation, extension: str | None, told: Told) -> None:
        self._organisation = organisation
        self._extension = extension
        self._told = told

    def tell(self, reading: Reading) -> None:
        match reading.kind:
            case "feature":
                self._feature(reading)
            case "outside" | "emergency":
                self._outside(reading)
            case "extension" | "flow":
                self._told.onward = reading.number
            case "room":
                room = Room.objects.filter(organisation=self._organisation, pk=reading.id).first()
                words = sentences.ROOM_WITH_PIN if room and room.pin_hash else sentences.ROOM
                what = _("conference room %(number)s") % {"number": reading.number}
                self._say(what, words, name=room.name if room else reading.number)
            case "slot":
                self._say(_("parking slot %(number)s") % {"number": reading.number}, sentences.SLOT)
            case "mailbox":
                what = _("mailbox %(number)s") % {"number": reading.number}
                self._say(what, sentences.MAILBOX, name=self._name(Mailbox, reading.id))

    def _say(self, what: str, words: Any, **facts: object) -> None:
        self._told.steps.append((what, str(words) % facts))

    def _name(self, model: Any, key: str | None) -> str:
        found = model.objects.filter(organisation=self._organisation, pk=key).first() if key else None
        return str(found or key or "")

    # --- Star codes ---

    def _feature(self, reading: Reading) -> None:
        name = reading.feature or ""
        code = self._organisation.star_codes.get(name, STAR_CODES.get(name, ""))
        facts = {
            "number": reading.number,
            "extension": self._extension,
            "target": reading.number or _("voicemail"),
            "name": self._name(Status if name == "status" else Mailbox, reading.id),
        }
        self._say(_("star code %(code)s") % {"code": code}, self._sentence(reading), **facts)
        if reading.then is not None:
            self.tell(reading.then)

    def _sentence(self, reading: Reading) -> Any:
        name, number = reading.feature or "", reading.number
        if reading.objection is not None:
            key = "unknown_status" if name == "status" else reading.objection
            return sentences.OBJECTIONS[key]
        nothing_named = reading.id is None
        special = {
            "voicemail": sentences.MENU_WITHOUT_OWN if nothing_named and self._extension else None,
            "voicemail_of": sentences.MENU_OF_OTHERS if nothing_named else None,
            "park": sentences.PARK_AT if number else None,
            "status": sentences.NO_STATUS if nothing_named else None,
            "hide_caller_id": sentences.HIDE_ONCE if number else None,
            "show_caller_id": sentences.SHOW_ONCE if number else None,
        }
        return special.get(name) or sentences.FEATURES[name]

    # --- Outside ---

    def _outside(self, reading: Reading) -> None:
        emergency = reading.kind == "emergency"
        what = _("emergency number %(number)s") if emergency else _("number outside %(number)s")
        what %= {"number": reading.number}
        if reading.objection is not None:
            self._say(
                what if reading.objection != "no_number" else _("unknown number"),
                sentences.OBJECTIONS[reading.objection],
                number=reading.number,
                extension=self._extension,
                detail=reading.detail,
                why=sentences.WHY_NO_NUMBER.get(reading.detail, reading.detail),
            )
            return
        self._say(what, sentences.EMERGENCY if emergency else sentences.OUTSIDE)
        for place, way in enumerate(reading.ways, 1):
            self._say(
                _("trunk %(place)s") % {"place": place},
                sentences.EMERGENCY_WAY if way.route is None else sentences.WAY,
                route=self._name(Route, way.route),
                trunk=self._name(Trunk, way.trunk),
                dialled=way.dialled,
                shown=way.shown or sentences.NO_NUMBER_TOLD,
            )
        self._shown(reading)
        if len(reading.ways) > 1:
            self._told.remarks.append(str(sentences.NEXT) % {"seconds": f"{reading.seconds:g}"})
        if not emergency and self._limited():
            self._told.remarks.append(str(sentences.LIMITED))

    def _shown(self, reading: Reading) -> None:
        if reading.anonymous:
            self._say(_("caller ID"), sentences.HIDDEN)
        elif reading.shown:
            words = sentences.SHOWN_OVER_FIRST if len(reading.ways) > 1 else sentences.SHOWN
            self._say(_("caller ID"), words, shown=reading.shown)
        else:
            self._say(_("caller ID"), sentences.NOTHING_SHOWN)

    def _limited(self) -> bool:
        outside = Outside.objects.filter(organisation=self._organisation).first()
        return outside is not None and any(getattr(outside, name) is not None for name in LIMITS)
