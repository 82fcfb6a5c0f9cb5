"""Short questions to the core from web requests."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from asgiref.sync import async_to_sync
from django.conf import settings

from pbx.control.client import ControlClient

T = TypeVar("T")


def client() -> ControlClient:
    """A client of the core's control API; use it with `async with`."""
    return ControlClient(settings.CENTRALE.control_address, settings.CENTRALE.control_token)


def ask(question: Callable[[ControlClient], Awaitable[T]]) -> T:
    """Run one exchange with the core. Raises ControlError and ControlUnreachable."""

    async def run() -> T:
        async with client() as core:
            return await question(core)

    return async_to_sync(run)()
