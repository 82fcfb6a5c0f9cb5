"""What flows look like in the REST API."""

from typing import Any, ClassVar

from rest_framework import serializers

from webapp.calls.api import StepSerializer
from webapp.common.filters import MomentField
from webapp.extensions.access import visible_extensions
from webapp.flows.access import visible_flows
from webapp.flows.models import Calendar, Flow, FlowVersion, Group, InternalNumber
from webapp.flows.titles import title
from webapp.organisations.api import OrganisationField
from webapp.organisations.owned_api import GatedField, OwnedListField


class FlowSerializer(serializers.ModelSerializer[Flow]):
    organisation = OrganisationField()
    live = serializers.SerializerMethodField(
        help_text="The version that callers meet; null before the first."
    )

    class Meta:
        model = Flow
        fields: ClassVar = ["id", "organisation", "name", "draft", "live", "changed_at", "created_at"]
        read_only_fields: ClassVar = ["id", "changed_at", "created_at"]
        validators: ClassVar = []

    def get_live(self, flow: Flow) -> int | None:
        version = flow.versions.filter(live=True).first()
        return version.number if version is not None else None


class VersionSerializer(serializers.ModelSerializer[FlowVersion]):
    published_by = serializers.CharField(source="published_by.name", default=None, read_only=True)
    version = serializers.IntegerField(source="number", read_only=True)
    published_at = serializers.DateTimeField(source="created_at", read_only=True)

    class Meta:
        model = FlowVersion
        fields: ClassVar = ["version", "live", "published_at", "published_by", "note", "definition"]


class FindingSerializer(serializers.Serializer[Any]):
    """Something that is wrong (error), or hardly meant (warning), at a node or in the whole flow."""

    node = serializers.CharField(allow_null=True)
    level = serializers.ChoiceField(["error", "warning"])
    code = serializers.CharField(help_text="For programs.")
    title = serializers.SerializerMethodField(help_text="In the reader's language.")
    text = serializers.CharField(help_text="The whole sentence, in English.")

    def get_title(self, finding: Any) -> str:
        return title(finding.code)


class CheckSerializer(serializers.Serializer[Any]):
    definition = serializers.JSONField(required=False, help_text="Checked instead of the draft.")


class FindingsSerializer(serializers.Serializer[Any]):
    publishable = serializers.BooleanField()
    findings = FindingSerializer(many=True)


class PublishSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class RollBackSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class SimulateSerializer(serializers.Serializer[Any]):
    """A call that might be, or (`call`) one that was."""

    organisation = OrganisationField()
    number = serializers.RegexField(r"^[0-9A-Za-z*#+._ -]{1,32}\Z", required=False, help_text="Dialled.")
    flow = GatedField(visible_flows, required=False, help_text="Try the draft of this flow instead.")
    call = serializers.RegexField(
        r"^[A-Za-z0-9_.:-]{1,64}\Z", required=False, help_text="Id of a call record: replay that call."
    )
    caller = serializers.CharField(
        max_length=32, required=False, default="", allow_blank=True, help_text="Empty: anonymous."
    )
    caller_name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    internal = serializers.BooleanField(required=False, default=False)
    at = MomentField(required=False, help_text="Default: now.")
    outcomes = serializers.ListField(
        child=serializers.RegexField(r"^[a-z0-9_*#]{1,32}\Z"),
        required=False,
        default=list,
        max_length=50,
        help_text='What each step comes to, in turn, such as ["1", "busy"]; then nobody answers.',
    )


class SimulationSerializer(serializers.Serializer[Any]):
    path = StepSerializer(many=True)
    ending = serializers.CharField()
    meaning = serializers.CharField(help_text="What the number is; empty for the draft of a flow.")
    broken = serializers.CharField(allow_null=True)
    remarks = serializers.ListField(child=serializers.CharField())
    recorded = StepSerializer(many=True, required=False, help_text="The way that the call really took.")


class CalendarSerializer(serializers.ModelSerializer[Calendar]):
    organisation = OrganisationField()

    class Meta:
        model = Calendar
        fields: ClassVar = ["id", "organisation", "name", "days", "created_at"]
        read_only_fields: ClassVar = ["id", "created_at"]
        validators: ClassVar = []


class GroupSerializer(serializers.ModelSerializer[Group]):
    organisation = OrganisationField()
    extensions = OwnedListField(visible_extensions, help_text="Ids, in the order in which they ring.")

    class Meta:
        model = Group
        fields: ClassVar = ["id", "organisation", "name", "extensions", "created_at"]
        read_only_fields: ClassVar = ["id", "created_at"]
        validators: ClassVar = []


class InternalNumberSerializer(serializers.ModelSerializer[InternalNumber]):
    organisation = OrganisationField()
    flow = GatedField(visible_flows)

    class Meta:
        model = InternalNumber
        fields: ClassVar = ["id", "organisation", "number", "name", "flow", "created_at"]
        read_only_fields: ClassVar = ["id", "created_at"]
        validators: ClassVar = []
