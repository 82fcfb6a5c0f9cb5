"""Whose phone the browser of somebody is."""

from typing import Any

from webapp.extensions.models import Device, Extension
from webapp.organisations.access import within


def own_extension(viewer: Any) -> Extension | None:
    """The extension that somebody phones from; None without one. Of several the lowest number."""
    rows = within(viewer, Extension.objects.select_related("organisation", "user"))
    return rows.filter(user=viewer.pk).order_by("number").first()


def browser_of_person(person: str) -> Device | None:
    """The device that the browsers of the person with this id are, if it was made and may be used."""
    rows = Device.objects.filter(extension__user=person, kind=Device.Kind.BROWSER, enabled=True)
    return rows.order_by("extension__number").first()
