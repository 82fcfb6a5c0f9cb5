"""All that flows of an organisation may lead to, read once for a check or a simulation."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import dialplan
from config.settings import ROOT
from webapp.extensions.models import Device, Extension
from webapp.flows.models import Calendar, FlowVersion, Group, GroupMember, InternalNumber
from webapp.lines.models import PublicNumber
from webapp.organisations.models import Organisation
from webapp.sounds.models import Sound
from webapp.voicemail.models import Mailbox


@dataclass(frozen=True)
class House:
    """One organisation as flows see it. Ids are the text of keys, extensions are by number."""

    organisation: Organisation
    flows: dict[str, dialplan.Flow]
    extensions: dict[str, Extension]
    devices: set[str]
    groups: dict[str, list[str]]
    calendars: dict[str, dialplan.Calendar]
    mailboxes: dict[str, str]  # to the number of its extension, "" for a shared one
    sounds: set[str]
    numbers: dict[str, str]

    def check(self, drafts: Mapping[str, dialplan.Flow]) -> list[dialplan.Finding]:
        """What is wrong in `drafts`, each in the place of the published flow of its id."""
        flows = {**self.flows, **drafts}
        found = dialplan.validate(
            flows,
            extensions=self.extensions,
            groups=self.groups,
            devices=self.devices,
            mailboxes=self.mailboxes,
            sounds=self.sounds,
            queues=(),
            calendars=self.calendars,
            prompts=prompts(),
            numbers={number: flow for number, flow in self.numbers.items() if flow in flows},
        )
        return [finding for finding in found if finding.flow in drafts]


def read(organisation: Organisation) -> House:
    """The organisation as it is now."""
    tenant = organisation.pk
    extensions = {e.number: e for e in Extension.objects.filter(organisation=tenant)}
    flows = published(tenant)
    groups: dict[str, list[str]] = {}
    members = Group.objects.filter(organisation=tenant).values_list("pk", "members__extension__number")
    for group, number in members.order_by(*(f"members__{field}" for field in GroupMember.ORDER)):
        groups.setdefault(str(group), []).extend([number] if number else [])
    answers = [
        *PublicNumber.objects.filter(organisation=tenant, flow__isnull=False).values_list("number", "flow"),
        *InternalNumber.objects.filter(organisation=tenant).values_list("number", "flow"),
        *[(e.number, e.flow_id) for e in extensions.values() if e.flow_id],
    ]
    return House(
        organisation=organisation,
        flows=flows,
        extensions=extensions,
        devices={str(key) for key in Device.objects.filter(organisation=tenant).values_list("pk", flat=True)},
        groups=groups,
        calendars={
            str(each.pk): dialplan.parse_calendar({"name": each.name, "days": each.days})
            for each in Calendar.objects.filter(organisation=tenant)
        },
        mailboxes=_mailboxes(tenant),
        sounds={str(key) for key in Sound.objects.filter(organisation=tenant).values_list("pk", flat=True)},
        numbers={number: str(flow) for number, flow in answers},
    )


def published(tenant: UUID) -> dict[str, dialplan.Flow]:
    """The flows that callers meet."""
    rows = FlowVersion.objects.filter(organisation=tenant, live=True).values_list("flow", "definition")
    return {str(flow): dialplan.parse_flow(definition) for flow, definition in rows}


@cache
def prompts() -> frozenset[str]:
    """Names of the built-in prompts."""
    texts: dict[str, Any] = tomllib.loads((ROOT / "config" / "prompts" / "en.toml").read_text())
    return frozenset({*texts["texts"], *texts["tones"]})


def _mailboxes(tenant: UUID) -> dict[str, str]:
    rows = Mailbox.objects.filter(organisation=tenant).values_list("pk", "extension__number")
    return {str(key): number or "" for key, number in rows}
