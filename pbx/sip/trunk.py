"""One trunk in PJSIP: its account, its registration or the OPTIONS that watch it. PJSIP thread only."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pbx_native
import pjsua2 as pj
import structlog

from pbx.control.configuration import TrunkConfig
from pbx.ports import TrunkChanged
from pbx.sip.accounts import Arrived, CallAccount
from pbx.sip.endpoint import SipConfig, phone_account
from pbx.sip.resolving import Address, Host
from pbx.sip.results import Results
from pbx.sip.uris import host_port, user_uri

log = structlog.get_logger("pbx.trunk")

# Seconds; PJSIP renews in time. Shorter where a provider calls us over the connection that we opened: only a
# renewal finds out that it is gone.
_REGISTRATION = {"udp": 300, "tcp": 120, "tls": 120}
_PROBE_MS = 5000
_AGAIN = 2.0  # seconds after the first OPTIONS without an answer
_MISSES = 2  # in a row, then it is down
_DEAD = frozenset({408, 503})
# Seconds until the next try to register: soon when nobody answered, later when we were refused, for a wrong
# password must not get us banned.
_SOON, _LATER, _LONGEST = 2.0, 30.0, 600.0


class TrunkError(ValueError):
    """The settings of a trunk cannot be used; a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every trunk needs around it. `arrived` takes its calls in, `post` what is told of it."""

    config: SipConfig
    arrived: Arrived
    results: Results
    post: Callable[[TrunkChanged], None]


class TrunkAccount(CallAccount):
    """The account of one trunk."""

    def __init__(self, arrived: Arrived, registered: Callable[[int, str, int], None]) -> None:
        super().__init__(arrived)
        self._registered: Callable[[int, str, int], None] | None = registered

    def silence(self) -> None:
        """Whatever still comes of its registration is told to nobody."""
        self._registered = None

    def onRegState(self, prm: Any) -> None:
        """The answer to a REGISTER, or that none came."""
        if self._registered is not None:
            self._registered(prm.code, prm.reason, prm.expiration)


class SipTrunk:
    """Keeps one trunk going. `locate` it, then `watch` about once a second."""

    def __init__(self, tenant: str, config: TrunkConfig, contact_user: str, around: Surroundings) -> None:
        """Raises TrunkError."""
        self.tenant = tenant
        self.config = config
        self.host = next_hop(config)
        self.domain = config.domain or config.host
        self.account: TrunkAccount | None = None
        self._contact_user = contact_user
        self._around = around
        self._addresses: tuple[Address, ...] = ()
        self._turn = 0
        self._failures = 0
        self._due: float | None = None
        self._told: tuple[bool, int] | None = None

    def locate(self, addresses: tuple[Address, ...]) -> TrunkAccount | None:
        """Where its host is now. Gives the account that is no longer used because of that."""
        if not addresses:
            if not self._addresses:
                self._tell(False, 503, f"{self.host.name} has no address")
            return None
        if addresses == self._addresses:
            return None
        used = self._address if self._addresses else None
        self._addresses = addresses
        if used in addresses:
            self._turn = addresses.index(used)
            return None
        self._turn, self._due = 0, monotonic()
        return self._open()

    def watch(self, now: float) -> TrunkAccount | None:
        """Do what is due (`now` monotonic). Gives an account that is no longer used because of that."""
        if self._due is None or now < self._due:
            return None
        self._due = None
        replaced = None
        if self.account is None or (self._failures and len(self._addresses) > 1):
            replaced = self._open()
        if self.account is None:
            self._due = now + _LATER
        elif self.config.register:
            self._register(self.account)
        elif self.config.probe_seconds:
            self._probe()
        return replaced

    def retire(self) -> TrunkAccount | None:
        """Give the trunk up; its account can be deleted once no call uses it."""
        account, self.account, self._due = self.account, None, None
        return _leave(account)

    def target(self, number: str) -> str:
        """Request-URI for a number; the account's route says where it goes."""
        return user_uri(number, self._realm)

    def identity(self, number: str) -> str:
        """How the provider knows a caller: in its own domain, or from us when it knows us by address."""
        domain = self.domain if self.config.register or self.config.domain else self._around.config.host
        return user_uri(number or self.config.username or "anonymous", domain)

    # --- Account ---

    @property
    def _address(self) -> Address:
        return self._addresses[self._turn % len(self._addresses)]

    @property
    def _realm(self) -> str:
        """The domain of requests to it, with the port when there is no domain but a host and a port."""
        config = self.config
        return config.domain or (f"{config.host}:{config.port}" if config.port else config.host)

    @property
    def _route(self) -> str:
        ip, port = self._address
        transport = "" if self.config.transport == "udp" else f";transport={self.config.transport}"
        # A proxy is named in the request (RFC 3261 section 8.1.2); where its own host is, is our business.
        return f"<sip:{host_port(ip, port)}{transport};lr{'' if self.config.proxy else ';hide'}>"

    def _open(self) -> TrunkAccount | None:
        """Make the account anew, for the address whose turn it is; gives the one before."""
        before = _leave(self.account)
        self.account = TrunkAccount(self._around.arrived, self._registered)
        try:
            self.account.create(self._account_config())
        except pj.Error as error:
            log.warning("trunk.no_account", tenant=self.tenant, trunk=self.config.id, error=error.reason)
            self.account = None
            self._tell(False, 503, error.reason)
        return before

    def _account_config(self) -> pj.AccountConfig:
        config, sip = self.config, self._around.config
        account = phone_account(sip, config.srtp)
        account.idUri = self.identity(config.username or "centrale")
        port = sip.tls_port if config.transport == "tls" else sip.port
        transport = "" if config.transport == "udp" else f";transport={config.transport}"
        user = self._contact_user if config.register else "centrale"
        account.sipConfig.contactForced = f"<sip:{user}@{host_port(sip.host, port)}{transport}>"
        account.sipConfig.proxies.append(self._route)
        if config.username and config.password:
            credentials = pj.AuthCredInfo("digest", "*", config.username, 0, config.password)
            account.sipConfig.authCreds.append(credentials)
        account.regConfig.registerOnAdd = False
        account.regConfig.retryIntervalSec = 0
        account.regConfig.timeoutSec = _REGISTRATION[config.transport]
        if config.register:
            account.regConfig.registrarUri = f"sip:{self._realm}"
        return account

    # --- Registration ---

    def _register(self, account: TrunkAccount) -> None:
        try:
            account.setRegistration(True)
        except pj.Error as error:
            self._registered(503, error.reason, 0)

    def _registered(self, code: int, reason: str, expires: int) -> None:
        if 200 <= code < 300 and expires > 0:
            self._failures = 0
            self._tell(True, code, reason)
            return
        self._failures += 1
        self._turn += 1
        first = _LATER if 400 <= code < 500 and code not in _DEAD else _SOON
        self._due = monotonic() + min(_LONGEST, first * 2 ** min(self._failures - 1, 10))
        self._tell(False, code if code >= 300 else 503, reason)

    # --- OPTIONS ---

    def _probe(self) -> None:
        token = self._around.results.expect(self._answered)
        ours = user_uri("centrale", self._around.config.host)
        headers = [("Route", self._route)]
        uri = f"sip:{self._realm}"
        pbx_native.send_request(token, "OPTIONS", uri, ours, uri, headers, timeout_ms=_PROBE_MS)

    def _answered(self, code: int) -> None:
        if self.account is None:
            return
        if code not in _DEAD:
            self._failures = 0
            self._due = monotonic() + self.config.probe_seconds
            self._tell(True, code, "")
            return
        self._failures += 1
        self._turn += 1
        if self._failures >= _MISSES:
            self._tell(False, code, "no answer to OPTIONS")
        self._due = monotonic() + (_AGAIN if self._failures < _MISSES else self.config.probe_seconds)

    def _tell(self, up: bool, code: int, reason: str) -> None:
        if self._told == (up, code):
            return
        self._told = up, code
        self._around.post(
            TrunkChanged(tenant=self.tenant, trunk=self.config.id, up=up, code=code, reason=reason)
        )


def next_hop(config: TrunkConfig) -> Host:
    """The host that requests go to: the proxy if there is one. Raises TrunkError when it does not read."""
    if config.domain and not _is_host(config.domain):
        raise TrunkError(f"the domain '{config.domain}' must be a host name")
    if not config.proxy:
        return Host(config.host, config.port, config.transport)
    name, _, port = config.proxy.partition(":")
    if not _is_host(name) or (port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536)):
        raise TrunkError(f"the outbound proxy '{config.proxy}' must be a host, or host:port")
    return Host(name, int(port) if port else None, config.transport)


def _is_host(text: str) -> bool:
    return bool(text) and all(char.isascii() and (char.isalnum() or char in ".-") for char in text)


def _leave(account: TrunkAccount | None) -> TrunkAccount | None:
    """Take our Contact off the provider's list, and hear no more of it."""
    if account is None:
        return None
    account.silence()
    if account.isValid() and account.getInfo().regIsActive:
        account.setRegistration(False)
    return account
