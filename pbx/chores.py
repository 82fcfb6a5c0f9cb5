"""Commands of the call logic that take time: web hooks, and files that must be safe on disk."""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
import structlog

from pbx.files import Files
from pbx.ports import (
    CallHook,
    DropGreeting,
    DropMessage,
    FileCommand,
    HookAnswered,
    KeepGreeting,
    KeepMessage,
    KeepRecording,
    Kept,
    MarkMessage,
    MarkRecording,
    RemoveGreeting,
    SetPin,
)

log = structlog.get_logger("pbx.chores")

MAX_ANSWER = 4096  # bytes that a web hook may answer
MAX_HOOKS = 100  # that wait at once

Chore = CallHook | FileCommand | MarkRecording | KeepRecording


class HookReply(msgspec.Struct):
    """What a web hook answers: the name of an outcome."""

    next: str


class Chores:
    """Runs them beside the calls. Hooks may reach private addresses of this
    machine's network only when `private` says so: they are written by administrators of organisations."""

    def __init__(self, files: Files, *, private: bool = False) -> None:
        self._files = files
        self._post: Callable[[HookAnswered | Kept], None] = lambda _answer: None
        self._private = private
        self._tasks: set[asyncio.Task[None]] = set()
        self._hooks = 0

    def attach(self, post: Callable[[HookAnswered | Kept], None]) -> None:
        """Where answers go: of web hooks, and of files that are to be kept."""
        self._post = post

    def do(self, chore: Chore) -> None:
        """Begin it; errors end up in the log."""
        match chore:
            case CallHook():
                self._run(self._hook(chore))
            case KeepMessage() | KeepGreeting():
                self._run(self._keep_file(chore))
            case DropMessage() | MarkMessage() | DropGreeting() | RemoveGreeting() | SetPin():
                self._run(self._change_file(chore))
            case MarkRecording(tenant=tenant, recording=recording, paused=paused, keep=keep):
                self._run(self._mark(tenant, recording, paused, keep))
            case KeepRecording(tenant=tenant, recording=recording, reason=reason):
                self._run(self._keep(tenant, recording, reason))

    async def close(self, seconds: float) -> None:
        """Wait for what is not done yet."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("chore.failed")

    async def _keep_file(self, chore: KeepMessage | KeepGreeting) -> None:
        if isinstance(chore, KeepMessage):
            ok = await self._files.mailboxes.finish(chore.tenant, chore.message) is not None
        else:
            ok = await self._files.personal.finish_greeting(chore.tenant, chore.mailbox)
        self._post(Kept(call=chore.call, ok=ok))

    async def _change_file(
        self, chore: DropMessage | MarkMessage | DropGreeting | RemoveGreeting | SetPin
    ) -> None:
        files = self._files
        match chore:
            case DropMessage():
                await files.mailboxes.discard(chore.tenant, chore.message)
            case MarkMessage():
                await files.mailboxes.change(
                    chore.tenant, chore.message, read=chore.read, deleted=chore.deleted
                )
            case DropGreeting():
                await files.personal.discard_greeting(chore.tenant, chore.mailbox)
            case RemoveGreeting():
                await files.personal.remove_greeting(chore.tenant, chore.mailbox)
            case SetPin():
                await files.personal.set_pin(chore.tenant, chore.mailbox, chore.pin)

    async def _mark(self, tenant: str, recording: str, paused: bool | None, keep: bool | None) -> None:
        await self._files.recordings.change(tenant, recording, paused=paused, keep=keep)

    async def _keep(self, tenant: str, recording: str, reason: str) -> None:
        await self._files.recordings.finish(tenant, recording, reason)

    async def _hook(self, hook: CallHook) -> None:
        answer = None
        if self._hooks < MAX_HOOKS:
            self._hooks += 1
            try:
                with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError, msgspec.DecodeError):
                    answer = await self._ask(hook)
            finally:
                self._hooks -= 1
        log.info("hook.answered", call=hook.call, answer=answer)
        self._post(HookAnswered(call=hook.call, answer=answer))

    async def _ask(self, hook: CallHook) -> str | None:
        timeout = aiohttp.ClientTimeout(total=hook.seconds)
        connector = aiohttp.TCPConnector(resolver=_Public(self._private), limit=1)
        if not self._private and _is_private(urlsplit(hook.url).hostname or ""):
            return None
        async with (
            aiohttp.ClientSession(timeout=timeout, connector=connector) as session,
            session.post(hook.url, json=hook.body, allow_redirects=False) as reply,
        ):
            if reply.status != 200:
                return None
            body = await reply.content.read(MAX_ANSWER)
        return msgspec.json.decode(body, type=HookReply).next


def _is_private(host: str) -> bool:
    """Whether a host is an address that only this machine or its network knows."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return host.lower() == "localhost"


class _Public(aiohttp.ThreadedResolver):
    """Resolves names to public addresses only, unless private ones are allowed."""

    def __init__(self, private: bool) -> None:
        super().__init__()
        self._allow = private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        """As its base; OSError when no address is allowed."""
        found = await super().resolve(host, port, family)
        allowed = [each for each in found if self._allow or not _is_private(each["host"])]
        if not allowed:
            raise OSError(f"{host} has no public address")
        return allowed
