"""REST: flows with check, publication and simulation; calendars, groups, internal numbers."""

import dataclasses
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.calls.access import visible_calls
from webapp.common.api import HasRole
from webapp.flows import actions, simulating
from webapp.flows import serializers as forms
from webapp.flows.access import (
    visible_calendars,
    visible_flows,
    visible_groups,
    visible_internal_numbers,
)
from webapp.flows.models import Calendar, Flow, Group, InternalNumber
from webapp.organisations.api import owner_of_new
from webapp.organisations.owned_api import OwnedViewSet
from webapp.organisations.roles import Role


@extend_schema_view(
    list=extend_schema(summary="The call flows of the organisation"),
    retrieve=extend_schema(summary="One call flow with its draft"),
    create=extend_schema(summary="Make a call flow"),
    partial_update=extend_schema(summary="Change the name or the draft of a call flow"),
    destroy=extend_schema(summary="Remove a call flow that nothing leads to"),
)
class FlowViewSet(OwnedViewSet):
    """Call flows. Callers meet a draft only when it is published."""

    model = Flow
    read_role = Role.SUPERVISOR
    rows = staticmethod(visible_flows)
    serializer_class = forms.FlowSerializer
    remove = staticmethod(actions.delete_flow)

    @extend_schema(
        summary="Check a call flow",
        request=forms.CheckSerializer,
        responses=forms.FindingsSerializer,
    )
    @action(detail=True, methods=["post"], filter_backends=[])
    def check(self, request: Request, **_kwargs: Any) -> Response:
        asked = forms.CheckSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        found = actions.check(self.get_object(), asked.validated_data.get("definition"))
        publishable = not any(finding.level == "error" for finding in found)
        return Response(forms.FindingsSerializer({"publishable": publishable, "findings": found}).data)

    @extend_schema(
        summary="Publish the draft; refused while it has errors",
        request=forms.PublishSerializer,
        responses=forms.VersionSerializer,
    )
    @action(detail=True, methods=["post"], filter_backends=[])
    def publish(self, request: Request, **_kwargs: Any) -> Response:
        asked = forms.PublishSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        version = actions.publish(request.user, self.get_object(), asked.validated_data["note"])
        return Response(forms.VersionSerializer(version).data)

    @extend_schema(summary="What was published, newest first", responses=forms.VersionSerializer(many=True))
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None)
    def versions(self, _request: Request, **_kwargs: Any) -> Response:
        rows = self.get_object().versions.select_related("published_by")
        return Response(forms.VersionSerializer(rows, many=True).data)

    @extend_schema(
        summary="Publish an earlier version again",
        request=forms.RollBackSerializer,
        responses=forms.VersionSerializer,
    )
    @action(detail=True, methods=["post"], url_path="roll-back", filter_backends=[])
    def roll_back(self, request: Request, **_kwargs: Any) -> Response:
        asked = forms.RollBackSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        version = actions.roll_back(request.user, self.get_object(), asked.validated_data["version"])
        return Response(forms.VersionSerializer(version).data)


class SimulateView(APIView):
    """What would happen to a call."""

    permission_classes = (IsAuthenticated, HasRole)
    read_role = write_role = Role.SUPERVISOR

    @extend_schema(
        summary="Simulate a call, or replay one",
        request=forms.SimulateSerializer,
        responses=forms.SimulationSerializer,
    )
    def post(self, request: Request) -> Response:
        asked = forms.SimulateSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        record = self._record(request, data.pop("call", None))
        if record is not None:
            organisation, question = record.organisation, simulating.question_of(record)
            data = {name: data[name] for name in ("outcomes",) if data.get(name)}
            question = dataclasses.replace(question, **data)
        elif flow := data.get("flow"):
            organisation = flow.organisation
            data.pop("organisation", None)
            question = simulating.Question(**data)
        elif data.get("number"):
            organisation = owner_of_new(request, data)
            question = simulating.Question(**data)
        else:
            raise serializers.ValidationError({"number": [_("Give a number, a flow or a call.")]})
        answer = dataclasses.asdict(simulating.simulate(organisation, question))
        if record is not None:
            answer["recorded"] = record.record.get("path", [])
        return Response(forms.SimulationSerializer(answer).data)

    def _record(self, request: Request, call_id: str | None) -> Any:
        if call_id is None:
            return None
        record = visible_calls(request.user).filter(call_id=call_id, organisation__isnull=False).first()
        if record is None:
            raise serializers.ValidationError({"call": [_("There is no such call.")]})
        return record


@extend_schema_view(
    list=extend_schema(summary="The calendars of the organisation"),
    retrieve=extend_schema(summary="One calendar"),
    create=extend_schema(summary="Make a calendar"),
    partial_update=extend_schema(summary="Change a calendar"),
    destroy=extend_schema(summary="Remove a calendar that no flow asks"),
)
class CalendarViewSet(OwnedViewSet):
    """Holidays, and days with opening hours of their own."""

    model = Calendar
    read_role = Role.SUPERVISOR
    rows = staticmethod(visible_calendars)
    serializer_class = forms.CalendarSerializer
    remove = staticmethod(actions.delete_calendar)


@extend_schema_view(
    list=extend_schema(summary="The ring groups of the organisation"),
    retrieve=extend_schema(summary="One ring group"),
    create=extend_schema(summary="Make a ring group"),
    partial_update=extend_schema(summary="Change a ring group"),
    destroy=extend_schema(summary="Remove a ring group that no flow rings"),
)
class GroupViewSet(OwnedViewSet):
    """Extensions that flows ring together or one after the other."""

    model = Group
    read_role = Role.SUPERVISOR
    rows = staticmethod(visible_groups)
    serializer_class = forms.GroupSerializer
    remove = staticmethod(actions.delete_group)


@extend_schema_view(
    list=extend_schema(summary="Numbers inside the organisation that lead to a flow"),
    retrieve=extend_schema(summary="One internal number"),
    create=extend_schema(summary="Make an internal number"),
    partial_update=extend_schema(summary="Change an internal number"),
    destroy=extend_schema(summary="Remove an internal number"),
)
class InternalNumberViewSet(OwnedViewSet):
    """Numbers that people inside dial to reach a flow."""

    model = InternalNumber
    read_role = Role.SUPERVISOR
    rows = staticmethod(visible_internal_numbers)
    serializer_class = forms.InternalNumberSerializer
