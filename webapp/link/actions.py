"""What people make the core do, and what the courier writes on the core's behalf."""

import json
from typing import Any

import structlog
from django.db import DataError, IntegrityError, transaction

from pbx.control.messages import (
    BanState,
    BindingState,
    CallRecord,
    Event,
    LiveState,
    Trace,
    TrunkState,
    encode,
)
from webapp.calls.actions import ingest
from webapp.lines import actions as lines
from webapp.link import core
from webapp.link.access import visible_bindings, visible_live_calls, visible_trunk_states
from webapp.link.models import Cursor, SetAside
from webapp.notices import actions as notices
from webapp.organisations.access import visible_organisations
from webapp.organisations.models import Organisation
from webapp.recordings import actions as recordings
from webapp.statuses import states
from webapp.voicemail import actions as voicemail

log = structlog.get_logger(__name__)

CURSOR = "core"


def live_calls(viewer: Any) -> list[CallRecord]:
    """The calls going on that `viewer` may see, oldest first."""
    calls = visible_live_calls(viewer, core.ask(lambda client: client.calls()))
    return sorted(calls, key=lambda call: (call.started_at, call.id))


def live_bindings(viewer: Any) -> list[BindingState]:
    """The registrations that `viewer` may see."""
    bindings = visible_bindings(viewer, core.ask(lambda client: client.bindings()))
    return sorted(bindings, key=lambda binding: (binding.tenant, binding.aor, binding.contact))


def live_trunks(viewer: Any) -> list[TrunkState]:
    """Whether each trunk that `viewer` may see works."""
    found: list[TrunkState] = []
    for tenant in map(str, visible_organisations(viewer).values_list("pk", flat=True)):
        found += core.ask(lambda client, key=tenant: client.trunks(key))  # type: ignore[misc]
    return sorted(visible_trunk_states(viewer, found), key=lambda state: (state.tenant, state.trunk))


def bans() -> list[BanState]:
    """Addresses that the core drops."""
    return sorted(core.ask(lambda client: client.bans()), key=lambda ban: ban.address)


def unban(address: str) -> None:
    """Lift a ban."""
    core.ask(lambda client: client.unban(address))
    log.info("ban.lifted", address=address)


def trace(tenant: str, device: str | None, seconds: int) -> None:
    """Switch the SIP trace of an organisation or a phone on for so long (0: off)."""
    command = Trace(tenant=tenant, device=device, seconds=seconds)
    core.ask(lambda client: client.trace(command))
    log.info("trace.switched", tenant=tenant, device=device, seconds=seconds)


@transaction.atomic
def take_in(stream: str, events: list[Event]) -> int:
    """Write what `events` tell and move the cursor past all of them, in one transaction.

    Returns the cursor. Events that another courier took in already are skipped: the cursor's row is
    locked, so
    two of them work one after the other.
    """
    cursor, _fresh = Cursor.objects.select_for_update().get_or_create(key=CURSOR)
    done = cursor.number if cursor.stream == stream else 0
    new = [event for event in events if event.number > done]
    if not new:
        return done
    ended = [event for event in new if event.kind == "call.ended" and event.call is not None]
    count = _ingest(stream, ended) if ended else 0
    states.take_in(event.extension for event in new if event.extension is not None)
    lines.take_in(event.trunk for event in new if event.kind == "trunk.changed" and event.trunk is not None)
    notices.take_in(event for event in new if event.notice is not None)
    voicemail.take_in(new)
    recordings.take_in(new)
    cursor.stream, cursor.number = stream, new[-1].number
    cursor.save()
    if count:
        log.info("records.ingested", records=count, cursor=cursor.number)
    return cursor.number


def _ingest(stream: str, events: list[Event]) -> int:
    """All records at once; one by one when the database refuses that, with the culprits set aside."""
    try:
        with transaction.atomic():
            return ingest(event.call for event in events if event.call is not None)
    except (DataError, IntegrityError, ValueError):
        return sum(_ingest_one(stream, event) for event in events)


def _ingest_one(stream: str, event: Event) -> int:
    try:
        with transaction.atomic():
            return ingest([event.call] if event.call is not None else [])
    except (DataError, IntegrityError, ValueError) as error:
        log.exception("record.set_aside", number=event.number)
        # Plain ASCII without NUL: this must always fit.
        body = json.dumps(json.loads(encode(event))).replace("\\u0000", "?")
        SetAside.objects.create(stream=stream, number=event.number, body=body, error=str(error)[:1000])
        return 0


@transaction.atomic
def start_at(stream: str, number: int, state: LiveState | None = None) -> None:
    """Set the cursor where there is nothing to take in before: a new stream, or events that are gone. Then
    `state` tells what they would have told of users and trunks."""
    if state is not None:
        states.take_in(state.extensions)
        lines.take_in(state.trunks)
    Cursor.objects.update_or_create(key=CURSOR, defaults={"stream": stream, "number": number})


def position() -> tuple[str, int]:
    """The stream and number up to which everything is in the database; ("", 0) at first."""
    row = Cursor.objects.filter(key=CURSOR).first()
    return (row.stream, row.number) if row else ("", 0)


def versions() -> dict[str, int]:
    """The version of each organisation's configuration, by tenant id. Asked a few times a second."""
    return {str(pk): version for pk, version in Organisation.objects.values_list("pk", "config_version")}


def outrun(tenant: str, version: int) -> None:
    """Give an organisation a version above the one that the core has (a database restored from a backup)."""
    Organisation.objects.filter(pk=tenant, config_version__lte=version).update(config_version=version + 1)
    log.warning("tenant.outrun", tenant=tenant, version=version + 1)
