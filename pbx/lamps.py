"""Lamps at work: takes SUBSCRIBEs and what happens to `pbx.presence`, and what it decides to disk and phones.

Runs on the asyncio loop.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import structlog

from pbx.control.messages import Event
from pbx.directory import Directory
from pbx.ports import Binding, DialogId, Locations, Mail, Notify, Reply
from pbx.presence.presence import Presence, Steps
from pbx.sip.subscriptions import Notified, Subscribing
from pbx.store.subscriptions import Subscriptions

log = structlog.get_logger("pbx.lamps")


class Phones(Protocol):
    """Where answers and NOTIFYs go."""

    def respond(self, token: int, reply: Reply) -> None: ...
    def notify(self, notify: Notify) -> None: ...
    def dialog(self, leg: str) -> DialogId | None: ...


class Mailboxes(Mail, Protocol):
    """Where messages lie, and who tells when they change."""

    def listen(self, changed: Callable[[str, str], None]) -> None: ...


class Lamps:
    """Everything that phones watch. `attach` the stack, then `restore`."""

    def __init__(
        self,
        directory: Directory,
        locations: Locations,
        table: Subscriptions,
        mail: Mailboxes,
        contact: Callable[[str], str],
    ) -> None:
        """`contact` gives our Contact on a transport."""
        self._presence = Presence(directory, locations, mail, self, contact)
        self._table = table
        self._phones: Phones | None = None
        self._timer: asyncio.TimerHandle | None = None
        mail.listen(self._mailbox)

    def attach(self, phones: Phones) -> None:
        self._phones = phones

    def dialog(self, leg: str) -> DialogId | None:
        """The SIP dialog of a leg (ports.Dialogs)."""
        return self._phones.dialog(leg) if self._phones is not None else None

    def _mailbox(self, tenant: str, mailbox: str) -> None:
        if self._phones is not None:
            self._carry_out(self._presence.mailbox(tenant, mailbox, time.time()))

    def restore(self, bindings: Iterable[Binding], now: float) -> None:
        """Take up the subscriptions of before a restart and tell all phones how it is now."""
        self._carry_out(self._presence.restore(self._table.load(), bindings, now))

    # --- What happens --------------------------------------------------------------------------------------

    def subscribe(self, event: Subscribing, now: float) -> None:
        """Answer a SUBSCRIBE once it is written: what a phone believes survives our death."""
        steps = self._presence.subscribe(event.request, event.caller, now)
        token = event.request.token
        saved = self._keep(steps)
        if saved is None:
            self._answer(token, steps)
        else:
            asyncio.ensure_future(saved).add_done_callback(lambda _: self._answer(token, steps))

    def _answer(self, token: int, steps: Steps) -> None:
        assert self._phones is not None and steps.reply is not None
        self._phones.respond(token, steps.reply)
        self._send(steps)

    def event(self, event: Event) -> None:
        """Something that was told to everybody who follows the core."""
        if event.call is not None:
            self._carry_out(self._presence.call(event.call, event.at))
        elif event.extension is not None:
            self._carry_out(self._presence.extension(event.extension, event.at))

    def bindings(self, changed: Iterable[Binding], removed: Iterable[Binding], now: float) -> None:
        """Phones registered or are gone."""
        self._carry_out(self._presence.unregistered(removed, now))
        self._carry_out(self._presence.registered(changed, now))

    def notified(self, event: Notified, now: float) -> None:
        self._carry_out(self._presence.answered(event.token, event.code, now))

    def tenant_changed(self, tenant: str, now: float) -> None:
        """Another configuration, or none."""
        self._carry_out(self._presence.tenant_changed(tenant, now))

    def device_gone(self, tenant: str, device: str, now: float) -> None:
        """It may not see anything any more, or has another secret."""
        self._carry_out(self._presence.device_gone(tenant, device, now))

    # --- What follows --------------------------------------------------------------------------------------

    def _carry_out(self, steps: Steps) -> None:
        self._keep(steps)
        self._send(steps)

    def _keep(self, steps: Steps) -> Awaitable[bool] | None:
        if steps.saved or steps.gone:
            return self._table.save(steps.saved, steps.gone)
        return None

    def _send(self, steps: Steps) -> None:
        assert self._phones is not None
        for notify in steps.notifies:
            self._phones.notify(notify)
        self._wait()

    def _wait(self) -> None:
        """Come back when something is due."""
        due = self._presence.due()
        if due is None:
            return
        loop = asyncio.get_running_loop()
        at = loop.time() + max(0.0, due - time.time())
        if self._timer is None or at < self._timer.when():
            if self._timer is not None:
                self._timer.cancel()
            self._timer = loop.call_at(at, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._carry_out(self._presence.tick(time.time()))
