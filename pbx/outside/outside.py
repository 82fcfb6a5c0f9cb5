"""Calls to and from the public network: what the call logic asks, and what it tells about them."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pbx.control.configuration import NumberConfig, Snapshot
from pbx.control.fields import Language
from pbx.control.messages import Event, ExtensionState, Notice, TrunkState
from pbx.directory import Tenant
from pbx.outside import identity, numbering, routing
from pbx.outside.claims import Claims
from pbx.outside.limits import Limits, Talk
from pbx.outside.lines import Going, Lines
from pbx.outside.plans import Plan, is_emergency, may_call_out, planned
from pbx.ports import Emit, HeldNumbers, OutsideStore, TrunkChanged, UsageDay
from pbx.texts import EMERGENCY_CALL, EMERGENCY_CALL_OF_NOBODY, NUMBER_TAKEN, TRUNK_DOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a call does not go out: the prompt to play, the SIP code, a text for the record, and what
    administrators should read (kind "fraud.limit"), if anything."""

    prompt: str
    code: int
    text: str
    notice: str | None = None


class Outside:
    """All outside lines of this node. Runs on the loop; commands that it gives are for the caller to carry
    out."""

    def __init__(
        self,
        store: OutsideStore,
        usage: Iterable[UsageDay] = (),
        held: Iterable[HeldNumbers] = (),
    ) -> None:
        self._lines = Lines()
        self._limits = Limits(self._talks, store, usage)
        self.claims = Claims(store.save_numbers, held)
        self._refused_numbers: dict[str, frozenset[str]] = {}
        self._languages: dict[str, Language] = {}

    # --- Calls out ---

    def plan(
        self,
        tenant: Tenant,
        extension: str | None,
        dialled: str,
        now: float,
        *,
        state: ExtensionState | None = None,
        chosen: str | None = None,
    ) -> Plan | Refusal:
        """Where a number leads outside. `extension` is whose rights, limits and caller ID count (None: the
        organisation's own, a forward in a flow), `state` what its user set; `chosen` a caller ID for this
        call only."""
        if self.emergency(tenant, dialled):
            return self._emergency(tenant, extension, dialled)
        outer = numbering.read(dialled, tenant.snapshot.country)
        if isinstance(outer, numbering.NoNumber):
            return Refusal(prompt="unknown_number", code=404, text=f"{dialled}: {outer.reason}")
        ways = self._ways(tenant, extension, outer, now)
        if isinstance(ways, Refusal):
            return ways
        return planned(tenant, outer, ways, identity.choose(tenant, extension, state, chosen))

    def emergency(self, tenant: Tenant, dialled: str) -> bool:
        """Whether this is an emergency number of the organisation or of its country."""
        return is_emergency(tenant, dialled)

    def may_hide(self, tenant: Tenant, extension: str) -> str | None:
        """The caller ID to choose for a call that hides its number, None when the extension may not."""
        return identity.hidden(tenant, extension)

    def begun(
        self,
        call: str,
        tenant: Tenant,
        trunk: str,
        now: float,
        *,
        extension: str | None = None,
        plan: Plan | None = None,
    ) -> tuple[Emit, ...]:
        """A call is tried on a trunk, or came in over it (`plan` None). `call` is any id of its own; telling
        it again with another trunk moves it there."""
        going = Going(
            id=call,
            tenant=tenant.id,
            trunk=trunk,
            extension=extension,
            outbound=plan is not None,
            emergency=plan is not None and plan.emergency,
            began_at=now,
        )
        before = self._lines.begin(going)
        told: list[Emit] = []
        if before is not None and before.trunk != trunk:
            told += self._tell_trunk(before, now)
        told += self._tell_trunk(going, now)
        if plan is None or before is not None:
            return tuple(told)
        if plan.emergency:
            words = EMERGENCY_CALL if extension else EMERGENCY_CALL_OF_NOBODY
            language = tenant.snapshot.language
            text = words.to(language, extension=extension, number=plan.number)
            return (*told, _notice("emergency.call", tenant.id, text, now, call=call, extension=extension))
        return (*told, *self._near(tenant, extension, now))

    def answered(self, call: str, now: float) -> None:
        """It talks: its minutes count from now on."""
        self._lines.talking(call, now)

    def ended(self, call: str, tenant: Tenant, now: float) -> tuple[Emit, ...]:
        """It is over. Nothing for a call that is not known."""
        going = self._lines.end(call)
        if going is None:
            return ()
        if going.outbound and not going.emergency:
            self._limits.talked(tenant, Talk(going.tenant, going.extension, going.talking_since), now)
            return (*self._tell_trunk(going, now), *self._near(tenant, going.extension, now))
        return tuple(self._tell_trunk(going, now))

    # --- Calls in ---

    def inbound(self, tenant: Tenant, trunk: str, number: str) -> NumberConfig | None:
        """The number of ours that a trunk's call is for, as it was received; None when it is none."""
        found = numbering.readings(number, tenant.snapshot.country)
        taken = self._refused_numbers.get(tenant.id, frozenset())
        return next(
            (each for each in tenant.snapshot.numbers if each.number in found and each.number not in taken),
            None,
        )

    def full(self, tenant: Tenant, trunk: str) -> bool:
        """Whether a trunk carries as many calls as it may."""
        config = next((each for each in tenant.snapshot.trunks if each.id == trunk), None)
        return config is not None and self._lines.count(tenant.id, trunk) >= config.max_calls

    @staticmethod
    def caller(tenant: Tenant, number: str) -> str:
        """Who calls, in E.164; as it came when it is no number, "" when nothing did."""
        return numbering.e164(number, tenant.snapshot.country) or number

    # --- Trunks ---

    def configured(self, snapshot: Snapshot, now: float) -> tuple[Emit, ...]:
        """An organisation came or changed."""
        self._languages[snapshot.tenant] = snapshot.language
        fresh, gone = self._lines.configure(snapshot, now)
        refused = frozenset(self.claims.claim(snapshot))
        news = refused - self._refused_numbers.get(snapshot.tenant, frozenset())
        self._refused_numbers[snapshot.tenant] = refused
        return (
            *(_trunk_event("trunk.removed", state, now) for state in gone),
            *(_trunk_event("trunk.changed", state, now) for state in fresh),
            *(self._taken(snapshot.tenant, number, now) for number in sorted(news)),
        )

    def removed(self, tenant: str, now: float) -> tuple[Emit, ...]:
        """An organisation is gone."""
        self.claims.release(tenant)
        self._limits.forget(tenant)
        self._refused_numbers.pop(tenant, None)
        self._languages.pop(tenant, None)
        return tuple(_trunk_event("trunk.removed", state, now) for state in self._lines.forget(tenant))

    def changed(self, event: TrunkChanged, now: float) -> tuple[Emit, ...]:
        """The edge found a trunk working or not."""
        before = self._lines.state(event.tenant, event.trunk)
        state = self._lines.changed(event, now)
        if state is None or before is None:
            return ()
        told = [_trunk_event("trunk.changed", state, now)]
        if state.state == "down" and before.state != "down":
            language = self._languages[event.tenant]
            text = TRUNK_DOWN.to(language, trunk=event.trunk, code=event.code, reason=event.reason)
            told.append(_notice("trunk.down", event.tenant, text, now))
        return tuple(told)

    def states(self) -> list[TrunkState]:
        """All trunks of all organisations."""
        return self._lines.states()

    def trunk_calls(self, tenant: str, trunk: str) -> int:
        """Calls on a trunk now, in both directions."""
        return self._lines.count(tenant, trunk)

    # --- Inside ---

    def _ways(
        self, tenant: Tenant, extension: str | None, outer: numbering.Outer, now: float
    ) -> routing.Ways | Refusal:
        """The trunks of an ordinary call, if it may go out at all."""
        if not may_call_out(tenant, extension):
            return Refusal(prompt="no_permission", code=403, text="the extension may not call outside")
        refused = self._limits.check(tenant, extension, outer.e164, now)
        if refused is not None:
            prompt = "no_permission" if refused.kind == "blocked" else "call_limit"
            return Refusal(prompt=prompt, code=403, text=refused.text, notice=refused.notice)
        ways = routing.normal(
            tenant.snapshot,
            outer.e164,
            down=lambda trunk: self._lines.down(tenant.id, trunk),
            full=lambda trunk: self.full(tenant, trunk),
        )
        if ways.full:
            return Refusal(prompt="call_limit", code=503, text="all trunks of the route are full")
        if not ways.trunks:
            return Refusal(prompt="no_permission", code=404, text=f"no route leads to {outer.e164}")
        return ways

    def _emergency(self, tenant: Tenant, extension: str | None, dialled: str) -> Plan | Refusal:
        ways = routing.emergency(tenant.snapshot, down=lambda trunk: self._lines.down(tenant.id, trunk))
        if not ways.trunks:
            return Refusal(prompt="failed", code=503, text="there is no trunk for an emergency call")
        number = numbering.Outer(dialled, dialled, short=True)
        return planned(tenant, number, ways, identity.emergency(tenant, extension), emergency=True)

    def _talks(self) -> Iterable[Talk]:
        return [
            Talk(going.tenant, going.extension, going.talking_since)
            for going in self._lines.calls()
            if going.outbound and not going.emergency
        ]

    def _near(self, tenant: Tenant, extension: str | None, now: float) -> list[Emit]:
        texts = self._limits.near(tenant, extension, now)
        return [_notice("fraud.limit", tenant.id, text, now, extension=extension) for text in texts]

    def _tell_trunk(self, going: Going, now: float) -> list[Emit]:
        state = self._lines.state(going.tenant, going.trunk)
        return [] if state is None else [_trunk_event("trunk.changed", state, now)]

    def _taken(self, tenant: str, number: str, now: float) -> Emit:
        text = NUMBER_TAKEN.to(self._languages[tenant], number=number)
        return _notice("number.taken", tenant, text, now)


def _notice(kind: str, tenant: str, text: str, now: float, **about: str | None) -> Emit:
    notice = Notice(id=secrets.token_hex(8), tenant=tenant, kind=kind, text=text, **about)
    return Emit(event=Event(number=0, at=now, kind="notice", tenant=tenant, notice=notice))


def _trunk_event(kind: Literal["trunk.changed", "trunk.removed"], state: TrunkState, now: float) -> Emit:
    return Emit(event=Event(number=0, at=now, kind=kind, tenant=state.tenant, trunk=state))
