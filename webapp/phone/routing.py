"""WebSocket routes of this app."""

from django.urls import path

from webapp.phone.socket import sip_socket

websocket_urlpatterns = [path("ws/sip", sip_socket)]
