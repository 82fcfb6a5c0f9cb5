"""Which account a call belongs to: one of those of phones, or that of a trunk."""

from typing import Protocol

import pjsua2 as pj

from pbx.ports import Binding, Caller, Invite, Line
from pbx.sip.accounts import Accounts
from pbx.sip.callers import NumberIn


class Trunks(Protocol):
    """Lines to providers, as calls need them. PJSIP thread only."""

    def account(self, tenant: str, trunk: str) -> pj.Account | None:
        """The account of a trunk; None when there is no such trunk."""

    def target(self, line: Line) -> str:
        """Request-URI of a call over it; the account's route says where it goes."""

    def identity(self, line: Line, number: str) -> str:
        """The URI by which this provider knows a caller with this number."""

    def number_in(self, tenant: str, trunk: str) -> NumberIn:
        """Where the called number of its calls stands."""


class Lines:
    """Chooses. PJSIP thread only."""

    def __init__(self, accounts: Accounts, trunks: Trunks) -> None:
        self._accounts = accounts
        self._trunks = trunks

    def outgoing(self, command: Invite) -> pj.Account | None:
        """For a call of ours; None for a trunk that is not here."""
        to = command.to
        if isinstance(to, Binding):
            return self._accounts.outgoing(to.transport, command.srtp)
        return self._trunks.account(to.tenant, to.trunk)

    def incoming(self, caller: Caller) -> int | None:
        """pjsua's number of the account for a call from there; None for a trunk that is not here."""
        if not caller.trunk:
            return self._accounts.incoming(caller.srtp)
        account = self._trunks.account(caller.tenant, caller.trunk)
        return int(account.getId()) if account is not None else None

    def number_in(self, caller: Caller) -> NumberIn:
        """Where the called number stands."""
        return self._trunks.number_in(caller.tenant, caller.trunk) if caller.trunk else "uri"
