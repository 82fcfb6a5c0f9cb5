"""`manage.py pbx …`: look at the running core and steer it from a terminal. Needs no database."""

import asyncio
import contextlib
import os
import sys
from argparse import SUPPRESS, ArgumentParser
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from pbx.control.address import AddressError
from pbx.control.client import ControlClient, ControlError, ControlUnreachable
from pbx.control.commands import Originate
from pbx.control.messages import (
    Hello,
    Trace,
    encode,
)

from ._pbx_text import Clock, local_zone


class Command(BaseCommand):
    help = "Look at the running core: calls, bindings, events, bans, trace; start or hang up a call."
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="messages of the control API instead of tables"
        )
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        of_tenant = [("--tenant", {"help": "only of this tenant"})]
        for name, text, options in (
            ("health", "whether the core is ready", []),
            ("calls", "calls going on now", of_tenant),
            ("bindings", "registered phones", of_tenant),
            ("bans", "banned addresses", []),
            ("unban", "let an address in again", [("address", {})]),
            ("hangup", "end a call", [("call", {"help": "id as `pbx calls` shows it"})]),
            (
                "events",
                "follow what happens (Ctrl-C ends it)",
                [*of_tenant, ("--since", {"type": int, "help": "also the events after this number"})],
            ),
            (
                "call",
                "ring an extension and connect it to a number",
                [("tenant", {}), ("extension", {}), ("number", {})],
            ),
            (
                "trace",
                "switch the SIP trace of a tenant or device, and show what it caught",
                [
                    ("tenant", {}),
                    ("--device", {}),
                    ("--seconds", {"type": int, "default": 600, "help": "for so long; 0 switches it off"}),
                    ("--show", {"action": "store_true", "help": "only show what was caught"}),
                ],
            ),
        ):
            action = actions.add_parser(name, help=text, description=text)
            # Also behind the action, where people type it; SUPPRESS keeps the one before it.
            action.add_argument("--json", action="store_true", default=SUPPRESS, help="print JSON")
            for option, details in options:
                action.add_argument(option, **details)  # type: ignore[arg-type]

    def handle(self, *args: Any, **options: Any) -> None:
        self._json = bool(options["json"])
        self._clock = Clock(local_zone())
        try:
            asyncio.run(self._run(options))
        except (ControlUnreachable, ControlError, AddressError) as error:
            raise CommandError(str(error)) from None
        except BrokenPipeError:
            # The reader (head, less) has seen enough; nothing more may be written at exit either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except KeyboardInterrupt:
            pass

    async def _run(self, options: dict[str, Any]) -> None:
        centrale = settings.CENTRALE
        client = ControlClient(
            centrale.control_address, centrale.control_token, getattr(centrale, "control_certificate", None)
        )
        async with client as core:
            await getattr(self, f"_{options['action']}")(core, options)

    async def _health(self, core: ControlClient, options: dict[str, Any]) -> None:
        health = await core.health()
        self._show(health, self._clock.health(health))
        if not health.ready:
            raise CommandError("The core is not ready.")

    async def _calls(self, core: ControlClient, options: dict[str, Any]) -> None:
        calls = await core.calls(options["tenant"])
        self._show(calls, self._clock.calls(calls))

    async def _bindings(self, core: ControlClient, options: dict[str, Any]) -> None:
        bindings = await core.bindings(options["tenant"])
        self._show(bindings, self._clock.bindings(bindings))

    async def _bans(self, core: ControlClient, options: dict[str, Any]) -> None:
        bans = await core.bans()
        self._show(bans, self._clock.bans(bans))

    async def _unban(self, core: ControlClient, options: dict[str, Any]) -> None:
        address = options["address"]
        if not await core.unban(address):
            raise CommandError(f"{address} is not banned; `pbx bans` shows which addresses are.")
        self._show({"unbanned": address}, f"{address} may come in again.")

    async def _hangup(self, core: ControlClient, options: dict[str, Any]) -> None:
        call = options["call"]
        if not await core.hangup(call):
            raise CommandError(f"There is no call {call} now; `pbx calls` shows those there are.")
        self._show({"hung_up": call}, f"Call {call} is ended.")

    async def _call(self, core: ControlClient, options: dict[str, Any]) -> None:
        command = Originate(
            tenant=options["tenant"], extension=options["extension"], number=options["number"]
        )
        call = await core.originate(command)
        self._show({"call": call}, f"Call {call}: {command.extension} rings, then {command.number}.")

    async def _trace(self, core: ControlClient, options: dict[str, Any]) -> None:
        tenant, device, seconds = options["tenant"], options["device"], options["seconds"]
        if options["show"]:
            messages = await core.traced(tenant, device)
            texts = [self._clock.trace(message) for message in messages]
            self._show(messages, "\n".join(texts) or "Nothing was caught (yet).")
            return
        await core.trace(Trace(tenant=tenant, device=device, seconds=seconds))
        whose = f"device {device} of {tenant}" if device else tenant
        how = f"on for {seconds} s" if seconds else "off"
        self._show(
            {"tenant": tenant, "device": device, "seconds": seconds}, f"SIP trace of {whose} is {how}."
        )

    async def _events(self, core: ControlClient, options: dict[str, Any]) -> None:
        # The first connection tells a person at once when there is no core; later losses are waited out.
        await core.tenants()
        messages = core.follow(options["since"], options["tenant"])
        async with contextlib.aclosing(messages):
            async for message in messages:
                if self._json:
                    self._line(encode(message).decode())
                elif isinstance(message, Hello):
                    self._line(f"-------- following from event {message.number} --------")
                else:
                    self._line(self._clock.event(message))

    def _show(self, message: object, text: str) -> None:
        self._line(encode(message).decode() if self._json else text)

    def _line(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
