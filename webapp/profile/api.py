"""REST: one's own profile, photo and preferences; photos of colleagues."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseNotModified
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.common import phone_numbers
from webapp.common.api import HasRole
from webapp.contacts.serializers import NewNumberSerializer, NumberSerializer
from webapp.extensions.access import visible_extensions
from webapp.organisations.roles import Role
from webapp.profile import actions, pictures
from webapp.profile.access import profile_of, visible_photos
from webapp.profile.models import MOST_NUMBERS, Profile
from webapp.profile.photos import address
from webapp.profile.picture_maker import SIZES
from webapp.profile.preferences import PreferencesSerializer, check_keys, whole
from webapp.voicemail.access import visible_mailboxes

CACHED = "private, max-age=604800"  # a new photo has a new address


class OwnLineSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    name = serializers.CharField()
    mailbox = serializers.UUIDField(allow_null=True)


class OwnProfileSerializer(serializers.Serializer[Any]):
    """What colleagues see of you."""

    id = serializers.UUIDField(source="person.pk")
    name = serializers.CharField(source="person.name")
    email = serializers.CharField(source="person.email")
    job_role = serializers.CharField()
    department = serializers.CharField()
    note = serializers.CharField()
    numbers = serializers.SerializerMethodField(help_text="Your other numbers.")
    photo = serializers.SerializerMethodField()
    extensions = serializers.SerializerMethodField()

    @extend_schema_field(NumberSerializer(many=True))
    def get_numbers(self, profile: Profile) -> Any:
        organisation = profile.person.organisation
        country = organisation.country if organisation is not None else ""
        return [
            {**each, "display": phone_numbers.display(each["number"], country)} for each in profile.numbers
        ]

    def get_photo(self, profile: Profile) -> str | None:
        return address(profile.person_id, profile.photo)

    @extend_schema_field(OwnLineSerializer(many=True))
    def get_extensions(self, profile: Profile) -> Any:
        person = profile.person
        boxes = visible_mailboxes(person).filter(extension__user=person.pk)
        mailboxes = dict(boxes.values_list("extension", "pk"))
        rows = visible_extensions(person).filter(user=person.pk)
        return [
            {"id": str(e.pk), "number": e.number, "name": e.name, "mailbox": _text(mailboxes.get(e.pk))}
            for e in rows
        ]


def _text(key: Any) -> str | None:
    return None if key is None else str(key)


class ProfileChangeSerializer(serializers.Serializer[Any]):
    """What is left out stays."""

    job_role = serializers.CharField(max_length=120, allow_blank=True, required=False)
    department = serializers.CharField(max_length=120, allow_blank=True, required=False)
    note = serializers.CharField(max_length=280, allow_blank=True, required=False)
    numbers = NewNumberSerializer(many=True, required=False, max_length=MOST_NUMBERS)


class PhotoUploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="JPEG, PNG, WebP or GIF of at most 10 MB.")


class PhotoAddressSerializer(serializers.Serializer[Any]):
    photo = serializers.CharField(allow_null=True)


class _Own(APIView):
    permission_classes = (IsAuthenticated, HasRole)
    read_role = write_role = Role.USER


class ProfileView(_Own):
    """One's own profile."""

    @extend_schema(summary="What colleagues see of you", responses=OwnProfileSerializer)
    def get(self, request: Request) -> Response:
        return Response(OwnProfileSerializer(profile_of(request.user)).data)

    @extend_schema(
        summary="Change what colleagues see of you",
        request=ProfileChangeSerializer,
        responses=OwnProfileSerializer,
    )
    def patch(self, request: Request) -> Response:
        sent = ProfileChangeSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        profile = actions.save_profile(request.user, **sent.validated_data)
        return Response(OwnProfileSerializer(profile).data)


class OwnPhotoView(_Own):
    """One's own photo."""

    parser_classes = (MultiPartParser, JSONParser)

    @extend_schema(
        summary="Give yourself a photo; it is made square",
        request={"multipart/form-data": PhotoUploadSerializer},
        responses=PhotoAddressSerializer,
    )
    def put(self, request: Request) -> Response:
        sent = PhotoUploadSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data["file"].read(pictures.MOST_BYTES + 1)
        profile = actions.save_photo(request.user, data)
        return Response({"photo": address(request.user.pk, profile.photo)})

    @extend_schema(summary="Remove your photo", responses={204: None})
    def delete(self, request: Request) -> Response:
        actions.delete_photo(request.user)
        return Response(status=204)


class PhotoView(_Own):
    """Photos of the people of the organisation."""

    @extend_schema(
        summary="The photo of a colleague",
        parameters=[OpenApiParameter("size", int, enum=list(SIZES), description="Pixels; default 256.")],
        responses={(200, "image/webp"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: Any) -> HttpResponse:
        size = {str(each): each for each in SIZES}.get(request.query_params.get("size", ""), SIZES[0])
        photo = visible_photos(request.user).filter(profile__person=pk, size=size).first()
        if photo is None:
            raise Http404
        headers = {"ETag": f'"{photo.profile.photo}-{size}"', "Cache-Control": CACHED}
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return HttpResponseNotModified(headers=headers)
        return HttpResponse(bytes(photo.image), content_type="image/webp", headers=headers)


class PreferencesView(_Own):
    """One's own preferences."""

    @extend_schema(summary="How you like the softphone", responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        return Response(whole(profile_of(request.user).preferences))

    @extend_schema(
        summary="Change preferences; what is left out stays",
        request=PreferencesSerializer,
        responses=PreferencesSerializer,
    )
    def patch(self, request: Request) -> Response:
        sent = PreferencesSerializer(data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        # As sent, without the defaults that checking filled in.
        check_keys(profile_of(request.user).preferences, sent.validated_data)
        profile = actions.save_preferences(request.user, sent.validated_data)
        return Response(whole(profile.preferences))
