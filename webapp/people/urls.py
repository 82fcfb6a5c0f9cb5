"""API routes of people and tokens."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from webapp.people.api import MeView, PersonViewSet, TokenViewSet

router = SimpleRouter()
router.register("users", PersonViewSet, basename="user")
router.register("tokens", TokenViewSet, basename="token")
urlpatterns = [path("me/", MeView.as_view(), name="me"), *router.urls]
