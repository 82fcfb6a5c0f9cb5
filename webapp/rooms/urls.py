"""API routes of conference rooms."""

from rest_framework.routers import SimpleRouter

from webapp.rooms.api import RoomViewSet

router = SimpleRouter()
router.register("rooms", RoomViewSet, basename="room")
urlpatterns = router.urls
