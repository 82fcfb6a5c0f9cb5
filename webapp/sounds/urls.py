"""API routes of sounds."""

from rest_framework.routers import SimpleRouter

from webapp.sounds.api import SoundViewSet

router = SimpleRouter()
router.register("sounds", SoundViewSet, basename="sound")
urlpatterns = router.urls
