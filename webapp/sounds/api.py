"""REST: uploaded sounds."""

from typing import Any, ClassVar

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.common import audio
from webapp.organisations.api import OrganisationField, owner_of_new
from webapp.organisations.owned_api import OwnedViewSet
from webapp.organisations.roles import Role
from webapp.sounds import actions
from webapp.sounds.access import visible_sounds
from webapp.sounds.models import Sound

KINDS = [choice for choice in Sound.Kind.choices if choice[0] != Sound.Kind.GREETING]
AUDIO = {(200, "audio/wav"): OpenApiTypes.BINARY}


class SoundSerializer(serializers.ModelSerializer[Sound]):
    organisation = OrganisationField()
    kind = serializers.ChoiceField(choices=KINDS, required=False)

    class Meta:
        model = Sound
        fields: ClassVar = [
            "id",
            "organisation",
            "name",
            "kind",
            "on_hold",
            "seconds",
            "size",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "seconds", "size", "created_at"]
        validators: ClassVar = []


class NewSoundSerializer(SoundSerializer):
    """A sound with its audio: WAV, MP3, M4A, OGG, FLAC and others, up to 50 MB and half an hour."""

    file = serializers.FileField(write_only=True)

    class Meta(SoundSerializer.Meta):
        fields: ClassVar = [*SoundSerializer.Meta.fields, "file"]


class AudioSerializer(serializers.Serializer[Any]):
    """An upload."""

    file = serializers.FileField(help_text="WAV, MP3, M4A, OGG, FLAC and others, up to 50 MB.")


@extend_schema_view(
    list=extend_schema(summary="The sounds of the organisation"),
    retrieve=extend_schema(summary="One sound"),
    create=extend_schema(
        summary="Upload a sound",
        request={"multipart/form-data": NewSoundSerializer},
        responses={201: SoundSerializer},
    ),
    partial_update=extend_schema(summary="Change a sound's name, or make it the music on hold"),
    destroy=extend_schema(summary="Remove a sound"),
)
class SoundViewSet(OwnedViewSet):
    """Announcements and music. Supervisors see them, administrators change them."""

    model = Sound
    rows = staticmethod(visible_sounds)
    read_role = Role.SUPERVISOR
    serializer_class = SoundSerializer
    parser_classes = (JSONParser, MultiPartParser)
    save = staticmethod(actions.save_sound)
    remove = staticmethod(actions.delete_sound)

    def create(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        asked = NewSoundSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        upload, owner = data.pop("file"), owner_of_new(request, data)
        sound = actions.save_sound(Sound(organisation=owner, **data), upload)
        return Response(self.get_serializer(sound).data, status=201)

    @extend_schema(methods=["GET"], summary="The audio of a sound", responses=AUDIO)
    @extend_schema(
        methods=["PUT"],
        summary="Replace the audio; flows and settings that name the sound go on",
        request={"multipart/form-data": AudioSerializer},
        responses=SoundSerializer,
    )
    @action(detail=True, methods=["get", "put"])
    def audio(self, request: Request, **_kwargs: Any) -> HttpResponseBase:
        sound = self.get_object()
        if request.method == "PUT":
            asked = AudioSerializer(data=request.data)
            asked.is_valid(raise_exception=True)
            actions.save_sound(sound, asked.validated_data["file"])
            return Response(self.get_serializer(sound).data)
        return sound_audio(request, sound)


def sound_audio(request: Request, sound: Sound) -> HttpResponseBase:
    """The WAV of a sound that passed the gate."""
    size, read = audio.from_file(sound.path)
    return audio.answer(request, size, read, "audio/wav", f"{sound.pk}.wav")
