"""API routes of lines to the outside."""

from rest_framework.routers import SimpleRouter

from webapp.lines import api

router = SimpleRouter()
router.register("caller-ids", api.CallerIdViewSet, basename="caller-id")
router.register("trunks", api.TrunkViewSet, basename="trunk")
router.register("routes", api.RouteViewSet, basename="route")
router.register("public-numbers", api.PublicNumberViewSet, basename="public-number")
router.register("outside", api.OutsideViewSet, basename="outside")
router.register("emergency-places", api.EmergencyPlaceViewSet, basename="emergency-place")
urlpatterns = router.urls
