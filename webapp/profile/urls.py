"""API routes of profiles."""

from django.urls import path

from webapp.profile.api import OwnPhotoView, PhotoView, PreferencesView, ProfileView

urlpatterns = [
    path("me/profile/", ProfileView.as_view(), name="own-profile"),
    path("me/photo/", OwnPhotoView.as_view(), name="own-photo"),
    path("me/preferences/", PreferencesView.as_view(), name="own-preferences"),
    path("photos/<uuid:pk>/", PhotoView.as_view(), name="photo"),
]
