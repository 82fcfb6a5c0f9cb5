"""REST: calls begun, changed and ended; conferences."""

from typing import Any, ClassVar

import msgspec
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pbx.control import commands
from webapp.calling import actions, forms
from webapp.calls.api import CallViewSet
from webapp.common.api import HasRole
from webapp.extensions.models import Device
from webapp.organisations.roles import Role

CALL_ID = OpenApiParameter("call_id", str, "path")


class CallsViewSet(CallViewSet):
    """The history; POST begins a call."""

    write_role = Role.USER

    def get_throttles(self) -> list[Any]:
        self.throttle_scope = "originate" if self.action == "create" else None
        return super().get_throttles()

    @extend_schema(
        summary="Ring an extension's phones and call a number from there",
        request=forms.OriginateSerializer,
        responses={201: forms.CalledSerializer},
    )
    def create(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        asked = forms.OriginateSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        return Response({"call": actions.originate(**asked.validated_data)}, status=status.HTTP_201_CREATED)


class OnCallView(APIView):
    """Base of what is done to calls and conferences."""

    permission_classes = (IsAuthenticated, HasRole)
    read_role: ClassVar[Role] = Role.USER
    write_role: ClassVar[Role] = Role.USER

    def asked(self, request: Request, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """What was sent, checked; `extension` is always there."""
        asked = form(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        return {"extension": None, **asked.validated_data}


class HangUpView(OnCallView):
    """End one call."""

    @extend_schema(summary="Hang up a call", request=None, responses={204: None}, parameters=[CALL_ID])
    def post(self, request: Request, call_id: str) -> Response:
        actions.hang_up(request.user, call_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _command_view(
    summary: str, form: type[serializers.Serializer[Any]], kind: type[commands.OnCall], answer: Any = None
) -> type[OnCallView]:
    """The view of one command: its form in, the core's command out, and what that answers."""

    class View(OnCallView):
        @extend_schema(
            summary=summary,
            request=form,
            responses={204: None} if answer is None else answer,
            parameters=[CALL_ID],
        )
        def post(self, request: Request, call_id: str) -> Response:
            data = self.asked(request, form)
            extension = data.pop("extension")
            values = {name: _plain(value) for name, value in data.items()}
            done = actions.command(
                request.user,
                call_id,
                extension,
                lambda tenant, number: kind(tenant=tenant, extension=number, **values),
            )
            if answer is None:
                return Response(status=status.HTTP_204_NO_CONTENT)
            return Response(answer(msgspec.to_builtins(done)).data)

    View.__name__ = f"{kind.__name__}View"
    View.__doc__ = summary
    return View


def _plain(value: Any) -> Any:
    return str(value.pk) if isinstance(value, Device) else value


COMMANDS: dict[str, type[OnCallView]] = {
    "hold": _command_view("Let the other side hear music, or no longer", forms.HoldSerializer, commands.Hold),
    "transfer": _command_view(
        "Send the other side to a number, or to another call of mine",
        forms.TransferSerializer,
        commands.Transfer,
    ),
    "consult": _command_view(
        "Put the call on hold and call a number",
        forms.ConsultSerializer,
        commands.Consult,
        forms.CalledSerializer,
    ),
    "swap": _command_view("Talk to the other of two calls", forms.SwapSerializer, commands.Swap),
    "join": _command_view(
        "Make the call a conference", forms.JoinSerializer, commands.Join, forms.RoomStateSerializer
    ),
    "park": _command_view(
        "Leave the other side in a parking place", forms.ParkSerializer, commands.Park, forms.ParkedSerializer
    ),
    "pickup": _command_view(
        "Take a call that rings elsewhere or is parked", forms.PickupSerializer, commands.Pickup
    ),
    "divert": _command_view(
        "Send a call that rings for me to my voicemail", forms.DivertSerializer, commands.Divert
    ),
    "move": _command_view("Go on with the call on another phone", forms.MoveSerializer, commands.Move),
    "digits": _command_view("Press keys", forms.DigitsSerializer, commands.Press),
    "record": _command_view("Record the call, or no longer", forms.RecordSerializer, commands.Record),
}


class ConferencesView(OnCallView):
    """Conferences going on."""

    @extend_schema(summary="Conferences going on now", responses=forms.RoomStateSerializer(many=True))
    def get(self, request: Request) -> Response:
        states = [msgspec.to_builtins(state) for state in actions.conferences(request.user)]
        return Response(forms.RoomStateSerializer(states, many=True).data)


class InviteView(OnCallView):
    """Somebody is to join."""

    @extend_schema(
        summary="Call a number into a conference",
        request=forms.InviteSerializer,
        responses=forms.RoomStateSerializer,
        parameters=[OpenApiParameter("room", str, "path")],
    )
    def post(self, request: Request, room: str) -> Response:
        data = self.asked(request, forms.InviteSerializer)
        state = actions.invite(request.user, room, data["extension"], data["number"])
        return Response(forms.RoomStateSerializer(msgspec.to_builtins(state)).data)


class MemberView(OnCallView):
    """One who takes part."""

    @extend_schema(
        summary="Mute, unmute or remove a member of a conference",
        request=forms.MemberSerializer,
        responses=forms.RoomStateSerializer,
        parameters=[OpenApiParameter("room", str, "path"), OpenApiParameter("leg", str, "path")],
    )
    def post(self, request: Request, room: str, leg: str) -> Response:
        data = self.asked(request, forms.MemberSerializer)
        state = actions.member(request.user, room, leg, data["extension"], data["action"])
        return Response(forms.RoomStateSerializer(msgspec.to_builtins(state)).data)
