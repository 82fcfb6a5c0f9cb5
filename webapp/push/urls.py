"""API routes of web push."""

from django.urls import path

from webapp.push.api import PushView

urlpatterns = [path("push/", PushView.as_view(), name="push")]
