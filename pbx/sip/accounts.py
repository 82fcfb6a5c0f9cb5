"""The accounts that calls belong to: PJSIP takes from them what our Contact says and how audio is
encrypted."""

from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from pbx.ports import Srtp
from pbx.sip.endpoint import SipConfig, browser_account, phone_account, stream_account

RELAY = "relay"
Arrived = Callable[[pj.Account, int], None]


class CallAccount(pj.Account):  # type: ignore[misc]
    """An account whose INVITEs become legs: `arrived` gets the account and PJSIP's number of the call."""

    def __init__(self, arrived: Arrived) -> None:
        super().__init__()
        self._arrived = arrived

    def onIncomingCall(self, prm: Any) -> None:
        """An INVITE that admission let through has become a call of this account."""
        self._arrived(self, prm.callId)


class Accounts:
    """Those of phones, one for each way they are reached and each wish about encryption, made when first
    needed. Calls from phones all belong to the ones of "udp": PJSIP writes the Contact of an answer by the
    transport of its request. Browsers have one for all their calls. PJSIP thread only."""

    def __init__(self, config: SipConfig, arrived: Arrived) -> None:
        self._config = config
        self._arrived = arrived
        self._made: dict[tuple[str, Srtp], CallAccount] = {}
        self._numbers: dict[Srtp, int] = {}

    def open(self) -> None:
        """Make the account that PJSIP falls back on."""
        self._make("udp", "off")

    def outgoing(self, transport: str, srtp: Srtp) -> CallAccount:
        """For a call to a phone over "udp", "tcp" or "tls"; a browser is reached in one way only."""
        if srtp == "dtls":
            transport = RELAY
        return self._made.get((transport, srtp)) or self._make(transport, srtp)

    def incoming(self, srtp: Srtp) -> int:
        """pjsua's number of the one for a call from a phone, over any transport."""
        number = self._numbers.get(srtp)
        if number is None:
            number = self._numbers[srtp] = self.outgoing("udp", srtp).getId()
        return number

    def close(self) -> None:
        for account in self._made.values():
            account.shutdown()
        self._made.clear()

    def _make(self, transport: str, srtp: Srtp) -> CallAccount:
        account = CallAccount(self._arrived)
        if transport == RELAY:
            account.create(browser_account(self._config))
        elif transport == "udp":
            account.create(phone_account(self._config, srtp), not self._made)
        else:
            account.create(stream_account(self._config, transport, srtp))
        self._made[transport, srtp] = account
        return account
