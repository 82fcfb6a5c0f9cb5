"""WebSocket routes of this app."""

from django.urls import path

from webapp.live.socket import live_socket

websocket_urlpatterns = [path("ws/live", live_socket)]
