"""Pages for people, and /healthz."""

from django.contrib.auth.views import LogoutView
from django.urls import path, re_path
from django.views.generic import RedirectView

from webapp.home import client, views

urlpatterns = [
    path("", RedirectView.as_view(url="/app/"), name="start"),
    path("calls/", views.own_calls_page, name="own-calls"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("app/sw.js", client.service_worker, name="service-worker"),
    re_path(r"^app(?:/.*)?$", client.page, name="client"),
    path("healthz", views.healthz, name="healthz"),
]
