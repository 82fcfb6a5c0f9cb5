"""Every URL of the web; each feature brings its own part of the API."""

from django.contrib import admin
from django.urls import include, path

API = [
    path("", include("webapp.organisations.urls")),
    path("", include("webapp.people.urls")),
    path("", include("webapp.signin.urls")),
    path("", include("webapp.extensions.urls")),
    path("", include("webapp.flows.urls")),
    path("", include("webapp.lines.urls")),
    path("", include("webapp.statuses.urls")),
    path("", include("webapp.rooms.urls")),
    path("", include("webapp.notices.urls")),
    path("", include("webapp.calls.urls")),
    path("", include("webapp.calling.urls")),
    path("", include("webapp.phone.urls")),
    path("", include("webapp.push.urls")),
    path("", include("webapp.sounds.urls")),
    path("", include("webapp.voicemail.urls")),
    path("", include("webapp.recordings.urls")),
    path("", include("webapp.profile.urls")),
    path("", include("webapp.contacts.urls")),
    path("", include("webapp.link.urls")),
    path("", include("webapp.home.api_urls")),
]

urlpatterns = [
    path("", include("webapp.home.urls")),
    path("api/v1/", include(API)),
    path("admin/", admin.site.urls),
]
handler404 = "webapp.home.views.not_found"
handler500 = "webapp.home.views.failed"
