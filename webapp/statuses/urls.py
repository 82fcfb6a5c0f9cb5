"""API routes of statuses."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from webapp.statuses.api import ForwardViewSet, StatesView, StateView, StatusViewSet
from webapp.statuses.calendar_api import SeriesViewSet

router = SimpleRouter()
router.register("statuses", StatusViewSet, basename="status")
router.register("forwards", ForwardViewSet, basename="forward")
router.register("status-plans", SeriesViewSet, basename="status-plan")
urlpatterns = [
    path("states/", StatesView.as_view(), name="states"),
    path("extensions/<uuid:pk>/state/", StateView.as_view(), name="extension-state"),
    *router.urls,
]
