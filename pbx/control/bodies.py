"""Bodies of requests and answers: messages as JSON, with bounds on what is read."""

from typing import TypeVar

from aiohttp import web

from pbx.control.messages import decode, encode
from pbx.control.target import Refused

T = TypeVar("T")

MAX_COMMAND = 64 * 2**10


async def read_body(request: web.Request, kind: type[T], limit: int = MAX_COMMAND) -> T:
    """The body as a message. Raises MessageError, or Refused (413) for one that is larger than `limit` bytes,
    without reading it when it says so itself."""
    too_large = Refused(413, f"The body is too large, {limit} bytes are taken.")
    if (request.content_length or 0) > limit:
        raise too_large
    parts, size = [], 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > limit:
            raise too_large
        parts.append(part)
    return decode(b"".join(parts), kind)


def answer(message: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A message as JSON."""
    return web.Response(
        body=encode(message), status=status, headers=headers, content_type="application/json", charset="utf-8"
    )
