"""REST: phone books, marks and blocked numbers."""

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.calls import history
from webapp.calls.serializers import EarlierSerializer
from webapp.common.api import TenantViewSet
from webapp.contacts import actions, colleagues, lookup, searching
from webapp.contacts.access import (
    may_write_external,
    own_blocked,
    visible_contacts,
    writable_contacts,
)
from webapp.contacts.entries import Entry, Marks, of_colleague, of_contacts
from webapp.contacts.models import BlockedNumber, Contact, Kind
from webapp.contacts.serializers import (
    BlockedSerializer,
    ContactSerializer,
    EntriesSerializer,
    EntrySerializer,
    MarksSerializer,
    SearchSerializer,
)
from webapp.extensions.access import colleagues as visible_colleagues
from webapp.organisations.api import owner_of_new
from webapp.organisations.roles import Role


class CallerSerializer(serializers.Serializer[Any]):
    """Who a number belongs to, and what was before."""

    number = serializers.CharField(help_text="E.164, or digits inside the organisation.")
    display = serializers.CharField()
    contacts = EntrySerializer(many=True, help_text="Everybody who has it, best first.")
    vip = serializers.BooleanField()
    blocked = serializers.BooleanField()
    earlier = EarlierSerializer()


MARKS = ("favourite", "vip", "blocked")


class ContactViewSet(TenantViewSet):
    """Everybody whom one may call: colleagues (internal), the organisation's contacts (external), own ones
    (personal)."""

    model = Contact
    rows = staticmethod(visible_contacts)
    write_role = Role.USER
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    serializer_class = EntrySerializer
    filter_backends: ClassVar[list[Any]] = []
    pagination_class = None

    @extend_schema(
        summary="Search as you type, or leaf through by name",
        parameters=[SearchSerializer],
        responses=EntriesSerializer,
    )
    def list(self, request: Request, **_kwargs: Any) -> Response:
        asked = SearchSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        wanted = searching.Wanted(
            data.get("kind") or tuple(Kind.values), [name for name in MARKS if data.get(name)]
        )
        following = None
        if data.get("q", "").strip():
            found = searching.search(request.user, data["q"], wanted, data["limit"])
        else:
            found, following = searching.browse(request.user, wanted, data.get("after", ""), data["limit"])
        return Response(EntriesSerializer({"results": found, "next": following}).data)

    @extend_schema(summary="One contact or colleague")
    def retrieve(self, request: Request, pk: Any, **_kwargs: Any) -> Response:
        return Response(EntrySerializer(_entry(request.user, pk)).data)

    @extend_schema(
        summary="Make a contact: your own, or (supervisors) the organisation's",
        request=ContactSerializer,
        responses={201: EntrySerializer},
    )
    def create(self, request: Request, **_kwargs: Any) -> Response:
        asked = ContactSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        kind, numbers = data.pop("kind"), data.pop("numbers", [])
        if kind == Kind.EXTERNAL and not may_write_external(request.user):
            self.permission_denied(request)
        organisation = owner_of_new(request, {})
        owner = request.user if kind == Kind.PERSONAL else None
        if owner is not None and owner.organisation is None:
            raise serializers.ValidationError({"kind": ["Operators have no contacts of their own."]})
        contact = Contact(organisation=organisation, book=actions.book_of(organisation, owner), **data)
        actions.save_contact(contact, numbers)
        return Response(EntrySerializer(_entry(request.user, contact.pk)).data, status=201)

    @extend_schema(summary="Change a contact", request=ContactSerializer, responses=EntrySerializer)
    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        contact = self._writable()
        asked = ContactSerializer(contact, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        data.pop("kind", None)
        numbers = data.pop("numbers", None)
        for name, value in data.items():
            setattr(contact, name, value)
        actions.save_contact(contact, numbers)
        return Response(EntrySerializer(_entry(request.user, contact.pk)).data)

    @extend_schema(summary="Remove a contact")
    def destroy(self, _request: Request, **_kwargs: Any) -> Response:
        actions.delete_contact(self._writable())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _writable(self) -> Contact:
        contact: Contact = self.get_object()
        if not writable_contacts(self.request.user).filter(pk=contact.pk).exists():
            self.permission_denied(self.request)
        return contact

    @extend_schema(
        summary="Mark a contact or colleague as favourite, VIP, blocked; for yourself",
        request=MarksSerializer,
        responses=EntrySerializer,
    )
    @action(detail=True, methods=["put"])
    def marks(self, request: Request, pk: Any, **_kwargs: Any) -> Response:
        asked = MarksSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        of = visible_contacts(request.user).filter(pk=pk).first()
        of = of or visible_colleagues(request.user).filter(pk=pk).first()
        if of is None:
            raise Http404
        actions.set_marks(request.user, of, **asked.validated_data)
        return Response(EntrySerializer(_entry(request.user, pk)).data)

    @extend_schema(
        summary="Who has a number, with earlier calls and notes",
        parameters=[OpenApiParameter("number", str, required=True, description="In any form.")],
        responses=CallerSerializer,
    )
    @action(detail=False, methods=["get"])
    def lookup(self, request: Request, **_kwargs: Any) -> Response:
        number = request.query_params.get("number", "")[:64]
        found = lookup.caller(request.user, number)
        answer = {
            "number": found.number,
            "display": found.display,
            "contacts": found.entries,
            "vip": found.vip,
            "blocked": found.blocked,
            "earlier": history.earlier(request.user, found.number),
        }
        return Response(CallerSerializer(answer).data)


def _entry(viewer: Any, pk: Any) -> Entry:
    """Raises Http404 for somebody in none of the viewer's phone books."""
    marks = Marks(viewer)
    for entry in of_contacts(viewer, [pk], marks).values():
        return entry
    for each in colleagues.read(viewer, visible_colleagues(viewer).filter(pk=pk)):
        return of_colleague(each, marks)
    raise Http404


@extend_schema_view(
    list=extend_schema(summary="Numbers that you blocked and that no contact has"),
    destroy=extend_schema(summary="Take a number off that list"),
)
class BlockedNumberViewSet(
    mixins.ListModelMixin, mixins.CreateModelMixin, mixins.DestroyModelMixin, TenantViewSet
):
    """Numbers that one does not want to hear of."""

    model = BlockedNumber
    rows = staticmethod(own_blocked)
    write_role = Role.USER
    serializer_class = BlockedSerializer
    filter_backends: ClassVar[list[Any]] = []

    @extend_schema(summary="Block a number")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().create(request, *args, **kwargs)

    def perform_create(self, serializer: serializers.BaseSerializer[Any]) -> None:
        owner_of_new(self.request, {})
        serializer.instance = actions.block_number(self.request.user, serializer.validated_data["number"])

    def perform_destroy(self, instance: BlockedNumber) -> None:
        actions.unblock_number(instance)
