"""API routes of notices."""

from rest_framework.routers import SimpleRouter

from webapp.notices.api import NoticeViewSet

router = SimpleRouter()
router.register("notices", NoticeViewSet, basename="notice")
urlpatterns = router.urls
