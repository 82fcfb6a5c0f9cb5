"""Where the devices are: the table of bindings (RFC 3261 section 10), in memory, by device.

Owned by one thread (the loop). `of_device`, `live` and `ports` may be called from any: they read once what is
replaced as a whole.
"""

import heapq
from collections.abc import Collection, Iterable

from pbx.ports import Binding

Key = tuple[str, str, str]
_NONE: tuple[Binding, ...] = ()


class Bindings:
    """All bindings of this node. Implements ports.Locations."""

    def __init__(self) -> None:
        self._devices: dict[tuple[str, str], tuple[Binding, ...]] = {}
        self._flows: dict[tuple[str, int], int] = {}
        self._ends: list[tuple[float, Key]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    # --- Reading ------------------------------------------------------------------------------------------

    def of_device(self, tenant: str, device: str, now: float) -> tuple[Binding, ...]:
        """Live bindings of one device, best q first, then the latest registered."""
        found = self._devices.get((tenant, device), _NONE)
        if all(binding.expires_at > now for binding in found):
            return found
        return tuple(binding for binding in found if binding.expires_at > now)

    def get(self, key: Key) -> Binding | None:
        """The binding with this key, expired or not."""
        tenant, device, contact = key
        for binding in self._devices.get((tenant, device), _NONE):
            if binding.contact == contact:
                return binding
        return None

    def all(self) -> list[Binding]:
        """Every binding, expired or not, in no order."""
        return [binding for found in list(self._devices.values()) for binding in found]

    def live(self, address: str, port: int) -> bool:
        """Whether a device is registered from this source."""
        return (address, port) in self._flows

    def ports(self, address: str) -> list[int]:
        """Source ports from which devices at this address are registered, in order. Looks through all."""
        return sorted(port for host, port in list(self._flows) if host == address)

    def of_flow(self, address: str, port: int, transport: str) -> list[Binding]:
        """Bindings that are reached over this connection, to be dropped when it closes. Looks through all."""
        if (address, port) not in self._flows:
            return []
        flow = (address, port, transport)
        return [
            binding
            for binding in self.all()
            if (binding.source_ip, binding.source_port, binding.transport) == flow
        ]

    # --- Changing -----------------------------------------------------------------------------------------

    def load(self, bindings: Iterable[Binding], now: float) -> None:
        """Take in what was stored before a restart; what has expired meanwhile is left out."""
        for binding in bindings:
            if binding.expires_at > now:
                self.put(binding)

    def put(self, binding: Binding) -> None:
        """Add a binding, or replace the one with its key."""
        self.change(binding.tenant, binding.device, put=(binding,), drop=())

    def remove(self, key: Key) -> Binding | None:
        """Remove a binding and return it; None when it was not there."""
        found = self.get(key)
        if found is not None:
            self.change(found.tenant, found.device, put=(), drop=(found,))
        return found

    def remove_device(self, tenant: str, device: str) -> tuple[Binding, ...]:
        """Remove all bindings of a device (its secret changed, it is gone) and return them."""
        found = self._devices.get((tenant, device), _NONE)
        self.change(tenant, device, put=(), drop=found)
        return found

    def expire(self, now: float) -> list[Binding]:
        """Remove the bindings whose time is over and return them. Costs by what ends, not by what is
        there."""
        gone: list[Binding] = []
        while self._ends and self._ends[0][0] <= now:
            _, key = heapq.heappop(self._ends)
            binding = self.get(key)
            if binding is not None and binding.expires_at <= now:
                self.change(binding.tenant, binding.device, put=(), drop=(binding,))
                gone.append(binding)
        return gone

    def change(
        self, tenant: str, device: str, *, put: Collection[Binding], drop: Collection[Binding]
    ) -> None:
        """Drop and put bindings of one device at once, so that no reader sees half of it."""
        before = self._devices.get((tenant, device), _NONE)
        leaving = {binding.key for binding in drop} | {binding.key for binding in put}
        after = [binding for binding in before if binding.key not in leaving]
        after.extend(put)
        after.sort(key=_rank)
        if after:
            self._devices[tenant, device] = tuple(after)
        else:
            self._devices.pop((tenant, device), None)
        self._count += len(after) - len(before)
        ends = {binding.key: binding.expires_at for binding in before}
        for binding in put:
            self._hold(binding)
            if ends.get(binding.key) != binding.expires_at:
                heapq.heappush(self._ends, (binding.expires_at, binding.key))
        for binding in before:
            if binding.key in leaving:
                self._release(binding)
        self._tidy()

    def _hold(self, binding: Binding) -> None:
        flow = binding.source_ip, binding.source_port
        self._flows[flow] = self._flows.get(flow, 0) + 1

    def _release(self, binding: Binding) -> None:
        flow = binding.source_ip, binding.source_port
        if self._flows[flow] > 1:
            self._flows[flow] -= 1
        else:
            del self._flows[flow]

    def _tidy(self) -> None:
        # Each refresh leaves its old end behind; make the heap anew before those outnumber the real ones.
        if len(self._ends) > 4 * self._count + 64:
            self._ends = [(binding.expires_at, binding.key) for binding in self.all()]
            heapq.heapify(self._ends)


def _rank(binding: Binding) -> tuple[float, float]:
    """Best first. A contact without q counts as 1.0 (RFC 3261 section 20.10)."""
    return (-1.0 if binding.q < 0 else -binding.q, -binding.registered_at)
