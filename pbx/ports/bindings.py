"""Where phones are (RFC 3261 section 10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One contact of a device. Requests go to `source_ip`:`source_port` over `transport` whatever the host
    of the contact says, or along `path` (RFC 3327), whose first hop is that source."""

    tenant: str
    device: str
    aor: str
    contact: str
    call_id: str
    cseq: int
    q: float
    source_ip: str
    source_port: int
    transport: str
    path: tuple[str, ...]
    user_agent: str
    instance: str
    registered_at: float
    expires_at: float
    rtt_ms: float | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it one binding: tenant, device, contact."""
        return self.tenant, self.device, self.contact


class Locations(Protocol):
    """Where devices are now."""

    def of_device(self, tenant: str, device: str, now: float) -> Sequence[Binding]:
        """Live bindings of one device, best q first."""
