"""API routes of extensions and phones."""

from rest_framework.routers import SimpleRouter

from webapp.extensions.api import DeviceViewSet, ExtensionViewSet, PickupGroupViewSet

router = SimpleRouter()
router.register("extensions", ExtensionViewSet, basename="extension")
router.register("devices", DeviceViewSet, basename="device")
router.register("pickup-groups", PickupGroupViewSet, basename="pickup-group")
urlpatterns = router.urls
