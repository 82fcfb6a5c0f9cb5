"""API routes of the phone in the browser."""

from django.urls import path

from webapp.phone.api import PhoneView

urlpatterns = [path("phone/", PhoneView.as_view(), name="phone")]
