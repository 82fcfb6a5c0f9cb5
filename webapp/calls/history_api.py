"""REST: one's own history, and notes on calls."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.calls import actions, history
from webapp.calls.access import removable_notes, visible_calls, visible_notes, writable_notes
from webapp.calls.models import CallNote
from webapp.calls.serializers import (
    HistoryQuerySerializer,
    HistorySerializer,
    MissedSerializer,
    NoteSerializer,
)
from webapp.common.api import HasRole, TenantViewSet
from webapp.link.actions import live_calls
from webapp.organisations.roles import Role


class HistoryView(APIView):
    """The calls of one's own extensions, on whatever device."""

    permission_classes = (IsAuthenticated, HasRole)
    read_role = Role.USER

    @extend_schema(
        summary="Your calls, newest first; bundled by caller if you like",
        parameters=[HistoryQuerySerializer],
        responses=HistorySerializer,
    )
    def get(self, request: Request) -> Response:
        sent = HistoryQuerySerializer(data=request.query_params, context={"request": request})
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        asked = history.Asked(
            missed=data.get("missed", False),
            direction=data.get("direction", ""),
            q=data.get("q", ""),
            number=data.get("number"),
            extension=data.get("extension"),
            begin=data.get("started_after"),
            end=data.get("started_before"),
        )
        pages = history.bundles if data.get("bundle") else history.page
        items, following = pages(request.user, asked, data.get("after", ""), data["limit"])
        return Response(HistorySerializer({"results": items, "next": following}).data)


class MissedView(APIView):
    """What was missed and not seen yet."""

    permission_classes = (IsAuthenticated, HasRole)
    read_role = write_role = Role.USER

    @extend_schema(summary="How many calls you missed since you looked", responses=MissedSerializer)
    def get(self, request: Request) -> Response:
        return Response({"count": history.missed_unseen(request.user)})

    @extend_schema(summary="You have looked at your history", request=None, responses=MissedSerializer)
    def put(self, request: Request) -> Response:
        actions.see_history(request.user)
        return self.get(request)


@extend_schema_view(
    list=extend_schema(summary="The notes on a call that you may see"),
    destroy=extend_schema(summary="Remove a note of yours; administrators any"),
)
class NoteViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, TenantViewSet):
    """Notes on calls, also while they go on. Colleagues who may see the call see its notes."""

    model = CallNote
    rows = staticmethod(visible_notes)
    write_role = Role.USER
    serializer_class = NoteSerializer
    filter_backends: ClassVar[list[Any]] = []
    pagination_class = None

    def get_queryset(self) -> QuerySet[CallNote]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        return rows.filter(call=self.kwargs["call_id"], organisation=self._organisation())

    @extend_schema(summary="Write a note on a call", request=NoteSerializer, responses={201: NoteSerializer})
    def create(self, request: Request, call_id: str, **_kwargs: Any) -> Response:
        organisation = self._organisation()
        text = self._text(request)
        note = actions.write_note(request.user, organisation, call_id, text)
        return Response(self.get_serializer(note).data, status=201)

    @extend_schema(summary="Change a note of yours", request=NoteSerializer)
    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        note = self.get_object()
        if not writable_notes(request.user).filter(pk=note.pk).exists():
            self.permission_denied(request)
        return Response(self.get_serializer(actions.change_note(note, self._text(request))).data)

    def perform_destroy(self, instance: CallNote) -> None:
        if not removable_notes(self.request.user).filter(pk=instance.pk).exists():
            self.permission_denied(self.request)
        actions.delete_note(instance)

    def _text(self, request: Request) -> str:
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return str(sent.validated_data["text"])

    def _organisation(self) -> Any:
        """That of the call, finished or going on. Raises Http404 when the viewer may not see it, and
        ControlUnreachable."""
        viewer, call = self.request.user, self.kwargs["call_id"]
        found = visible_calls(viewer).filter(call_id=call).values_list("organisation", flat=True).first()
        if found is not None:
            return found
        for each in live_calls(viewer):
            if each.id == call:
                return each.tenant
        raise Http404
