"""The web as an ASGI application, served by Daphne: `daphne config.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.django_settings")

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

http = get_asgi_application()


async def no_websocket(_scope, receive, send) -> None:  # type: ignore[no-untyped-def]
    """Nothing listens on a WebSocket yet: refuse the handshake instead of failing in the log."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


application = ProtocolTypeRouter({"http": http, "websocket": no_websocket})
