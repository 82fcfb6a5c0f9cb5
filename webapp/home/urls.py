"""Pages for people, and /healthz."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from webapp.home import views

urlpatterns = [
    path("", views.start, name="start"),
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("healthz", views.healthz, name="healthz"),
]
