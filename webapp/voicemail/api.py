"""REST: mailboxes with their greetings, and the messages in them."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.calling.actions import originate
from webapp.common.api import TenantViewSet
from webapp.contacts.naming import Names, begun, numbers_like
from webapp.extensions.access import visible_extensions
from webapp.organisations.owned_api import OwnedViewSet
from webapp.organisations.roles import Role, at_least
from webapp.sounds.api import sound_audio
from webapp.voicemail import actions, listening
from webapp.voicemail.access import visible_greetings, visible_mailboxes, visible_messages
from webapp.voicemail.models import Greeting, Mailbox, Message
from webapp.voicemail.serializers import (
    CallBackSerializer,
    CalledBackSerializer,
    GreetingSerializer,
    MailboxSerializer,
    MessageChangeSerializer,
    MessageSerializer,
    NewGreetingSerializer,
    PeaksSerializer,
    PinSerializer,
)

AUDIO = {(200, "audio/wav"): OpenApiTypes.BINARY}


@extend_schema_view(
    list=extend_schema(summary="Your mailboxes; for administrators all of the organisation"),
    retrieve=extend_schema(summary="One mailbox"),
    create=extend_schema(summary="Make a mailbox (administrator)"),
    partial_update=extend_schema(summary="Change a mailbox"),
    destroy=extend_schema(summary="Remove a mailbox; its messages go a week later (administrator)"),
)
class MailboxViewSet(OwnedViewSet):
    """Voicemail, personal and shared. Users switch it on and off, set PIN, greetings, operator and e-mail."""

    model = Mailbox
    rows = staticmethod(visible_mailboxes)
    write_role = Role.USER
    serializer_class = MailboxSerializer
    parser_classes = (JSONParser, MultiPartParser)
    remove = staticmethod(actions.delete_mailbox)

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if self.action in ("create", "destroy") and not at_least(request.user, Role.ADMIN):
            self.permission_denied(request)

    @extend_schema(summary="Set the PIN", request=PinSerializer, responses={204: None})
    @action(detail=True, methods=["put"])
    def pin(self, request: Request, **_kwargs: Any) -> Response:
        mailbox = self.get_object()
        asked = PinSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        actions.set_pin(mailbox, asked.validated_data["pin"])
        return Response(status=204)

    @extend_schema(
        methods=["GET"], summary="The greetings of a mailbox", responses=GreetingSerializer(many=True)
    )
    @extend_schema(
        methods=["POST"],
        summary="Upload a greeting in place of the one for that status",
        request={"multipart/form-data": NewGreetingSerializer},
        responses={201: GreetingSerializer},
    )
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def greetings(self, request: Request, **_kwargs: Any) -> Response:
        mailbox = self.get_object()
        if request.method == "GET":
            rows = visible_greetings(request.user).filter(mailbox=mailbox)
            return Response(GreetingSerializer(rows, many=True).data)
        asked = NewGreetingSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        status, upload = asked.validated_data["status"], asked.validated_data["file"]
        greeting = actions.save_greeting(mailbox, status, upload)
        return Response(GreetingSerializer(greeting).data, status=201)

    @extend_schema(methods=["GET"], summary="The greeting recorded by phone", responses=AUDIO)
    @extend_schema(methods=["DELETE"], summary="Remove the greeting recorded by phone", responses={204: None})
    @action(detail=True, methods=["get", "delete"], url_path="phone-greeting")
    def phone_greeting(self, request: Request, **_kwargs: Any) -> HttpResponseBase:
        mailbox = self.get_object()
        if request.method == "DELETE":
            actions.delete_phone_greeting(mailbox)
            return Response(status=204)
        return listening.phone_greeting(request, mailbox)


@extend_schema_view(destroy=extend_schema(summary="Remove an uploaded greeting"))
class GreetingViewSet(mixins.DestroyModelMixin, TenantViewSet):
    """Uploaded greetings; `mailboxes/{id}/greetings/` lists and makes them."""

    model = Greeting
    rows = staticmethod(visible_greetings)
    write_role = Role.USER
    serializer_class = GreetingSerializer

    def perform_destroy(self, instance: Greeting) -> None:
        actions.delete_greeting(instance)

    @extend_schema(summary="The audio of a greeting", responses=AUDIO)
    @action(detail=True, methods=["get"])
    def audio(self, request: Request, **_kwargs: Any) -> HttpResponseBase:
        return sound_audio(request, self.get_object().sound)


class MessageFilter(filters.FilterSet):
    mailbox = filters.UUIDFilter(field_name="mailbox_id", label="Messages of this mailbox.")
    read = filters.BooleanFilter("read_at", "isnull", exclude=True, label="Read ones, or those that are not.")
    deleted = filters.BooleanFilter(
        "deleted_at", "isnull", exclude=True, label="Deleted ones, or those that are not."
    )
    number = filters.CharFilter("caller_number", "startswith", label="The caller's number begins with this.")
    q = filters.CharFilter(method="by_caller", label="Beginning of the caller's number, or a name.")

    class Meta:
        model = Message
        fields: ClassVar = ["mailbox", "read", "deleted", "number", "q"]

    def by_caller(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        viewer, text = self.request.user, value[:100]
        found = Q(caller_name__icontains=text) | Q(caller_number__in=numbers_like(viewer, text))
        for beginning in begun(viewer, text):
            found |= Q(caller_number__startswith=beginning)
        return rows.filter(found)


class NewestFirst(CursorPagination):
    """Pages by key: new messages shift nothing."""

    ordering = ("-left_at", "-id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


@extend_schema_view(
    list=extend_schema(summary="Messages of your mailboxes, newest first"),
    retrieve=extend_schema(summary="One message"),
    destroy=extend_schema(summary="Remove a message for good"),
)
class MessageViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, TenantViewSet
):
    """Voicemail. What is changed here the phone's lamp shows at once."""

    model = Message
    rows = staticmethod(visible_messages)
    write_role = Role.USER
    serializer_class = MessageSerializer
    filterset_class = MessageFilter
    pagination_class = NewestFirst

    def paginate_queryset(self, queryset: QuerySet[Message]) -> Any:
        page = super().paginate_queryset(queryset)
        self._names = Names(self.request.user, [message.caller_number for message in page or ()])
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "names": getattr(self, "_names", None)}

    @extend_schema(
        summary="Mark as read or unread, delete or take back",
        request=MessageChangeSerializer,
        responses=MessageSerializer,
    )
    def partial_update(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        message = self.get_object()
        asked = MessageChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        changed = actions.change_message(message, **asked.validated_data)
        return Response(self.get_serializer(changed).data)

    def perform_destroy(self, instance: Message) -> None:
        actions.remove_message(instance)

    @extend_schema(summary="Listen to a message", responses=AUDIO)
    @action(detail=True, methods=["get"])
    def audio(self, request: Request, **_kwargs: Any) -> HttpResponseBase:
        return listening.message(request, self.get_object())

    @extend_schema(summary="The wave form of a message", responses=PeaksSerializer)
    @action(detail=True, methods=["get"])
    def peaks(self, _request: Request, **_kwargs: Any) -> Response:
        return Response(listening.peaks(self.get_object()))

    @extend_schema(
        summary="Call back: ring your phones, then who left the message",
        request=CallBackSerializer,
        responses={201: CalledBackSerializer},
    )
    @action(detail=True, methods=["post"], url_path="call-back")
    def call_back(self, request: Request, **_kwargs: Any) -> Response:
        message = self.get_object()
        asked = CallBackSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        own = visible_extensions(request.user).filter(user=request.user.pk)
        extension = asked.validated_data.get("extension") or own.first()
        if extension is None or not own.filter(pk=extension.pk).exists():
            raise serializers.ValidationError({"extension": [_("Name an extension of yours.")]})
        if not message.caller_number:
            raise serializers.ValidationError({"detail": [_("The caller's number is not known.")]})
        return Response({"call": originate(extension, message.caller_number)}, status=201)
