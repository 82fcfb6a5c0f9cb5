"""The live page in the admin: calls with a button to hang up, registered phones, bans with a button to
lift."""

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from pbx.control.client import ControlError, ControlUnreachable
from pbx.control.messages import BindingState, CallRecord, TrunkState
from webapp.calling import actions as calling
from webapp.extensions.access import visible_devices
from webapp.lines.access import visible_trunks
from webapp.link import actions
from webapp.organisations.access import visible_organisations
from webapp.organisations.roles import Role, at_least


def _moment(seconds: float | None) -> datetime.datetime | None:
    return None if seconds is None else datetime.datetime.fromtimestamp(seconds, datetime.UTC)


class LivePage(TemplateView):
    """Loads itself again every five seconds; works without JavaScript."""

    template_name = "admin/centrale_live.html"
    site: AdminSite | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        assert self.site is not None
        viewer = self.request.user
        context = {**super().get_context_data(**kwargs), **self.site.each_context(self.request)}
        context |= {"title": _("Live"), "operator": at_least(viewer, Role.OPERATOR)}
        try:
            context["calls"] = [_call(viewer, call) for call in actions.live_calls(viewer)]
            context["trunks"] = _trunks(viewer, actions.live_trunks(viewer))
            context["bindings"] = _bindings(viewer, actions.live_bindings(viewer))
            if context["operator"]:
                context["bans"] = [{"ban": ban, "until": _moment(ban.until)} for ban in actions.bans()]
        except (ControlUnreachable, ControlError):
            context["away"] = True
        return context


def _call(viewer: Any, call: CallRecord) -> dict[str, Any]:
    return {
        "call": call,
        "since": _moment(call.started_at),
        "answered": _moment(call.answered_at),
        "with": ", ".join(
            sorted({leg.number for leg in call.legs if leg.role == "callee" and not leg.ended_at})
        ),
    }


def _trunks(viewer: Any, states: list[TrunkState]) -> list[dict[str, Any]]:
    trunks = {str(trunk.pk): trunk for trunk in visible_trunks(viewer)}
    return [
        {"state": state, "trunk": trunks.get(state.trunk), "since": _moment(state.since)} for state in states
    ]


def _bindings(viewer: Any, bindings: list[BindingState]) -> list[dict[str, Any]]:
    devices = {
        str(device.pk): device
        for device in visible_devices(viewer).filter(pk__in=[binding.device for binding in bindings])
    }
    organisations = {str(o.pk): o for o in visible_organisations(viewer)}
    return [
        {
            "binding": binding,
            "device": devices.get(binding.device),
            "organisation": organisations.get(binding.tenant),
            "since": _moment(binding.registered_at),
            "until": _moment(binding.expires_at),
        }
        for binding in bindings
    ]


class Command(View):
    """A button on the live page: does it, says so, goes back."""

    http_method_names = ("post",)
    done: Any = ""

    def act(self, request: HttpRequest) -> None:
        raise NotImplementedError

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            self.act(request)
        except ControlUnreachable:
            messages.error(request, _("The telephone core cannot be reached right now; try again shortly."))
        except ControlError as error:
            messages.error(request, error.problem.error)
        else:
            messages.success(request, str(self.done))
        return HttpResponseRedirect(reverse("admin:live"))


class HangUp(Command):
    """End a call of the own organisation."""

    done = gettext_lazy("The call was ended.")

    def act(self, request: HttpRequest) -> None:
        calling.hang_up(request.user, request.POST.get("call", ""))


class Unban(Command):
    """Lift a ban; operators only."""

    done = gettext_lazy("The ban was lifted.")

    def act(self, request: HttpRequest) -> None:
        if not at_least(request.user, Role.OPERATOR):
            raise PermissionDenied
        actions.unban(request.POST.get("address", ""))
