"""What a REGISTER does to the bindings of its device: RFC 3261 section 10.3, steps 6 to 8, for admitted
requests.

All or nothing: a REGISTER that is refused changes nothing. A contact's host is never resolved, nor used:
requests to the binding go to the address and port that the REGISTER came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from pbx.control.configuration import DeviceConfig
from pbx.directory import Directory, Tenant
from pbx.ports import Binding, Caller, Headers, Reply, Request
from pbx.registrar import uri
from pbx.registrar.bindings import Bindings
from pbx.registrar.contacts import Refused, RegistrarSettings, Wish, clean, path_of, wishes

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Registration:
    """What came of a REGISTER: the answer, the bindings that are new or refreshed, and those that are gone. A
    contact that a phone now spells differently is in both: removed as it was, changed as it is."""

    reply: Reply
    changed: tuple[Binding, ...] = ()
    removed: tuple[Binding, ...] = ()


class Registrar:
    """Answers REGISTER and keeps the table of bindings up to date."""

    def __init__(
        self, directory: Directory, bindings: Bindings, settings: RegistrarSettings | None = None
    ) -> None:
        self._directory = directory
        self._bindings = bindings
        self._settings = settings or RegistrarSettings()

    def handle(self, request: Request, caller: Caller, now: float) -> Registration:
        """Do what the REGISTER of an authenticated device asks, and say what changed."""
        tenant = self._directory.tenant(caller.tenant)
        device = tenant.device(caller.device) if tenant is not None else None
        if tenant is None or device is None or not device.enabled:
            return Registration(Reply(403, "Forbidden"))  # gone since it was admitted
        before = self._bindings.of_device(tenant.id, device.id, now)
        try:
            path = path_of(request)
            changed, removed = self._plan(request, tenant, device, before, path=path, now=now)
        except Refused as refused:
            return Registration(refused.reply)
        self._bindings.change(tenant.id, device.id, put=changed, drop=removed)
        current = self._bindings.of_device(tenant.id, device.id, now)
        return Registration(Reply(200, "OK", _headers(request, current, path, now)), changed, removed)

    def prune(self, tenant_id: str) -> tuple[Binding, ...]:
        """Remove the bindings of an organisation that its configuration no longer allows, and return them: of
        devices that are gone, disabled, or have another user name or domain. To be called after each
        change."""
        tenant = self._directory.tenant(tenant_id)
        gone = []
        for binding in self._bindings.all():
            if binding.tenant != tenant_id:
                continue
            device = tenant.device(binding.device) if tenant is not None else None
            if tenant is None or device is None or not device.enabled or binding.aor != _aor(tenant, device):
                gone.append(binding)
        for binding in gone:
            self._bindings.remove(binding.key)
        return tuple(gone)

    def _plan(
        self,
        request: Request,
        tenant: Tenant,
        device: DeviceConfig,
        before: tuple[Binding, ...],
        *,
        path: tuple[str, ...],
        now: float,
    ) -> tuple[tuple[Binding, ...], tuple[Binding, ...]]:
        """Which bindings come and go. Raises Refused."""
        if request.contact_star:
            return (), _all(request, before)
        asked = wishes(request, self._settings)
        aor = tenant.id, device.id, _aor(tenant, device)
        changed: list[Binding] = []
        removed: list[Binding] = []
        for wish in asked:
            old = next((binding for binding in before if uri.same(binding.contact, wish.contact)), None)
            if old is not None:
                _check_order(request, old)
            if wish.seconds > 0:
                changed.append(_binding(request, aor, wish, path, now))
            if old is not None and (wish.seconds == 0 or old.contact != wish.contact):
                removed.append(old)
        removed.extend(_make_room(before, changed, removed, device.max_bindings))
        return tuple(changed), tuple(removed)


def _all(request: Request, before: Sequence[Binding]) -> tuple[Binding, ...]:
    """The bindings that `Contact: *` removes: every one, when it stands alone and Expires is 0 (step 6)."""
    if request.contacts or request.expires != 0:
        raise Refused(400, "Contact * Needs Expires 0")
    for binding in before:
        _check_order(request, binding)
    return tuple(before)


def _check_order(request: Request, binding: Binding) -> None:
    """Refuse a request that is not newer than the one that made the binding (step 7)."""
    if request.call_id == binding.call_id and request.cseq <= binding.cseq:
        raise Refused(500, "CSeq Out of Order")


def _make_room(
    before: Sequence[Binding], changed: Sequence[Binding], removed: Sequence[Binding], limit: int
) -> list[Binding]:
    """Which bindings give way to the new ones. A device at its limit replaces the oldest of its own that it
    can no longer mean: of the same instance, else of the same Call-ID, else of the same flow. Else 403."""
    newcomers = [binding for binding in changed if _is_new(binding, before)]
    if not newcomers:
        return []
    gone = {binding.key for binding in (*removed, *changed)}
    others = [binding for binding in before if binding.key not in gone]
    others.sort(key=lambda binding: binding.registered_at)
    victims: list[Binding] = []
    for newcomer in newcomers:
        if len(changed) + len(others) <= limit:
            break
        victim = _victim(newcomer, others)
        if victim is not None:
            others.remove(victim)
            victims.append(victim)
    if len(changed) + len(others) > limit:
        raise Refused(403, "Too Many Contacts")
    return victims


def _is_new(binding: Binding, before: Sequence[Binding]) -> bool:
    return not any(uri.same(binding.contact, old.contact) for old in before)


def _victim(newcomer: Binding, others: Sequence[Binding]) -> Binding | None:
    """The oldest of `others` (oldest first) that stands for the same phone as the newcomer."""
    for old in others:
        if newcomer.instance and old.instance == newcomer.instance:
            return old
    for old in others:
        if old.call_id == newcomer.call_id:
            return old
    flow = newcomer.source_ip, newcomer.source_port, newcomer.transport
    return next((old for old in others if (old.source_ip, old.source_port, old.transport) == flow), None)


def _aor(tenant: Tenant, device: DeviceConfig) -> str:
    return f"sip:{device.username}@{tenant.domain}"


def _binding(
    request: Request, aor: tuple[str, str, str], wish: Wish, path: tuple[str, ...], now: float
) -> Binding:
    """The binding that a wish makes; `aor` is tenant, device and address of record."""
    return Binding(
        tenant=aor[0],
        device=aor[1],
        aor=aor[2],
        contact=wish.contact,
        call_id=request.call_id,
        cseq=request.cseq,
        q=wish.q,
        source_ip=request.source_ip,
        source_port=request.source_port,
        transport=request.transport,
        path=path,
        user_agent=clean(request.user_agent),
        instance=wish.instance,
        registered_at=now,
        expires_at=now + wish.seconds,
    )


def _headers(request: Request, current: Sequence[Binding], path: Sequence[str], now: float) -> Headers:
    """Headers of the 200: all bindings with what is left of their time, Date, and Path if asked for (step
    8)."""
    headers = [("Contact", _contact(binding, now)) for binding in current]
    if path and any(tag.lower() == "path" for tag in request.supported):
        headers.extend(("Path", hop if hop.startswith("<") else f"<{hop}>") for hop in path)
    headers.append(("Date", date(now)))
    return headers


def _contact(binding: Binding, now: float) -> str:
    left = max(1, round(binding.expires_at - now))
    rank = f";q={binding.q:.3g}" if binding.q >= 0 else ""
    return f"<{binding.contact}>;expires={left}{rank}"


def date(now: float) -> str:
    """A moment as in a Date header (RFC 3261 section 20.17), whatever the locale of the process."""
    return _date(int(now))


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    at = datetime.fromtimestamp(second, UTC)
    clock = f"{at.hour:02}:{at.minute:02}:{at.second:02}"
    return f"{_DAYS[at.weekday()]}, {at.day:02} {_MONTHS[at.month - 1]} {at.year} {clock} GMT"
