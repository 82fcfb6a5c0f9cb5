"""API routes of calls: history, begin, commands; and of conferences."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from webapp.calling import api

ID = "[A-Za-z0-9_.:-]{1,64}"

router = SimpleRouter()
router.register("calls", api.CallsViewSet, basename="call")
urlpatterns = [
    *router.urls,
    re_path(rf"^calls/(?P<call_id>{ID})/hang-up/$", api.HangUpView.as_view(), name="call-hang-up"),
    *[
        re_path(rf"^calls/(?P<call_id>{ID})/{name}/$", view.as_view(), name=f"call-{name}")
        for name, view in api.COMMANDS.items()
    ],
    path("live/rooms/", api.ConferencesView.as_view(), name="live-rooms"),
    re_path(rf"^live/rooms/(?P<room>{ID})/invite/$", api.InviteView.as_view(), name="live-room-invite"),
    re_path(
        rf"^live/rooms/(?P<room>{ID})/members/(?P<leg>{ID})/$",
        api.MemberView.as_view(),
        name="live-room-member",
    ),
]
