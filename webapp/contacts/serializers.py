"""Contacts as JSON."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from webapp.common.phone_numbers import display
from webapp.contacts.actions import MOST_NUMBERS
from webapp.contacts.models import BlockedNumber, Contact, Kind, NumberType

_FIELDS = ("first_name", "last_name", "company", "department", "job_role", "email", "address", "note")


class NumberSerializer(serializers.Serializer[Any]):
    """`number` in E.164 or, inside the organisation, as digits; `display` as people read it."""

    number = serializers.CharField()
    type = serializers.ChoiceField(choices=NumberType.choices)
    display = serializers.CharField()


class EntrySerializer(serializers.Serializer[Any]):
    """A line of a phone book. `id` is that of the extension for colleagues, else of the contact; marks are
    the asker's own."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    id = serializers.UUIDField()
    name = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    company = serializers.CharField()
    department = serializers.CharField()
    job_role = serializers.CharField()
    email = serializers.CharField()
    address = serializers.CharField()
    note = serializers.CharField()
    numbers = NumberSerializer(many=True)
    person = serializers.UUIDField(allow_null=True, help_text="The person of a colleague's extension.")
    photo = serializers.CharField(allow_null=True, help_text="Address of the photo; changes with it.")
    favourite = serializers.BooleanField()
    vip = serializers.BooleanField()
    blocked = serializers.BooleanField()
    may_edit = serializers.BooleanField()


class RefSerializer(serializers.Serializer[Any]):
    """Who a number belongs to, in lists."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    id = serializers.UUIDField()
    name = serializers.CharField()
    company = serializers.CharField()
    photo = serializers.CharField(allow_null=True)
    favourite = serializers.BooleanField()
    vip = serializers.BooleanField()
    blocked = serializers.BooleanField()


@extend_schema_serializer(many=False)
class EntriesSerializer(serializers.Serializer[Any]):
    results = EntrySerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="Goes into `after` for what follows.")


class NewNumberSerializer(serializers.Serializer[Any]):
    number = serializers.CharField(max_length=40, help_text="As people write it; kept in E.164.")
    type = serializers.ChoiceField(choices=NumberType.choices, default=NumberType.WORK)


class ContactSerializer(serializers.ModelSerializer[Contact]):
    """What is written of a contact; `numbers` replaces those there are."""

    kind = serializers.ChoiceField(choices=(Kind.EXTERNAL, Kind.PERSONAL), default=Kind.PERSONAL)
    numbers = NewNumberSerializer(many=True, required=False, max_length=MOST_NUMBERS)

    class Meta:
        model = Contact
        fields: ClassVar = ["kind", *_FIELDS, "numbers"]


class MarksSerializer(serializers.Serializer[Any]):
    """What is left out stays."""

    favourite = serializers.BooleanField(required=False)
    vip = serializers.BooleanField(required=False)
    blocked = serializers.BooleanField(required=False)


class BlockedSerializer(serializers.ModelSerializer[BlockedNumber]):
    display = serializers.SerializerMethodField()

    class Meta:
        model = BlockedNumber
        fields: ClassVar = ["id", "number", "display", "created_at"]
        read_only_fields: ClassVar = ["id", "created_at"]

    def get_display(self, row: BlockedNumber) -> str:
        return display(row.number, row.organisation.country)


class SearchSerializer(serializers.Serializer[Any]):
    """How the phone books are asked."""

    q = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=100,
        help_text="Beginnings of words of name, company, department, or digits of a number.",
    )
    kind = serializers.MultipleChoiceField(choices=Kind.choices, required=False)
    favourite = serializers.BooleanField(required=False)
    vip = serializers.BooleanField(required=False)
    blocked = serializers.BooleanField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)
    after = serializers.CharField(required=False, allow_blank=True, max_length=200)


class ImportSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="CSV with a header row.")
    dry_run = serializers.BooleanField(default=False, help_text="Only check.")


class ImportErrorSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="The first is 1, the header.")
    column = serializers.CharField(allow_null=True)
    problem = serializers.CharField()


class ImportedSerializer(serializers.Serializer[Any]):
    """What an import did, or would do. With errors nothing was written."""

    made = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    errors = ImportErrorSerializer(many=True)
