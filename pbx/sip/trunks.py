"""All trunks of this node in PJSIP. PJSIP thread only."""

from collections.abc import Callable, Iterable
from typing import Literal, Protocol

import pjsua2 as pj
import structlog

from pbx.control.configuration import TrunkConfig
from pbx.ports import Line, TrunkChanged
from pbx.sip.resolving import Address, Resolver
from pbx.sip.trunk import SipTrunk, Surroundings, TrunkAccount, TrunkError

log = structlog.get_logger("pbx.trunks")

_LOOK_AGAIN = 60.0  # seconds until a host name is looked up anew


class Door(Protocol):
    """Who tells from which trunk a call comes."""

    def contact_user(self, tenant: str, trunk: str) -> str: ...
    def place(self, tenant: str, config: TrunkConfig, addresses: frozenset[str]) -> None: ...
    def forget(self, tenant: str, trunk: str) -> None: ...


class Trunks:
    """Trunk by (organisation, id)."""

    def __init__(
        self, around: Surroundings, resolver: Resolver, door: Door, in_use: Callable[[int], bool]
    ) -> None:
        """`in_use` says whether a call belongs to an account, by pjsua's number of it."""
        self._around = around
        self._in_use = in_use
        self._resolver = resolver
        self._door = door
        self._trunks: dict[tuple[str, str], SipTrunk] = {}
        self._look_at: dict[tuple[str, str], float] = {}
        self._retired: list[TrunkAccount] = []

    # --- Configuration ---

    def set(self, tenant: str, configs: Iterable[TrunkConfig]) -> None:
        """These are the trunks of an organisation now. What did not change goes on untouched."""
        wanted = {(tenant, config.id): config for config in configs if config.enabled}
        for key in [key for key in self._trunks if key[0] == tenant]:
            if wanted.get(key) != self._trunks[key].config:
                self._remove(key)
        for key, config in wanted.items():
            if key not in self._trunks:
                self._add(tenant, config)

    def _add(self, tenant: str, config: TrunkConfig) -> None:
        user = self._door.contact_user(tenant, config.id)
        try:
            trunk = SipTrunk(tenant, config, user, self._around)
        except TrunkError as error:
            log.warning("trunk.refused", tenant=tenant, trunk=config.id, error=str(error))
            self._around.post(
                TrunkChanged(tenant=tenant, trunk=config.id, up=False, code=503, reason=str(error))
            )
            return
        self._trunks[tenant, config.id] = trunk
        self._door.place(tenant, config, frozenset())
        literal = trunk.host.literal
        if literal is not None:
            self._located(trunk, (literal,))
        else:
            self._look_at[tenant, config.id] = 0.0

    def _remove(self, key: tuple[str, str]) -> None:
        trunk = self._trunks.pop(key)
        self._look_at.pop(key, None)
        self._door.forget(*key)
        self._keep(trunk.retire())

    def _located(self, trunk: SipTrunk, addresses: tuple[Address, ...]) -> None:
        """What came of looking a host up, unless the trunk was removed or changed meanwhile."""
        if self._trunks.get((trunk.tenant, trunk.config.id)) is not trunk:
            return
        self._keep(trunk.locate(addresses))
        if addresses:
            self._door.place(trunk.tenant, trunk.config, frozenset(ip for ip, _ in addresses))

    # --- Time ---

    def watch(self, now: float) -> None:
        """Registrations, OPTIONS and names that are due; `now` monotonic. Call about once a second."""
        for key, at in self._look_at.items():
            if now >= at:
                self._look_at[key] = now + _LOOK_AGAIN
                self._look_up(self._trunks[key])
        for trunk in self._trunks.values():
            self._keep(trunk.watch(now))
        self._retired = [account for account in self._retired if not self._deleted(account)]

    def _look_up(self, trunk: SipTrunk) -> None:
        self._resolver.find(trunk.host, lambda addresses: self._located(trunk, addresses))

    def close(self) -> None:
        """Leave all providers."""
        self._resolver.close()
        for key in list(self._trunks):
            self._remove(key)
        for account in self._retired:
            account.shutdown()
        self._retired.clear()

    def _keep(self, account: TrunkAccount | None) -> None:
        if account is not None:
            self._retired.append(account)

    def _deleted(self, account: TrunkAccount) -> bool:
        """Delete an account that is not used any more; False while a call still belongs to it, or its last
        REGISTER is under way."""
        try:
            if not account.isValid():
                return True
            if account.getInfo().regIsActive or self._in_use(account.getId()):
                return False
            gently = pj.AccountShutdownParam()
            gently.force = False
            account.shutdown2(gently)
        except pj.Error:
            return False
        return True

    # --- For calls ---

    def account(self, tenant: str, trunk: str) -> pj.Account | None:
        """The account of a trunk; None when there is none, or its host is not found yet."""
        found = self._trunks.get((tenant, trunk))
        return found.account if found is not None else None

    def target(self, line: Line) -> str:
        """Request-URI of a call over it. The account's route says where it goes."""
        return self._trunks[line.tenant, line.trunk].target(line.number)

    def identity(self, line: Line, number: str) -> str:
        """The URI by which this provider knows a caller with this number."""
        return self._trunks[line.tenant, line.trunk].identity(number)

    def number_in(self, tenant: str, trunk: str) -> Literal["uri", "to", "p-called-party-id"]:
        """Where the called number of its calls stands."""
        found = self._trunks.get((tenant, trunk))
        return found.config.number_in if found is not None else "uri"
