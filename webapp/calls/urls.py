"""API routes of the history and of notes; those of call records are with the commands on calls."""

from django.urls import path, re_path

from webapp.calls.history_api import HistoryView, MissedView, NoteViewSet

_CALL = r"^calls/(?P<call_id>[A-Za-z0-9_.:-]{1,64})/notes/"
urlpatterns = [
    path("history/", HistoryView.as_view(), name="history"),
    path("history/missed/", MissedView.as_view(), name="history-missed"),
    re_path(_CALL + "$", NoteViewSet.as_view({"get": "list", "post": "create"}), name="call-notes"),
    re_path(
        _CALL + r"(?P<pk>[0-9a-f-]{36})/$",
        NoteViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="call-note",
    ),
]
