"""The page in the admin that says what would happen to a call. Works without JavaScript."""

import datetime
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from pbx.control.client import ControlUnreachable
from webapp.common.admin import capitals
from webapp.common.moments import check_moment
from webapp.flows import simulating
from webapp.organisations.access import visible_organisations


class TryForm(forms.Form):
    """A call that might be."""

    organisation = forms.ModelChoiceField(None, label=_("organisation"))
    number = forms.RegexField(r"^[0-9A-Za-z*#+._ -]{1,32}\Z", label=_("dialled"))
    caller = forms.CharField(label=_("caller"), required=False, max_length=32)
    internal = forms.BooleanField(
        label=_("from inside"), required=False, help_text=_("As it always is when an extension calls.")
    )
    at = forms.DateTimeField(
        label=_("at"), required=False, validators=[check_moment], help_text=_("Empty: now.")
    )
    outcomes = forms.RegexField(
        r"^[a-z0-9_*# ]*\Z",
        label=_("what the steps come to"),
        required=False,
        max_length=200,
        help_text=_("For example: 1 busy. After these nobody answers."),
    )

    def __init__(self, viewer: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        capitals(self)
        organisations = visible_organisations(viewer)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        if viewer.organisation_id is not None:
            self.fields["organisation"].initial = viewer.organisation_id
            self.fields["organisation"].required = False
            self.fields["organisation"].widget = forms.HiddenInput()

    def answer(self, viewer: Any) -> simulating.Answer:
        """Raises ValidationError."""
        data = dict(self.cleaned_data)
        organisation = data.pop("organisation") or viewer.organisation
        question = simulating.Question(**{**data, "outcomes": data["outcomes"].split()})
        return simulating.simulate(organisation, question)


class TryPage(TemplateView):
    """Asked with GET, so that a call record can link to it."""

    template_name = "admin/centrale_try.html"
    site: AdminSite | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        assert self.site is not None
        viewer = self.request.user
        form = TryForm(viewer, self.request.GET or None)
        context = {**super().get_context_data(**kwargs), **self.site.each_context(self.request)}
        context |= {"title": _("Try a call"), "form": form}
        if form.is_bound and form.is_valid():
            try:
                answer = form.answer(viewer)
                context |= {"answer": answer, "steps": [_step(step) for step in answer.path]}
            except ValidationError as error:
                form.add_error(None, error.messages)  # type: ignore[arg-type]
            except ControlUnreachable:
                form.add_error(None, _("The telephone core cannot be reached right now; try again shortly."))
        return context


def _step(step: Any) -> dict[str, Any]:
    return {"step": step, "at": datetime.datetime.fromtimestamp(step.at, datetime.UTC)}
