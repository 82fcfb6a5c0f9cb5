"""`manage.py courier`: carries configuration to the core and call records back, until it is stopped."""

import asyncio
import signal
from typing import Any

import structlog
from django.core.management.base import BaseCommand

from webapp.link import core
from webapp.link.courier import Courier

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """Runs until SIGINT or SIGTERM. Safe to stop or kill at any moment: nothing is acknowledged before it is
    in the database."""

    help = "Carry configuration to the core and call records back, until stopped."
    # The database may be away: it waits for it.
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        asyncio.run(run())


async def run() -> None:
    """One courier until a signal asks to stop."""
    courier = asyncio.ensure_future(Courier(core.client).run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, courier.cancel)
    log.info("courier.started")
    try:
        await courier
    except asyncio.CancelledError:
        log.info("courier.stopped")
