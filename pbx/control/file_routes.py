"""Routes for audio: sounds in; voicemail, greetings and recordings out, whole or in ranges (RFC 9110)."""

import errno
from collections.abc import AsyncIterator

from aiohttp import web

from pbx.control.bodies import answer, read_body
from pbx.control.commands import SetMessage
from pbx.control.file_target import FileTarget
from pbx.control.target import Refused

CHUNK = 256 * 2**10
FULL = (errno.ENOSPC, errno.EDQUOT)


class FileRoutes:
    """`add` them to the control server's router."""

    def __init__(self, files: FileTarget) -> None:
        self._files = files

    def add(self, router: web.UrlDispatcher) -> None:
        tenant = "/v1/tenants/{tenant}"
        router.add_get(tenant + "/sounds", self._sounds)
        router.add_put(tenant + "/sounds/{sound}", self._put_sound)
        router.add_get(tenant + "/voicemail", self._messages)
        router.add_patch(tenant + "/voicemail/{message}", self._change_message)
        router.add_delete(tenant + "/voicemail/{message}", self._remove_message)
        router.add_get(tenant + "/voicemail/{message}/audio", self._message_audio)
        router.add_get(tenant + "/mailboxes", self._mailboxes)
        router.add_get(tenant + "/mailboxes/{mailbox}/greeting", self._greeting)
        router.add_delete(tenant + "/mailboxes/{mailbox}/greeting", self._remove_greeting)
        router.add_get(tenant + "/recordings", self._recordings)
        router.add_get(tenant + "/recordings/{recording}/audio", self._recording_audio)
        router.add_delete(tenant + "/recordings/{recording}", self._recording_taken)

    # --- sounds ---

    async def _sounds(self, request: web.Request) -> web.Response:
        return answer(list(await self._files.sounds.states(request.match_info["tenant"])))

    async def _put_sound(self, request: web.Request) -> web.Response:
        tenant, sound = request.match_info["tenant"], request.match_info["sound"]
        sha256 = request.query.get("sha256", "")
        try:
            state = await self._files.sounds.put(tenant, sound, sha256, _pieces(request))
        except ValueError as error:
            raise Refused(422, f"{error}") from error
        except OSError as error:
            if error.errno in FULL:
                raise Refused(507, "The disk of the core is full; make room and try again.") from error
            raise
        return answer(state)

    # --- voicemail ---

    async def _messages(self, request: web.Request) -> web.Response:
        tenant, mailbox = request.match_info["tenant"], request.query.get("mailbox")
        return answer(list(self._files.mailboxes.everything(tenant, mailbox)))

    async def _change_message(self, request: web.Request) -> web.Response:
        change = await read_body(request, SetMessage)
        tenant, message = request.match_info["tenant"], request.match_info["message"]
        changed = await self._files.mailboxes.change(
            tenant, message, read=change.read, deleted=change.deleted
        )
        if changed is None:
            raise Refused(404, "There is no such message.")
        return answer(changed)

    async def _remove_message(self, request: web.Request) -> web.Response:
        if not await self._files.mailboxes.remove(
            request.match_info["tenant"], request.match_info["message"]
        ):
            raise Refused(404, "There is no such message.")
        return web.Response(status=204)

    async def _message_audio(self, request: web.Request) -> web.StreamResponse:
        tenant, message = request.match_info["tenant"], request.match_info["message"]
        return _audio(self._files.mailboxes.audio(tenant, message))

    # --- greetings ---

    async def _mailboxes(self, request: web.Request) -> web.Response:
        return answer(list(self._files.personal.states(request.match_info["tenant"])))

    async def _greeting(self, request: web.Request) -> web.StreamResponse:
        tenant, mailbox = request.match_info["tenant"], request.match_info["mailbox"]
        return _audio(self._files.personal.recorded(tenant, mailbox))

    async def _remove_greeting(self, request: web.Request) -> web.Response:
        tenant, mailbox = request.match_info["tenant"], request.match_info["mailbox"]
        if not await self._files.personal.remove_greeting(tenant, mailbox):
            raise Refused(404, "No greeting was recorded by phone.")
        return web.Response(status=204)

    # --- recordings ---

    async def _recordings(self, request: web.Request) -> web.Response:
        return answer(list(self._files.recordings.waiting(request.match_info["tenant"])))

    async def _recording_audio(self, request: web.Request) -> web.StreamResponse:
        tenant, recording = request.match_info["tenant"], request.match_info["recording"]
        return _audio(self._files.recordings.audio(tenant, recording))

    async def _recording_taken(self, request: web.Request) -> web.Response:
        tenant, recording = request.match_info["tenant"], request.match_info["recording"]
        if not await self._files.recordings.taken(tenant, recording):
            raise Refused(404, "There is no such recording.")
        return web.Response(status=204)


async def _pieces(request: web.Request) -> AsyncIterator[bytes]:
    async for piece in request.content.iter_chunked(CHUNK):
        yield piece


def _audio(path: str | None) -> web.StreamResponse:
    """The file, or the range that was asked for (aiohttp answers 206 and 416 by itself)."""
    if path is None:
        raise Refused(404, "There is no such audio.")
    return web.FileResponse(path, headers={"Content-Type": "audio/wav"}, chunk_size=CHUNK)
