"""The core's own disk: journal of events, bindings, snapshots, bans. The only package that touches it."""

from pbx.store.journal import Journal
from pbx.store.store import Store, StoreError, StoreMetrics
from pbx.store.tables import Alarms, Bans, Bindings, Snapshots

__all__ = ["Alarms", "Bans", "Bindings", "Journal", "Snapshots", "Store", "StoreError", "StoreMetrics"]
