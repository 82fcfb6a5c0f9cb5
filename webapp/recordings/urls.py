"""API routes of recordings."""

from rest_framework.routers import SimpleRouter

from webapp.recordings.api import AccessViewSet, RecordingViewSet, RetentionViewSet, RuleViewSet

router = SimpleRouter()
router.register("recordings", RecordingViewSet, basename="recording")
router.register("recording-rules", RuleViewSet, basename="recording-rule")
router.register("recording-accesses", AccessViewSet, basename="recording-access")
router.register("recording-retention", RetentionViewSet, basename="recording-retention")
urlpatterns = router.urls
