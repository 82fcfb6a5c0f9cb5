"""Which trunk a call from outside came over. This replaces a password, so nothing here may be guessed or
claimed.

A registering trunk is known by the user part that we registered as our Contact, a secret, together with the
address that we registered at. Any trunk is known by its `sources`. Several organisations may list the same
provider; then the called number decides, which one organisation alone holds (`Claims`), else the domain that
the call is for. What stays unclear is refused.

Fed and asked on one thread, that of the SIP stack; `spares` may be asked from any.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from pbx.control.configuration import TrunkConfig
from pbx.directory import Directory, Tenant
from pbx.outside import numbering
from pbx.outside.claims import Claims
from pbx.ports import Caller, Request

# A wider network names no provider: everybody would be let in unasked.
WIDEST = {4: 16, 6: 32}
# Networks up to this size count address by address as those of a trunk, for the guard.
SPARED = {4: 24, 6: 64}
_USER_LENGTH = 24

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Unclear:
    """The call comes from a provider, but whose it is cannot be told; the text says why, for the log."""

    text: str


@dataclass(frozen=True, slots=True)
class _Trunk:
    """One trunk as the door sees it. `places` are the addresses we register at."""

    tenant: str
    id: str
    transport: str
    user: str
    places: frozenset[str]
    sources: tuple[Network, ...]
    number_in: str


class Door:
    """The trunks of this node by secret and by address. `key` makes the secrets; it stays the same over
    restarts, so that what a provider has stored of us goes on leading here."""

    def __init__(self, directory: Directory, claims: Claims, key: bytes) -> None:
        self._directory = directory
        self._claims = claims
        self._key = key
        self._trunks: dict[tuple[str, str], _Trunk] = {}
        self._users: dict[str, _Trunk] = {}
        self._spared: tuple[Network, ...] = ()
        self._places: frozenset[str] = frozenset()
        self._seen: dict[str, tuple[_Trunk, ...]] = {}

    def contact_user(self, tenant: str, trunk: str) -> str:
        """The user part of our Contact at a registering trunk's provider."""
        return hmac.new(self._key, f"{tenant}\n{trunk}".encode(), sha256).hexdigest()[:_USER_LENGTH]

    def place(self, tenant: str, config: TrunkConfig, addresses: frozenset[str]) -> None:
        """Know a trunk. `addresses` are those that its host (or proxy) stands for now."""
        user = self.contact_user(tenant, config.id) if config.register else ""
        self._trunks[tenant, config.id] = _Trunk(
            tenant=tenant,
            id=config.id,
            transport=config.transport,
            user=user,
            places=addresses if config.register else frozenset(),
            sources=networks(config.sources),
            number_in=config.number_in,
        )
        self._index()

    def forget(self, tenant: str, trunk: str) -> None:
        """The trunk is gone."""
        if self._trunks.pop((tenant, trunk), None) is not None:
            self._index()

    def spares(self, address: str) -> bool:
        """Whether an address belongs to a trunk, so that it must never be banned."""
        if address in self._places:
            return True
        found = _address(address)
        return found is not None and any(found in network for network in self._spared)

    def match(self, request: Request) -> Caller | Unclear | None:
        """The trunk that an INVITE (or OPTIONS) without credentials came over; None when it is not from one,
        and must show credentials like everybody else."""
        if not self._trunks or self._has_credentials(request):
            return None
        by_user = self._users.get(request.uri_user)
        if by_user is not None and request.source_ip in by_user.places:
            return _caller(by_user)
        listed = self._listed(request)
        if not listed or self._from_phone(request):
            return None
        return self._choose(listed, request)

    # --- Whose it is ---

    def _listed(self, request: Request) -> list[_Trunk]:
        """Trunks that list the source of the request."""
        return [each for each in self._at(request.source_ip) if each.transport == request.transport]

    def _at(self, source: str) -> tuple[_Trunk, ...]:
        found = self._seen.get(source)
        if found is None:
            address = _address(source)
            found = tuple(
                trunk
                for trunk in self._trunks.values()
                if address is not None and any(address in network for network in trunk.sources)
            )
            if len(self._seen) > _MOST_SEEN:
                self._seen.clear()
            self._seen[source] = found
        return found

    def _has_credentials(self, request: Request) -> bool:
        """Whether it has credentials for us (a provider may carry some of its own)."""
        return any(self._directory.by_domain(given.realm) is not None for given in request.credentials)

    def _from_phone(self, request: Request) -> bool:
        """Whether it says that it is one of our phones: then it must prove it, wherever it comes from."""
        tenant = self._directory.by_domain(request.from_host)
        return tenant is not None and tenant.device_by_username(request.from_user) is not None

    def _choose(self, listed: list[_Trunk], request: Request) -> Caller | Unclear:
        tenants = {each.tenant for each in listed}
        if len(tenants) > 1:
            holders = {each.tenant for each in listed if self._holds(each, request)}
            home = self._directory.by_domain(request.uri_host)
            tenants = holders or (tenants & {home.id} if home is not None else set())
        mine = [each for each in listed if each.tenant in tenants]
        if len(tenants) != 1:
            return Unclear(f"{len(tenants)} organisations list its address and none has the called number")
        exact = [each for each in mine if self._holds(each, request)] or mine
        if len({each.number_in for each in exact}) > 1:
            return Unclear(f"organisation {mine[0].tenant} lists its address for {len(mine)} trunks")
        return _caller(exact[0])

    def _holds(self, trunk: _Trunk, request: Request) -> bool:
        """Whether the called number is one of the trunk's organisation."""
        tenant = self._directory.tenant(trunk.tenant)
        if tenant is None:
            return False
        return self._number_of(tenant, called(trunk.number_in, request))

    def _number_of(self, tenant: Tenant, text: str) -> bool:
        found = numbering.readings(text, tenant.snapshot.country)
        return any(self._claims.holder(number) == tenant.id for number in found)

    def _index(self) -> None:
        self._users = {each.user: each for each in self._trunks.values() if each.user}
        self._places = frozenset(place for each in self._trunks.values() for place in each.places)
        self._spared = tuple(
            network
            for each in self._trunks.values()
            for network in each.sources
            if network.prefixlen >= SPARED[network.version]
        )
        self._seen = {}


_MOST_SEEN = 10_000


def called(number_in: str, request: Request) -> str:
    """The called number as it came, from where the trunk says that it stands."""
    if number_in == "to":
        return request.to_user
    if number_in == "p-called-party-id":
        values = request.header("P-Called-Party-ID")
        return _user_of(values[0]) if values else request.uri_user
    return request.uri_user


def networks(sources: list[str]) -> tuple[Network, ...]:
    """The addresses and networks of a trunk's `sources`, without those that do not read or are too wide."""
    found: list[Network] = []
    for source in sources:
        try:
            network = ip_network(source, strict=False)
        except ValueError:
            continue
        if network.prefixlen >= WIDEST[network.version]:
            found.append(network)
    return tuple(found)


def _caller(trunk: _Trunk) -> Caller:
    return Caller(trunk.tenant, device="", extension="", trunk=trunk.id)


def _user_of(name_addr: str) -> str:
    """The user part of a name-addr; what came is bounded by the stack, and only compared."""
    _, bracket, rest = name_addr[:300].partition("<")
    uri = (rest if bracket else name_addr[:300]).partition(">")[0]
    return uri.partition(":")[2].partition("@")[0].partition(";")[0].strip()


def _address(text: str) -> object:
    try:
        return ip_address(text.strip("[]"))
    except ValueError:
        return None
