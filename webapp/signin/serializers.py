"""What sign-in says and hears, for the API and its description."""

from typing import Any, ClassVar

from rest_framework import serializers

from webapp.organisations.api import OrganisationField
from webapp.signin.models import KnownSession, Policy, Provider, SignInRules

KEY = {"max_length": 100, "min_length": 1}


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal: a sentence for people, a word for programs."""

    detail = serializers.CharField()
    code = serializers.CharField()


class PasswordRuleSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()


class SecondStepSerializer(serializers.Serializer[Any]):
    methods = serializers.ListField(
        child=serializers.ChoiceField(["totp", "recovery", "mail", "enrol"]),
        help_text="What may be proved; `enrol`: an authenticator must be set up first.",
    )
    mail_hint = serializers.CharField(help_text="Where a code by mail goes, shortened.")


class SignInStateSerializer(serializers.Serializer[Any]):
    """Where a browser stands."""

    step = serializers.ChoiceField(["sign_in", "second_factor", "policies", "done"])
    second_factor = SecondStepSerializer(allow_null=True)
    mail = serializers.BooleanField(help_text="Mail can be sent: forgotten passwords, codes.")
    password_rules = PasswordRuleSerializer(many=True)
    csrf = serializers.CharField(help_text="For the header X-CSRFToken; in the cookie centrale_csrf too.")


class SignInSerializer(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class CodeSerializer(serializers.Serializer[Any]):
    method = serializers.ChoiceField(["totp", "recovery", "mail"])
    code = serializers.CharField(max_length=20)


class FirstCodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=20)


class EnrolmentSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="Base32, for typing.")
    uri = serializers.CharField(help_text="otpauth:// address.")
    qr = serializers.CharField(help_text="The address as a QR code: an SVG element.")


class RecoveryCodesSerializer(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(child=serializers.CharField(), help_text="Shown once.")


class EnrolledSerializer(SignInStateSerializer, RecoveryCodesSerializer):
    """Signed in, with the recovery codes."""


class ForgottenSerializer(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=254)


class KeySerializer(serializers.Serializer[Any]):
    key = serializers.CharField(**KEY)


class LinkSerializer(serializers.Serializer[Any]):
    """What a mailed link is for."""

    kind = serializers.ChoiceField(["activation", "reset"])
    email = serializers.CharField()
    name = serializers.CharField()
    expires_at = serializers.DateTimeField()
    password_rules = PasswordRuleSerializer(many=True)


class RedeemSerializer(KeySerializer):
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class OfferedSerializer(serializers.ModelSerializer[Provider]):
    """A button to sign in with."""

    class Meta:
        model = Provider
        fields: ClassVar = ["id", "kind", "name"]


class LeaveSerializer(serializers.Serializer[Any]):
    next = serializers.CharField(max_length=500, required=False, default="/app/")


class UrlSerializer(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="Send the browser there.")


class PolicySerializer(serializers.ModelSerializer[Policy]):
    """A text in the reader's language."""

    title = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True, help_text="Markdown.")

    class Meta:
        model = Policy
        fields: ClassVar = ["kind", "version", "title", "text", "created_at"]


class AcceptedVersionSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(Policy.Kind.values)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class AcceptSerializer(serializers.Serializer[Any]):
    accept = AcceptedVersionSerializer(many=True, allow_empty=False)

    def validate_accept(self, value: list[dict[str, Any]]) -> dict[str, int]:
        return {each["kind"]: each["version"] for each in value}


class PasswordChangeSerializer(serializers.Serializer[Any]):
    current = serializers.CharField(max_length=256, trim_whitespace=False, allow_blank=True)
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class PasswordSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(
        max_length=256,
        trim_whitespace=False,
        allow_blank=True,
        required=False,
        default="",
        help_text="The own password, once more; empty for whoever has none.",
    )


class MailFactorSerializer(PasswordSerializer):
    on = serializers.BooleanField()


class FactorsSerializer(serializers.Serializer[Any]):
    totp = serializers.BooleanField(help_text="An authenticator is switched on.")
    recovery_codes = serializers.IntegerField(help_text="How many are left.")
    mail = serializers.BooleanField(help_text="Codes by mail are switched on.")
    mail_possible = serializers.BooleanField()
    demanded = serializers.BooleanField(help_text="The organisation demands a second factor.")


class SessionSerializer(serializers.ModelSerializer[KnownSession]):
    """A browser that is signed in."""

    this = serializers.SerializerMethodField(help_text="The one that asks.")

    class Meta:
        model = KnownSession
        fields: ClassVar = [
            "id",
            "agent",
            "address",
            "way",
            "second_factor",
            "created_at",
            "last_seen_at",
            "this",
        ]

    def get_this(self, row: KnownSession) -> bool:
        return row.key == self.context["request"].session.session_key


class EndedSerializer(serializers.Serializer[Any]):
    ended = serializers.IntegerField()


class RulesSerializer(serializers.ModelSerializer[SignInRules]):
    class Meta:
        model = SignInRules
        fields: ClassVar = ["second_factor"]


class ProviderSerializer(serializers.ModelSerializer[Provider]):
    organisation = OrganisationField()
    client_secret = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=500,
        style={"input_type": "password"},
        help_text="Never shown again.",
    )
    domains = serializers.ListField(child=serializers.CharField(max_length=253), required=False)
    redirect_uri = serializers.SerializerMethodField(help_text="To be entered at the provider.")

    class Meta:
        model = Provider
        fields: ClassVar = [
            "id",
            "organisation",
            "kind",
            "name",
            "issuer",
            "client_id",
            "client_secret",
            "domains",
            "trusts_mail",
            "enabled",
            "redirect_uri",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "created_at"]
        validators: ClassVar = []

    def get_redirect_uri(self, _row: Provider) -> str:
        return self.context["request"].build_absolute_uri("/api/v1/auth/oidc/callback/")


class ApplicationSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="phone, contacts, history, voicemail, …")
    url = serializers.CharField()


class PendingPolicySerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    version = serializers.IntegerField()
