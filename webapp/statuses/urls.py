"""API routes of statuses."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from webapp.statuses.api import ForwardViewSet, PlanViewSet, StatesView, StateView, StatusViewSet

router = SimpleRouter()
router.register("statuses", StatusViewSet, basename="status")
router.register("forwards", ForwardViewSet, basename="forward")
router.register("planned-statuses", PlanViewSet, basename="planned-status")
urlpatterns = [
    path("states/", StatesView.as_view(), name="states"),
    path("extensions/<uuid:pk>/state/", StateView.as_view(), name="extension-state"),
    *router.urls,
]
