"""Mailboxes, greetings and messages as JSON."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webapp.contacts.naming import Names
from webapp.contacts.serializers import RefSerializer
from webapp.extensions.access import visible_extensions
from webapp.organisations.api import OrganisationField
from webapp.organisations.owned_api import GatedField, OwnedListField
from webapp.organisations.roles import Role, at_least
from webapp.statuses.access import visible_statuses
from webapp.voicemail.actions import GREETING_SECONDS
from webapp.voicemail.models import Greeting, Mailbox, Message

# What the user of a mailbox sets; the rest is the administrator's.
USERS_FIELDS = frozenset({"enabled", "operator", "mail", "mail_to"})


class MailboxSerializer(serializers.ModelSerializer[Mailbox]):
    organisation = OrganisationField()
    extension = GatedField(visible_extensions, allow_null=True, required=False)
    members = OwnedListField(visible_extensions)
    has_pin = serializers.SerializerMethodField()
    recorded_by_phone = serializers.SerializerMethodField(
        help_text="Whether the user recorded a greeting by phone that has not been replaced since."
    )
    greeting_max_seconds = serializers.SerializerMethodField(
        help_text="The longest greeting that is taken, in seconds."
    )

    class Meta:
        model = Mailbox
        fields: ClassVar = [
            "id",
            "organisation",
            "extension",
            "number",
            "name",
            "enabled",
            "language",
            "operator",
            "max_seconds",
            "max_messages",
            "mail",
            "mail_to",
            "members",
            "has_pin",
            "recorded_by_phone",
            "greeting_max_seconds",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "created_at"]
        validators: ClassVar = []

    def get_has_pin(self, mailbox: Mailbox) -> bool:
        return bool(mailbox.pin_hash)

    def get_recorded_by_phone(self, mailbox: Mailbox) -> bool:
        return mailbox.phone_greeting_at > mailbox.greeting_at

    def get_greeting_max_seconds(self, _mailbox: Mailbox) -> int:
        return GREETING_SECONDS

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None and not at_least(request.user, Role.ADMIN):
            for name, each in fields.items():
                each.read_only = each.read_only or name not in USERS_FIELDS
        return fields


class PinSerializer(serializers.Serializer[Any]):
    pin = serializers.CharField(max_length=10, help_text="4 to 10 digits.")


class GreetingSerializer(serializers.ModelSerializer[Greeting]):
    seconds = serializers.FloatField(source="sound.seconds", read_only=True)

    class Meta:
        model = Greeting
        fields: ClassVar = ["id", "mailbox", "status", "seconds", "created_at"]
        read_only_fields: ClassVar = ["id", "created_at"]


class NewGreetingSerializer(serializers.Serializer[Any]):
    """A greeting for a status, or without one for all others. At most two minutes."""

    status = GatedField(visible_statuses, required=False, allow_null=True, default=None)
    file = serializers.FileField(help_text="WAV, MP3, M4A, OGG, WebM, FLAC and others.")


class MessageSerializer(serializers.ModelSerializer[Message]):
    display = serializers.SerializerMethodField(help_text="The caller's number as people read it.")
    contact = serializers.SerializerMethodField(help_text="Who has that number.")

    class Meta:
        model = Message
        fields: ClassVar = [
            "id",
            "mailbox",
            "call",
            "caller_number",
            "caller_name",
            "display",
            "contact",
            "left_at",
            "seconds",
            "read_at",
            "deleted_at",
            "purge_at",
            "mail_state",
        ]
        read_only_fields: ClassVar = fields

    def get_display(self, message: Message) -> str:
        return self._names(message).display(message.caller_number)

    @extend_schema_field(RefSerializer(allow_null=True))
    def get_contact(self, message: Message) -> Any:
        found = self._names(message).contact(message.caller_number)
        return RefSerializer(found).data if found is not None else None

    def _names(self, message: Message) -> Names:
        """Of the whole page when there is one."""
        names = self.context.get("names")
        return names or Names(self.context["request"].user, [message.caller_number])


class PeaksSerializer(serializers.Serializer[Any]):
    """A wave form: of each channel at most 800 numbers from 0 to 1, evenly over the whole length."""

    seconds = serializers.FloatField()
    peaks = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))


class MessageChangeSerializer(serializers.Serializer[Any]):
    """What to change; what is absent stays."""

    read = serializers.BooleanField(required=False)
    deleted = serializers.BooleanField(required=False)


class CallBackSerializer(serializers.Serializer[Any]):
    extension = GatedField(
        visible_extensions, required=False, help_text="The extension that calls, if you have several."
    )


class CalledBackSerializer(serializers.Serializer[Any]):
    call = serializers.CharField(help_text="Id of the call.")
