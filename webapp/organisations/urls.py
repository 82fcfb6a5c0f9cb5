"""API routes of organisations."""

from rest_framework.routers import SimpleRouter

from webapp.organisations.api import OrganisationViewSet

router = SimpleRouter()
router.register("organisations", OrganisationViewSet, basename="organisation")
urlpatterns = router.urls
