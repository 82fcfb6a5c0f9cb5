"""API routes of the history."""

from rest_framework.routers import SimpleRouter

from webapp.calls.api import CallViewSet

router = SimpleRouter()
router.register("calls", CallViewSet, basename="call")
urlpatterns = router.urls
