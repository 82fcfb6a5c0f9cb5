"""API routes of flows."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from webapp.flows.api import (
    CalendarViewSet,
    FlowViewSet,
    GroupViewSet,
    InternalNumberViewSet,
    SimulateView,
)

router = SimpleRouter()
router.register("flows", FlowViewSet, basename="flow")
router.register("calendars", CalendarViewSet, basename="calendar")
router.register("ring-groups", GroupViewSet, basename="ring-group")
router.register("internal-numbers", InternalNumberViewSet, basename="internal-number")
urlpatterns = [path("simulate/", SimulateView.as_view(), name="simulate"), *router.urls]
