"""Ringing phones of the organisation, as a ring node asks: all at once or one after the other."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from dialplan import actions
from pbx.calls.leg import Leg
from pbx.calls.outcomes import FailedOutcome, strongest
from pbx.calls.ringing import Ringing, reachable
from pbx.calls.stages.base import Stage
from pbx.calls.states import status_of
from pbx.control.messages import LegRole
from pbx.ports import Binding, LegEnded, LegProgress

if TYPE_CHECKING:
    from pbx.calls.call import Call

Finish = Callable[[str, str], None]
_LOST = (408, 503)


class Ring(Stage):
    """Rings until somebody answers (the leg goes to `connect`) or nobody will (`finish` gets the outcome and
    a detail for the record). A phone that answers 3xx is handed to `redirect`."""

    def __init__(
        self,
        call: "Call",
        rounds: list[list[str]],
        seconds: float,
        target: str,
        *,
        finish: Finish,
        connect: Callable[[Leg], None],
        redirect: Callable[[Leg, str], None],
        shown: dict[str, object] | None = None,
        role: LegRole = "callee",
    ) -> None:
        """`rounds` are device ids, each round rung for `seconds`; `target` is the number that is called."""
        super().__init__(call)
        self._rounds = rounds
        self._seconds = seconds
        self._target = target
        self._finish, self._connect, self._redirect = finish, connect, redirect
        self._shown = shown or {}
        self._role: LegRole = role
        self._ringing = Ringing()
        self._devices: list[str] = []
        self._rung: set[tuple[str, str, str]] = set()
        self._outcomes: list[FailedOutcome] = []

    def begin(self) -> None:
        self._next_round()

    def end(self) -> None:
        self.call.stop_timer("ring")
        self.call.do(*self._ringing.stop(answered=False, reason="it rings elsewhere now"))

    def _next_round(self) -> None:
        call = self.call
        while self._rounds:
            devices = self._rounds.pop(0)
            bindings, full = reachable(call.tenant, devices, call.world, call.device, call.now)
            self._ringing = Ringing()
            self._devices, self._rung = devices, set()
            for binding in bindings:
                self._offer(binding)
            if bindings:
                if full:
                    self._ringing.outcomes.append("busy")
                call.start_timer("ring", self._seconds)
                return
            self._outcomes.append("busy" if full else "not_registered")
        self._finish(strongest(self._outcomes), "")

    def _offer(self, binding: Binding) -> None:
        call = self.call
        config = call.tenant.device(binding.device)
        number = config.extension if config else self._target
        extension = call.tenant.extension(number)
        name = extension.name if extension else ""
        shown = {"called": self._target} | self._shown
        self._rung.add(binding.key)
        self._ringing.add(call.offer(binding, self._role, number, name, shown))

    def joined(self, binding: Binding) -> None:
        """A phone of this round registers while it lasts (a page has loaded again): it rings too."""
        call = self.call
        if binding.device not in self._devices or binding.key in self._rung:
            return
        found, _ = reachable(call.tenant, [binding.device], call.world, call.device, call.now)
        if binding in found:
            self._offer(binding)

    def _round_over(self, outcome: FailedOutcome) -> None:
        self.call.stop_timer("ring")
        self.call.talk.drop_early()
        self.call.do(*self._ringing.stop(answered=False, reason="another phone ended the call"))
        self._outcomes.append(outcome)
        self._next_round()

    def progress(self, leg: Leg, event: LegProgress) -> None:
        if leg.id not in self._ringing.legs:
            return
        alone = event.media and len(self._ringing.legs) == 1
        if alone:
            self.call.talk.hear_early(leg)
        else:
            self.call.talk.alert()

    def answered(self, leg: Leg) -> None:
        if leg.id not in self._ringing.legs:
            self.call.dismiss(leg)
            return
        del self._ringing.legs[leg.id]
        self._taken("answered on another phone")
        self._connect(leg)

    def _taken(self, reason: str) -> None:
        self.call.stop_timer("ring")
        self.call.do(*self._ringing.stop(answered=True, reason=reason))

    def take(self, leg: Leg) -> bool:
        """Somebody picks the call up from another phone."""
        if not self._ringing.legs:
            return False
        self._taken(f"picked up by {leg.number}")
        self._connect(leg)
        return True

    def replaceable(self, old: Leg) -> bool:
        return True

    def substitute(self, old: Leg, new: Leg) -> None:
        self.call.talk.alert()

    def gone(self, leg: Leg, event: LegEnded) -> None:
        if leg.id not in self._ringing.legs:
            return
        if event.redirect is not None:
            self._ringing.legs.pop(leg.id)
            self.call.stop_timer("ring")
            self.call.do(
                *self._ringing.stop(answered=False, reason=f"forwarded to {event.redirect} by a phone")
            )
            self._redirect(leg, event.redirect)
            return
        if self._reloads(leg, event):
            self._ringing.legs.pop(leg.id)
            return
        outcome, commands = self._ringing.fail(leg, event.code)
        self.call.do(*commands)
        if outcome is not None:
            self._round_over(outcome)

    def _reloads(self, leg: Leg, event: LegEnded) -> bool:
        """Whether a browser's connection was lost: its page may load again and register within the round."""
        config = self.call.tenant.device(leg.device) if leg.device else None
        return config is not None and config.srtp == "dtls" and event.code in _LOST

    def timer(self, name: str) -> None:
        if name == "ring":
            self._round_over(self._ringing.expire())

    @property
    def extensions(self) -> set[str]:
        """Whose phones ring now."""
        return {leg.extension for leg in self._ringing.legs.values() if leg.extension}


def rounds_of(call: "Call", ring: actions.Ring, own: str | None, place: str) -> tuple[list[list[str]], bool]:
    """The devices of a ring node, in rounds by its order, and whether somebody was left out who does not want
    calls. `own` is who "self" is, `place` names the node (for round robin)."""
    groups: list[tuple[str, list[str]]] = []
    silent = False
    for target in ring.targets:
        for name, devices in _devices(call, target, own):
            if _wants_no_calls(call, name, own):
                silent = True
            else:
                groups.append((name, devices))
    names = list(dict.fromkeys(name for name, _ in groups))
    by_name: dict[str, list[str]] = {name: [] for name in names}
    for name, devices in groups:
        by_name[name] += [device for device in devices if device not in by_name[name]]
    turns, tenant = call.world.turns, call.tenant.id
    if ring.order == "all":
        return [[device for name in names for device in by_name[name]]], silent
    if ring.order == "round_robin":
        names = turns.rotate(tenant, place, names)
    elif ring.order == "longest_idle":
        names = turns.longest_idle(tenant, names)
    return [by_name[name] for name in names], silent


def _devices(call: "Call", target: actions.Target, own: str | None) -> list[tuple[str, list[str]]]:
    """A target's extensions with their devices; a single device stands under its own extension."""
    tenant = call.tenant
    match target.kind:
        case "device":
            device = tenant.device(target.id)
            return [(device.extension, [device.id])] if device else []
        case "group":
            group = tenant.group(target.id)
            numbers = group.extensions if group else []
        case _:
            numbers = [own] if target.id == "self" and own else [target.id]
    return [(number, [device.id for device in tenant.devices_of(number)]) for number in numbers]


def _wants_no_calls(call: "Call", extension: str, own: str | None) -> bool:
    """Do not disturb, or a status in which phones stay silent. Who is called directly has a flow for that."""
    if extension == own:
        return False
    state = call.world.states.of(call.tenant.id, extension)
    status = status_of(call.tenant, state)
    return state.do_not_disturb or (status is not None and not status.rings)
