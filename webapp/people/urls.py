"""API routes of people and tokens."""

from rest_framework.routers import SimpleRouter

from webapp.people.api import PersonViewSet, TokenViewSet

router = SimpleRouter()
router.register("users", PersonViewSet, basename="user")
router.register("tokens", TokenViewSet, basename="token")
urlpatterns = router.urls
