"""The history and notes on calls as JSON."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webapp.calls.history import Item
from webapp.calls.models import CallNote, Result
from webapp.common.filters import MomentField
from webapp.contacts.serializers import RefSerializer
from webapp.extensions.access import visible_extensions
from webapp.organisations.owned_api import GatedField


class AuthorSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True, help_text="Null: gone.")
    name = serializers.CharField()


class NoteSerializer(serializers.ModelSerializer[CallNote]):
    author = serializers.SerializerMethodField()
    mine = serializers.SerializerMethodField(help_text="You wrote it and may change it.")

    class Meta:
        model = CallNote
        fields: ClassVar = ["id", "call", "author", "text", "mine", "created_at", "edited_at"]
        read_only_fields: ClassVar = ["id", "call", "created_at", "edited_at"]

    @extend_schema_field(AuthorSerializer)
    def get_author(self, note: CallNote) -> Any:
        return {"id": note.author_id and str(note.author_id), "name": note.author_name}

    def get_mine(self, note: CallNote) -> bool:
        request = self.context.get("request")
        return request is not None and note.author_id == request.user.pk


class EarlierSerializer(serializers.Serializer[Any]):
    """Your calls with a number, and the newest notes on its calls that you may see."""

    count = serializers.IntegerField()
    missed = serializers.IntegerField()
    last_at = serializers.DateTimeField(allow_null=True)
    notes = NoteSerializer(many=True)


class ItemSerializer(serializers.Serializer[Any]):
    """A call as you had it; in a bundle the newest one of that number."""

    id = serializers.IntegerField(source="line.pk")
    call = serializers.CharField(source="line.call.call_id", help_text="Id of the call record.")
    at = serializers.DateTimeField(source="line.at")
    extension = serializers.UUIDField(source="line.extension_id", help_text="Your extension.")
    extension_number = serializers.CharField(source="line.extension.number")
    direction = serializers.SerializerMethodField()
    number = serializers.CharField(source="line.number", help_text="E.164 or inside; empty: not shown.")
    display = serializers.CharField()
    name = serializers.SerializerMethodField(help_text="Of the contact, else as the call told it.")
    contact = RefSerializer(allow_null=True)
    result = serializers.ChoiceField(source="line.result", choices=Result.choices)
    missed = serializers.BooleanField(source="line.missed")
    seconds = serializers.IntegerField(source="line.seconds", help_text="Talk time.")
    answered_by = serializers.CharField(source="line.answered_by")
    dialled = serializers.CharField(source="line.call.dialled", help_text="For calls in: the way they came.")
    emergency = serializers.BooleanField(source="line.call.emergency")
    notes = serializers.IntegerField(help_text="How many notes it has.")
    recording = serializers.UUIDField(allow_null=True)
    voicemail = serializers.UUIDField(allow_null=True)
    count = serializers.IntegerField(help_text="Calls in the bundle.")
    missed_count = serializers.IntegerField()

    @extend_schema_field(serializers.ChoiceField(["in", "out"]))
    def get_direction(self, item: Item) -> str:
        return "in" if item.line.incoming else "out"

    def get_name(self, item: Item) -> str:
        return item.contact.name if item.contact is not None else item.line.name


class HistorySerializer(serializers.Serializer[Any]):
    results = ItemSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="Goes into `after` for older ones.")


class MissedSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="At most 100.")


class HistoryQuerySerializer(serializers.Serializer[Any]):
    """How the history is asked."""

    bundle = serializers.ChoiceField(
        choices=["caller"], required=False, help_text="caller: all calls of one number are one item."
    )
    missed = serializers.BooleanField(required=False, help_text="Missed ones only.")
    direction = serializers.ChoiceField(choices=["in", "out"], required=False)
    q = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="Beginning of a number, or a name."
    )
    number = serializers.CharField(required=False, allow_blank=True, max_length=64, help_text="This number.")
    extension = GatedField(visible_extensions, required=False, help_text="This extension of yours.")
    started_after = MomentField(required=False, help_text="At or after this moment.")
    started_before = MomentField(required=False, help_text="Before this moment.")
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)
    after = serializers.CharField(required=False, allow_blank=True, max_length=200)
