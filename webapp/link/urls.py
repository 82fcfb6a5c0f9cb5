"""API routes of live state and commands."""

from django.urls import path, re_path

from webapp.link import api

urlpatterns = [
    path("live/calls/", api.LiveCallsView.as_view(), name="live-calls"),
    path("live/trunks/", api.LiveTrunksView.as_view(), name="live-trunks"),
    path("live/bindings/", api.BindingsView.as_view(), name="live-bindings"),
    path("live/trace/", api.TraceView.as_view(), name="live-trace"),
    path("bans/", api.BansView.as_view(), name="bans"),
    re_path(r"^bans/(?P<address>[0-9A-Fa-f.:]{2,45})/$", api.BanView.as_view(), name="ban"),
]
