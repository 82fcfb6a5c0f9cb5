"""What would come of dialling a number, told without doing it: for administrators who try a call. The
decisions are those of real calls; what depends on calls that go on is left open."""

from collections.abc import Callable
from dataclasses import replace

from pbx.calls import codes
from pbx.calls.numbers import ToFeature, ToFlow, ToMailbox, ToOutside, ToRoom, ToSlot, destination
from pbx.calls.pickup import may_pick_up
from pbx.calls.stages.routing import MAX_HOPS
from pbx.calls.states import StateError, States, check
from pbx.control.readings import Reading, WayOut
from pbx.directory import Tenant
from pbx.outside import identity, numbering, plans, routing


def read(tenant: Tenant, number: str, extension: str | None, states: States) -> Reading:
    """`extension` is who dials; None leaves open what depends on that, and shows the organisation outside."""
    return _Reader(tenant, extension, states).read(number)


class _Reader:
    """Reads for one caller; `chosen` is a caller ID for this call only."""

    def __init__(self, tenant: Tenant, extension: str | None, states: States) -> None:
        self._tenant = tenant
        self._extension = extension
        self._states = states
        self._chosen: str | None = None
        self._hops = 0

    def read(self, number: str) -> Reading:
        self._hops += 1
        match destination(self._tenant, number, self._states):
            case ToFeature(name, argument):
                return self._feature(name, argument)
            case ToOutside(outside):
                return self._outside(outside)
            case ToFlow(_, str(extension)):
                found = Reading(kind="extension", number=extension)
            case ToFlow(flow):
                found = Reading(kind="flow", number=number, id=flow)
            case ToRoom(room):
                found = Reading(kind="room", number=number, id=room.id)
            case ToSlot(slot):
                found = Reading(kind="slot", number=slot)
            case ToMailbox(box):
                found = Reading(kind="mailbox", number=number, id=box.id)
        return found

    # --- Star codes ---

    def _feature(self, name: str, argument: str) -> Reading:
        plain = Reading(kind="feature", feature=name, number=argument)
        special = _FEATURES.get(name)
        return special(self, plain) if special is not None else plain

    def _go_on(self, plain: Reading) -> Reading:
        if self._hops >= MAX_HOPS:
            return replace(plain, objection="too_deep")
        return replace(plain, then=self.read(plain.number))

    def _voicemail(self, plain: Reading) -> Reading:
        box = codes.own_mailbox(self._tenant, self._extension)
        return replace(plain, id=box.id if box is not None else None)

    def _voicemail_of(self, plain: Reading) -> Reading:
        if not plain.number or plain.number == self._extension:
            return plain
        box = codes.mailbox_of(self._tenant, plain.number)
        return replace(plain, objection="unknown") if box is None else replace(plain, id=box.id)

    def _pickup(self, plain: Reading) -> Reading:
        if self._tenant.extension(plain.number) is None:
            return replace(plain, objection="unknown")
        if self._extension and not may_pick_up(self._tenant, self._extension, plain.number):
            return replace(plain, objection="may_not_pick_up")
        return plain

    def _park(self, plain: Reading) -> Reading:
        slot, park = plain.number, self._tenant.snapshot.park
        wrong = slot and not (slot.isdigit() and park.first <= int(slot) <= park.last)
        return replace(plain, objection="no_slot") if wrong else plain

    def _forward(self, plain: Reading) -> Reading:
        if self._extension and plain.feature:
            try:
                check(self._tenant, self._extension, {plain.feature: plain.number or "voicemail"}, 0.0)
            except StateError:
                return replace(plain, objection="cannot_be_set")
        return plain

    def _status(self, plain: Reading) -> Reading:
        status = (
            codes.status_with(self._tenant, plain.number) if plain.number else self._tenant.default_status
        )
        if status is None:
            return replace(plain, objection="unknown") if plain.number else plain
        return replace(plain, id=status.id)

    def _caller_id(self, plain: Reading) -> Reading:
        hidden = plain.feature == "hide_caller_id"
        wanted = codes.caller_id_to(self._tenant, self._extension, hidden=hidden)
        if wanted is None and self._extension:
            return replace(plain, objection="may_not_hide" if hidden else "nothing_to_show")
        if not plain.number:
            return plain
        self._chosen = wanted
        return self._go_on(plain)

    def _record(self, plain: Reading) -> Reading:
        if not plain.number:
            return replace(plain, objection="no_number_after_it")
        if self._extension and not codes.may_record(self._tenant, self._extension):
            return replace(plain, objection="may_not_record")
        return self._go_on(plain)

    def _intercom(self, plain: Reading) -> Reading:
        tenant, number = self._tenant, plain.number
        if tenant.extension(number) is None:
            return replace(plain, objection="unknown")
        if tenant.blocks(number, self._extension or ""):
            return replace(plain, objection="caller_blocked")
        if self._states.of(tenant.id, number).do_not_disturb:
            return replace(plain, objection="do_not_disturb")
        return plain

    # --- Outside ---

    def _outside(self, dialled: str) -> Reading:
        tenant, extension = self._tenant, self._extension
        if plans.is_emergency(tenant, dialled):
            plain = Reading(kind="emergency", number=dialled)
            ways = routing.emergency(tenant.snapshot, down=_never)
            number = numbering.Outer(dialled, dialled, short=True)
            return self._over(plain, number, ways, identity.emergency(tenant, extension))
        found = numbering.read(dialled, tenant.snapshot.country)
        if isinstance(found, numbering.NoNumber):
            return Reading(kind="outside", number=dialled, objection="no_number", detail=found.reason)
        plain = Reading(kind="outside", number=found.dialled if found.short else found.e164)
        if not plans.may_call_out(tenant, extension):
            return replace(plain, objection="may_not_call_out")
        prefix = plans.blocked(tenant.snapshot, found.e164)
        if prefix is not None:
            return replace(plain, objection="blocked", detail=prefix)
        if not routing.routes_of(tenant.snapshot, found.e164):
            return replace(plain, objection="no_route")
        ways = routing.normal(tenant.snapshot, found.e164, down=_never, full=_never)
        state = self._states.of(tenant.id, extension) if extension else None
        return self._over(plain, found, ways, identity.choose(tenant, extension, state, self._chosen))

    def _over(
        self, plain: Reading, number: numbering.Outer, ways: routing.Ways, who: identity.Identity
    ) -> Reading:
        tenant = self._tenant
        if not ways.trunks:
            return replace(plain, objection="no_trunk")
        plan = plans.planned(tenant, number, ways, who)
        emergency = plain.kind == "emergency"
        routes = [] if emergency else routing.routes_of(tenant.snapshot, number.e164)
        return replace(
            plain,
            ways=[
                WayOut(
                    trunk=line.trunk,
                    route=next((route.id for route in routes if line.trunk in route.trunks), None),
                    dialled=line.number,
                    shown=line.shown,
                )
                for line in plan.lines
            ],
            seconds=plan.seconds,
            shown=plan.shown,
            name=plan.name,
            anonymous=who.anonymous,
        )


def _never(trunk: str) -> bool:
    """Every trunk works and has room: how it is at the moment of a call nobody knows before."""
    return False


_FEATURES: dict[str, Callable[[_Reader, Reading], Reading]] = {
    "voicemail": _Reader._voicemail,
    "voicemail_of": _Reader._voicemail_of,
    "pickup": _Reader._pickup,
    "park": _Reader._park,
    "forward_all": _Reader._forward,
    "forward_busy": _Reader._forward,
    "forward_no_answer": _Reader._forward,
    "status": _Reader._status,
    "hide_caller_id": _Reader._caller_id,
    "show_caller_id": _Reader._caller_id,
    "record": _Reader._record,
    "intercom": _Reader._intercom,
}
