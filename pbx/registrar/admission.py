"""The door: every request outside a dialog is refused here, or goes on with a known sender.

A call that comes over a trunk (pbx/outside/door.py) is known by where it comes from and needs no credentials;
nor does a browser, whose connection our relay has claimed for it (flows.py).

The order is such that a stranger learns nothing: form, then digest (RFC 3261 section 22, RFC 7616, RFC
8760), and only with valid credentials whatever depends on the configuration. An unknown domain, an unknown
user and a wrong password get the same answer on the same path.

Runs on the thread of the SIP stack; nothing here may be called from another one (the Guard may).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from pbx.control.configuration import DeviceConfig
from pbx.directory import Directory, Tenant, is_address
from pbx.outside import Door, Unclear
from pbx.ports import Admit, Caller, Digest, Drop, Reply, Request, Verdict
from pbx.registrar import forms, uri
from pbx.registrar.digest import USUAL, Algorithm, Digests, Secret
from pbx.registrar.flows import Claimed, Flows
from pbx.registrar.guard import Guard

log = structlog.get_logger("pbx.admission")

CHALLENGED = frozenset({"REGISTER", "INVITE", "SUBSCRIBE", "PUBLISH", "MESSAGE", "REFER"})
# These make sense within a dialog only; one that reaches us here belongs to none (RFC 3261 section 12.2.2).
WITHIN_A_DIALOG = frozenset({"BYE", "PRACK", "UPDATE", "INFO", "NOTIFY"})
# A To tag does not show these to be astray: REGISTER has no dialogs, and those of SUBSCRIBE are kept by us.
KNOWN_BY_TAG = frozenset({"REGISTER", "SUBSCRIBE"})
NEVER_ANSWERED = frozenset({"ACK", "CANCEL"})
# What a trunk may send without credentials.
OF_TRUNKS = frozenset({"INVITE", "OPTIONS"})

_COMPLAIN_SECONDS = 60.0  # between two lines in the log about one address
_MOST_COMPLAINTS = 1000


@dataclass(frozen=True, slots=True)
class AdmissionSettings:
    """What we serve. `served`: challenged methods that go on when admitted; `supported`: option tags
    understood in Require; `events`: what can be watched (RFC 6665); `hosts`: names of this node in small
    letters, which callers may use instead of their domain."""

    served: frozenset[str] = frozenset({"REGISTER", "INVITE", "SUBSCRIBE"})
    allow: tuple[str, ...] = (
        "INVITE",
        "ACK",
        "CANCEL",
        "BYE",
        "OPTIONS",
        "REGISTER",
        "SUBSCRIBE",
        "INFO",
        "PRACK",
        "UPDATE",
        "REFER",
    )
    supported: tuple[str, ...] = ("100rel", "timer", "path", "replaces", "norefersub")
    events: tuple[str, ...] = ("dialog", "presence", "message-summary")
    hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Known:
    """Who the credentials prove to be the sender."""

    tenant: Tenant
    device: DeviceConfig


def _algorithms(tenant: Tenant | None) -> Sequence[Algorithm]:
    """What a realm is challenged with."""
    return USUAL if tenant is None else tenant.snapshot.digests


class Admission:
    """Screens requests against the directory, with the digests and the guard of this node."""

    def __init__(
        self,
        directory: Directory,
        digests: Digests,
        guard: Guard,
        settings: AdmissionSettings | None = None,
        door: Door | None = None,
        *,
        flows: Flows | None = None,
    ) -> None:
        self._directory = directory
        self._flows = flows or Flows()
        self._door = door
        self._complained: dict[str, float] = {}
        self._digests = digests
        self._guard = guard
        self._settings = settings or AdmissionSettings()
        self._supported = frozenset(self._settings.supported)
        self._allow = ("Allow", ", ".join(self._settings.allow))
        self._capabilities = [
            self._allow,
            ("Accept", "application/sdp"),
            ("Supported", ", ".join(self._settings.supported)),
            ("Allow-Events", ", ".join(self._settings.events)),
        ]

    def screen(self, request: Request, now: float) -> Verdict:
        """Whether the request goes on, and who sent it; or the answer to it; or nothing."""
        if request.method in NEVER_ANSWERED:
            return Drop()
        claimed = self._flows.of(request.source_ip, request.source_port, request.transport)
        if claimed is not None:
            return self._over_relay(request, claimed)
        trunk = self._door.match(request) if self._door and request.method in OF_TRUNKS else None
        if trunk is not None:
            return self._from_trunk(request, trunk, now)
        if not self._guard.admits(request.source_ip, request.source_port, now):
            return Drop()
        early = self._without_credentials(request)
        if early is not None:
            return self._paid(request, early, now)
        outcome = self._authenticate(request, now)
        return self._authorize(request, outcome) if isinstance(outcome, _Known) else outcome

    def missed(self, request: Request, now: float) -> None:
        """An admitted sender named a call of ours that is not there (Replaces). Mostly it is too late; one
        that guesses is slowed, but an office is not banned for it."""
        self._guard.failed(request.source_ip, now, proven=False)

    # --- Relays -------------------------------------------------------------------------------------------

    def _over_relay(self, request: Request, claimed: Claimed) -> Verdict:
        """A browser has no credentials; our relay has checked who it is. It may be nobody else."""
        early = self._without_credentials(request)
        if early is not None:
            return early
        tenant = self._directory.tenant(claimed.tenant)
        device = tenant.device(claimed.device) if tenant is not None else None
        if tenant is None or device is None or not device.enabled:
            return Reply(403, "Forbidden")
        own = self._directory.by_domain(request.from_host) is tenant
        if not own or not uri.same_user(request.from_user, device.username):
            return Reply(403, "Forbidden")
        if request.method == "REGISTER" and self._directory.by_domain(request.to_host) is not tenant:
            return Reply(403, "Forbidden")
        return self._authorize(request, _Known(tenant, device))

    # --- Trunks -------------------------------------------------------------------------------------------

    def _from_trunk(self, request: Request, trunk: Caller | Unclear, now: float) -> Verdict:
        """A provider has no credentials with us; where it calls from says who it is."""
        early = self._without_credentials(request)
        if early is not None:
            return early
        if isinstance(trunk, Caller):
            return Admit(trunk)
        self._complain(request.source_ip, trunk, now)
        return Reply(404, "Not Found")

    def _complain(self, source: str, trunk: Unclear, now: float) -> None:
        if now - self._complained.get(source, 0.0) < _COMPLAIN_SECONDS:
            return
        if len(self._complained) >= _MOST_COMPLAINTS:
            self._complained.clear()
        self._complained[source] = now
        log.warning("trunk.unclear", source=source, text=trunk.text)

    # --- Before credentials -------------------------------------------------------------------------------

    def _without_credentials(self, request: Request) -> Reply | None:
        """What everybody is told, whoever they are."""
        refused = forms.refusal(request, self._supported)
        if refused is not None:
            return refused
        method = request.method
        if method in WITHIN_A_DIALOG or (request.to_tag and method not in KNOWN_BY_TAG):
            return Reply(481, "Call/Transaction Does Not Exist")
        if method in CHALLENGED:
            return None
        if method == "OPTIONS":
            return Reply(200, "OK", list(self._capabilities))
        return Reply(501, "Not Implemented", [self._allow])

    def _paid(self, request: Request, reply: Reply, now: float) -> Reply | Drop:
        """The reply, as long as the address may have answers without credentials."""
        return reply if self._guard.spend(request.source_ip, request.source_port, now) else Drop()

    # --- Credentials --------------------------------------------------------------------------------------

    def _authenticate(self, request: Request, now: float) -> _Known | Reply | Drop:
        asked = (request.to_host if request.method == "REGISTER" else request.from_host).lower()
        tenant = self._directory.by_domain(asked)
        realm = asked if tenant is None else tenant.domain
        given = next((each for each in request.credentials if each.realm == realm), None)
        if given is None:
            return self._challenge(request, realm, tenant, now)
        if not self._means_this_request(given, request):
            return self._paid(request, Reply(400, "Digest URI Does Not Match"), now)
        device = tenant.device_by_username(given.username) if tenant is not None else None
        # Made in any case: a known user must not be told from an unknown one by the time that this takes.
        secret = self._digests.nobody(given.username)
        if device is None or device.ha1_md5 is None or device.ha1_sha256 is None:
            device = None  # also a browser: it has no secret to know
        else:
            secret = Secret(device.ha1_md5, device.ha1_sha256)
        check = self._digests.check(
            given, request.method, secret, request.source_ip, now, algorithms=_algorithms(tenant)
        )
        if check in ("wrong", "forged") or tenant is None or device is None:
            proven = check == "wrong" or request.transport != "udp"
            self._guard.failed(request.source_ip, now, proven=proven)
            return self._challenge(request, realm, tenant, now)
        if check == "stale":
            return self._challenge(request, realm, tenant, now, stale=True)
        self._guard.succeeded(request.source_ip, now)
        return _Known(tenant, device)

    def _challenge(
        self, request: Request, realm: str, tenant: Tenant | None, now: float, *, stale: bool = False
    ) -> Reply | Drop:
        if not self._guard.spend(request.source_ip, request.source_port, now):
            return Drop()
        headers = self._digests.challenge(realm, request.source_ip, now, _algorithms(tenant), stale=stale)
        return Reply(401, "Unauthorized", headers)

    def _means_this_request(self, given: Digest, request: Request) -> bool:
        """Whether the digest was made for this Request-URI (RFC 7616 section 3.4.6).

        The check keeps somebody on the way from sending a call elsewhere. Where it goes is decided by the
        user part and the organisation, so those must agree; port, parameters and the spelling of the host,
        which many phones and proxies write differently in the two places, may differ. A REGISTER is bound
        to its To instead."""
        if given.uri == request.uri:
            return True
        meant = uri.parse(given.uri)
        if meant is None:
            return False
        if request.method != "REGISTER" and not uri.same_user(meant.user, request.uri_user):
            return False
        host = request.uri_host.lower().strip("[]")
        if meant.host == host or self._is_node(meant.host) or self._is_node(host):
            return True
        home = self._directory.by_domain(host)
        return home is not None and home is self._directory.by_domain(meant.host)

    # --- After credentials --------------------------------------------------------------------------------

    def _authorize(self, request: Request, known: _Known) -> Verdict:
        """What a known device may do. Only here may an answer depend on the configuration."""
        method = request.method
        claimed = request.to_user if method == "REGISTER" else request.from_user
        if not uri.same_user(claimed, known.device.username):
            return Reply(403, "Forbidden")
        if not self._addressed_to_us(request.uri_host, known.tenant):
            return Reply(403, "Forbidden") if method == "REGISTER" else Reply(404, "Not Found")
        if method in self._settings.served:
            device = known.device
            return Admit(Caller(known.tenant.id, device.id, device.extension, srtp=device.srtp))
        return Reply(405, "Method Not Allowed", [self._allow])

    def _addressed_to_us(self, host: str, tenant: Tenant) -> bool:
        """Whether a Request-URI's host means the sender's own organisation: by its domain, by an address (a
        phone that only knows where we are), or by a name of this node."""
        host = host.lower()
        return self._directory.by_domain(host) is tenant or self._is_node(host)

    def _is_node(self, host: str) -> bool:
        """Whether a host (in small letters) names a machine, ours as far as we can tell, and no
        organisation."""
        return host in self._settings.hosts or is_address(host)
