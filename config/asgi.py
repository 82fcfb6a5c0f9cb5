"""The web as an ASGI application, served by Daphne: `daphne config.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.django_settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

http = get_asgi_application()

from webapp.live import routing as live  # noqa: E402  (models can be imported only now)
from webapp.phone import routing as phone  # noqa: E402


async def no_websocket(_scope, receive, send) -> None:  # type: ignore[no-untyped-def]
    """Nothing listens on other paths: refuse the handshake instead of failing in the log."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


websocket_urlpatterns = [
    *live.websocket_urlpatterns,
    *phone.websocket_urlpatterns,
    re_path("", no_websocket),
]
application = ProtocolTypeRouter({"http": http, "websocket": URLRouter(websocket_urlpatterns)})
