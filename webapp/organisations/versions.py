"""Raises `Organisation.config_version` with every change of what a snapshot is made of.

The database does it, by triggers: so admin, inlines, shell, bulk updates and plain SQL all count, in the same
transaction as the change. A new version is at least the Unix time in seconds, so that a database restored
from an older backup never gives out a number again that the core has already seen with other contents.

Triggers are taken away before a `migrate` that has something to do, because SQLite rebuilds tables under
them, and put back after it. Every organisation then gets a new version: the same rows may mean more.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.db import connections

# Model label -> column of the organisation it belongs to. The snapshot is made from these and nothing else,
# but for one column of PEOPLE.
WATCHED = {
    f"{app}.{model}": "organisation_id"
    for app, models in {
        "extensions": ("Extension", "Device", "Supervision"),
        "contacts": ("Mark", "BlockedNumber"),
        "flows": ("FlowVersion", "Calendar", "Group", "GroupMember", "InternalNumber"),
        "statuses": ("Status", "Forward"),
        "lines": (
            "CallerId",
            "CallerIdUse",
            "Trunk",
            "Route",
            "RouteTrunk",
            "PublicNumber",
            "Outside",
            "EmergencyTrunk",
            "EmergencyPlace",
        ),
        "rooms": ("Room",),
        "sounds": ("Sound",),
        "voicemail": ("Mailbox", "MailboxMember", "Greeting"),
        "recordings": ("Rule", "RuleExtension", "RuleNumber"),
    }.items()
    for model in models
}
# Of these only rows with that column set are in the snapshot: marks change with every star that is clicked.
ONLY = {"contacts.Mark": "blocked"}
TARGET = "organisations.Organisation"
# Who may not sign in has no phone in the browser. Their other columns change with each sign-in.
PEOPLE, COUNTS = "people.User", "is_active"
# Name and table of each trigger of ours that is there.
_TRIGGERS = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master "
    "WHERE type = 'trigger' AND name LIKE '%~_version%' ESCAPE '~'",
    "postgresql": "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE NOT tgisinternal AND tgname LIKE '%~_version' ESCAPE '~'",
}


def remove(using: str = "default", plan: Sequence[Any] = (), **_: Any) -> None:
    """Take the triggers away (receiver of `pre_migrate`, called once per app; cheap and repeatable)."""
    connection = connections[using]
    if not plan:
        return
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS[connection.vendor])
        for name, table in cursor.fetchall():
            on = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER {name}{on}")


def install(using: str = "default", plan: Sequence[Any] = (), **_: Any) -> None:
    """Put the triggers in place (receiver of `post_migrate`, called once per app; cheap and repeatable)."""
    connection = connections[using]
    make = {"sqlite": _sqlite, "postgresql": _postgresql}.get(connection.vendor)
    if make is None:
        raise RuntimeError(f"no triggers written for {connection.vendor}")
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        target = apps.get_model(TARGET)
        if target._meta.db_table not in present:
            return
        found = connection.introspection.get_table_description(cursor, target._meta.db_table)
        for statement in make(target, _own_columns([column.name for column in found]), present):
            cursor.execute(statement)
        if plan:
            now = int(time.time())
            higher = f"CASE WHEN config_version < {now} THEN {now} ELSE config_version + 1 END"
            cursor.execute(f"UPDATE {target._meta.db_table} SET config_version = {higher}")  # noqa: S608


def _watched(present: set[str]) -> list[tuple[str, str, str]]:
    """Table, column of the organisation, and the condition on a row ({0}: OLD or NEW)."""
    found = [
        (apps.get_model(label)._meta.db_table, column, f"{{0}}.{ONLY[label]}" if label in ONLY else "TRUE")
        for label, column in WATCHED.items()
    ]
    return [each for each in found if each[0] in present]


def _people(present: set[str]) -> list[str]:
    table = apps.get_model(PEOPLE)._meta.db_table
    return [table] if table in present else []


def _own_columns(names: Iterable[str]) -> str:
    """All columns but the version: a stale version that `save()` writes along must not count, nor recurse."""
    return ", ".join(f'"{name}"' for name in names if name != "config_version")


def _sqlite(target: Any, own_columns: str, present: set[str]) -> list[str]:
    table = target._meta.db_table
    newer = "max({0} + 1, CAST(strftime('%s', 'now') AS INTEGER))"
    out = [
        f"DROP TRIGGER IF EXISTS {table}_version",
        f"CREATE TRIGGER {table}_version AFTER UPDATE OF {own_columns} ON {table} BEGIN "  # noqa: S608
        f"UPDATE {table} SET config_version = {newer.format('OLD.config_version')} WHERE id = NEW.id; END",
    ]
    for watched, column, counts in _watched(present):
        for event, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",))):
            owners = ", ".join(f"{row}.{column}" for row in rows)
            condition = " OR ".join(counts.format(row) for row in rows)
            name = f"{watched}_version_{event.lower()}"
            out += [
                f"DROP TRIGGER IF EXISTS {name}",
                f"CREATE TRIGGER {name} AFTER {event} ON {watched} WHEN {condition} BEGIN "  # noqa: S608
                f"UPDATE {table} SET config_version = {newer.format('config_version')} "
                f"WHERE id IN ({owners}); END",
            ]
    for people in _people(present):
        out += [
            f"DROP TRIGGER IF EXISTS {people}_version",
            f"CREATE TRIGGER {people}_version AFTER UPDATE OF {COUNTS} ON {people} "  # noqa: S608
            f"WHEN OLD.{COUNTS} <> NEW.{COUNTS} BEGIN "
            f"UPDATE {table} SET config_version = {newer.format('config_version')} "
            f"WHERE id = NEW.organisation_id; END",
        ]
    return out


def _postgresql(target: Any, own_columns: str, present: set[str]) -> list[str]:
    table = target._meta.db_table
    now = "extract(epoch from clock_timestamp())::bigint"
    own = f"{table}_version"
    out = [
        f"CREATE OR REPLACE FUNCTION {own}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"NEW.config_version := greatest(OLD.config_version + 1, {now}); RETURN NEW; END $$",
        f"CREATE OR REPLACE TRIGGER {own} BEFORE UPDATE OF {own_columns} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {own}()",
    ]
    for watched, column, counts in _watched(present):
        old, new = counts.format("OLD"), counts.format("NEW")
        raise_it = f"UPDATE {table} SET config_version = greatest(config_version + 1, {now}) WHERE id = "  # noqa: S608
        name = f"{watched}_version"
        out += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP <> 'INSERT' AND {old} THEN {raise_it} OLD.{column}; END IF; "
            f"IF TG_OP = 'INSERT' AND {new} THEN {raise_it} NEW.{column}; "
            f"ELSIF TG_OP = 'UPDATE' AND {new} AND (NEW.{column} <> OLD.{column} OR NOT {old}) "
            f"THEN {raise_it} NEW.{column}; END IF; "
            f"RETURN NULL; END $$",
            f"CREATE OR REPLACE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {watched} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    for people in _people(present):
        name = f"{people}_version"
        out += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608
            f"UPDATE {table} SET config_version = greatest(config_version + 1, {now}) "
            f"WHERE id = NEW.organisation_id; RETURN NULL; END $$",
            f"CREATE OR REPLACE TRIGGER {name} AFTER UPDATE OF {COUNTS} ON {people} "
            f"FOR EACH ROW WHEN (OLD.{COUNTS} <> NEW.{COUNTS}) EXECUTE FUNCTION {name}()",
        ]
    return out
