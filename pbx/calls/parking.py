"""Parking slots of each organisation (T7): which call waits where."""

from typing import TYPE_CHECKING

from pbx.calls.errors import CommandError
from pbx.calls.outcomes import FAILURES
from pbx.calls.pickup import take_over

if TYPE_CHECKING:
    from pbx.calls.call import Call


class Parking:
    """Slots by organisation and number."""

    def __init__(self) -> None:
        self._slots: dict[tuple[str, str], Call] = {}

    def reserve(self, call: "Call", slot: str | None) -> str:
        """Take a slot for the call, the first free one unless one is named. Raises CommandError."""
        park, tenant = call.tenant.snapshot.park, call.tenant.id
        if slot is not None:
            if not slot.isdigit() or not park.first <= int(slot) <= park.last:
                raise CommandError(404, f"Slots are {park.first} to {park.last}.")
            if (tenant, slot) in self._slots:
                raise CommandError(409, f"Somebody waits in {slot} already.")
        else:
            free = (str(n) for n in range(park.first, park.last + 1) if (tenant, str(n)) not in self._slots)
            slot = next(free, None)
            if slot is None:
                raise CommandError(409, "All slots are taken.")
        self._slots[tenant, slot] = call
        return slot

    def free(self, call: "Call", slot: str) -> None:
        """The call leaves its slot."""
        if self._slots.get((call.tenant.id, slot)) is call:
            del self._slots[call.tenant.id, slot]

    def at(self, tenant: str, slot: str) -> "Call | None":
        """The call that waits in a slot."""
        return self._slots.get((tenant, slot))

    def retrieve(self, call: "Call", slot: str) -> None:
        """The caller of `call` dialled a slot: take what waits there."""
        parked = self.at(call.tenant.id, slot)
        if parked is None:
            call.note(f"slot {slot}", "nobody waits there")
            call.fail(FAILURES["park_empty"])
        else:
            take_over(call, parked)

    @property
    def size(self) -> int:
        return len(self._slots)
