"""API routes of contacts."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from webapp.contacts.api import BlockedNumberViewSet, ContactViewSet
from webapp.contacts.csv_api import ExportView, ImportView

router = SimpleRouter()
router.register("contacts", ContactViewSet, basename="contact")
router.register("blocked-numbers", BlockedNumberViewSet, basename="blocked-number")
urlpatterns = [
    path("contacts/import/", ImportView.as_view(), name="contact-import"),
    path("contacts/export/", ExportView.as_view(), name="contact-export"),
    *router.urls,
]
