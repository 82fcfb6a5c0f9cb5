"""What users set: a row for each extension that ever set something."""

from collections.abc import Awaitable

from pbx.control.messages import ExtensionState, encode
from pbx.store.tables import Table


class ExtensionStates(Table[ExtensionState]):
    """Statuses, forwards, do not disturb, caller IDs."""

    name, kind, durable = "extension_states", ExtensionState, True

    def save(self, state: ExtensionState) -> Awaitable[bool]:
        """True once synced to disk; False when that takes over a second (it is tried again)."""
        return self._put([(f"{state.tenant}\n{state.extension}", encode(state))])

    def remove(self, state: ExtensionState) -> Awaitable[bool]:
        """The organisation is gone."""
        return self._put([(f"{state.tenant}\n{state.extension}", None)])
