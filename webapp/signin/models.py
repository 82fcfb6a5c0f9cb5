"""What sign-in keeps: mailed links and codes, second factors, sessions, policies, providers of identities."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from webapp.common.models import Row
from webapp.common.sealed import SealedField
from webapp.organisations.models import Organisation
from webapp.organisations.owned import Owned
from webapp.people.models import User


class Letter(Row):
    """A mail to be sent, and the link or code in it. The key exists in the mail only; here is its digest.

    Reset letters carry the address as typed: the worker looks whether somebody has it, so that the answer to
    the visitor takes as long either way."""

    class Kind(models.TextChoices):
        ACTIVATION = "activation"
        RESET = "reset"
        CODE = "code"
        PASSWORD_SET = "password_set"  # noqa: S105

    class State(models.TextChoices):
        WAITING = "waiting"
        CLAIMED = "claimed"
        SENT = "sent"
        FAILED = "failed"
        NOBODY = "nobody"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    user = models.ForeignKey(User, models.CASCADE, related_name="letters", null=True)
    address = models.CharField(max_length=254)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due"], name="letter_due", condition=Q(state__in=["waiting", "claimed"])),
            models.Index(fields=["digest"], name="letter_digest"),
            models.Index(fields=["address", "created_at"], name="letter_address"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"


class SecondFactor(models.Model):
    """What a person proves besides the password: an authenticator (TOTP, RFC 6238), codes by mail."""

    user = models.OneToOneField(User, models.CASCADE, related_name="second_factor", primary_key=True)
    totp_secret = SealedField(blank=True)
    totp_on = models.BooleanField(default=False)
    totp_step = models.BigIntegerField(default=0)  # the last step whose code was used: each works once
    mail_on = models.BooleanField(default=False)
    failures = models.PositiveSmallIntegerField(default=0)
    failures_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """A code that works once, for whoever lost the authenticator. Kept as HMAC."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_once")]

    def __str__(self) -> str:
        return str(self.user)


class KnownSession(Row):
    """A browser that is signed in: what its owner recognises it by. `key` is that of Django's session."""

    class Way(models.TextChoices):
        PASSWORD = "password"  # noqa: S105
        PROVIDER = "provider"

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    key = models.CharField(max_length=40, unique=True)
    agent = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True)
    last_seen_at = models.DateTimeField(auto_now_add=True)
    way = models.CharField(max_length=8, choices=Way.choices, default=Way.PASSWORD)
    second_factor = models.BooleanField(default=False)

    class Meta:
        ordering = ("-last_seen_at",)

    def __str__(self) -> str:
        return f"{self.user} {self.address or ''}"


class Policy(Row):
    """One version of a text that people accept before they go on. Never changed once published."""

    class Kind(models.TextChoices):
        PRIVACY = "privacy", _("Privacy policy")
        TERMS = "terms", _("Terms of use")
        EMERGENCY = "emergency", _("Emergency calls")

    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    version = models.PositiveIntegerField(_("version"), validators=[MinValueValidator(1)], editable=False)
    title_nl = models.CharField(_("title in Dutch"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    text_nl = models.TextField(_("text in Dutch"), max_length=100_000, help_text=_("Markdown."))
    text_en = models.TextField(_("text in English"), max_length=100_000, help_text=_("Markdown."))

    class Meta:
        ordering = ("kind", "-version")
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "version"], name="policy_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"

    @property
    def title(self) -> str:
        """In the language of the reader."""
        return self.title_nl if get_language() == "nl" else self.title_en

    @property
    def text(self) -> str:
        """In the language of the reader, as Markdown."""
        return self.text_nl if get_language() == "nl" else self.text_en


class Acceptance(Row):
    """That a person accepted a version, when (`created_at`) and from where."""

    user = models.ForeignKey(User, models.CASCADE, related_name="acceptances", verbose_name=_("person"))
    policy = models.ForeignKey(Policy, models.RESTRICT, related_name="acceptances", verbose_name=_("policy"))
    address = models.GenericIPAddressField(_("address"), null=True)

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "policy"], name="accepted_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.policy}"


class SignInRules(Owned):
    """What an organisation demands of its people. One per organisation; none: nothing special."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="sign_in_rules", verbose_name=_("organisation")
    )
    second_factor = models.BooleanField(
        _("everyone needs a second factor"),
        default=False,
        help_text=_("An authenticator app, else a code by e-mail. Not asked after single sign-on."),
    )

    class Meta:
        verbose_name = _("rules for sign-in")
        verbose_name_plural = _("rules for sign-in")

    def __str__(self) -> str:
        return str(_("rules for sign-in"))


class Provider(Owned):
    """An OpenID provider of an organisation (OpenID Connect Core 1.0), for single sign-on."""

    class Kind(models.TextChoices):
        ENTRA = "entra", "Microsoft Entra ID"
        GOOGLE = "google", "Google"
        OTHER = "other", _("another OpenID provider")

    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.OTHER)
    name = models.CharField(_("name"), max_length=60, help_text=_("On the button people sign in with."))
    issuer = models.CharField(
        _("issuer"),
        max_length=255,
        validators=[URLValidator(schemes=["https", "http"])],
        help_text=_("For example https://login.microsoftonline.com/<tenant id>/v2.0"),
    )
    client_id = models.CharField(_("client ID"), max_length=255)
    client_secret = SealedField(_("client secret"), blank=True)
    domains = models.JSONField(
        _("e-mail domains"),
        default=list,
        blank=True,
        help_text=_('Who has such an e-mail address is offered this button, for example ["example.com"].'),
    )
    trusts_mail = models.BooleanField(
        _("its e-mail addresses are verified"),
        default=False,
        help_text=_(
            "For a directory of your own (such as one tenant of Entra ID) that does not say so by itself."
        ),
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        ordering = ("organisation", "name")
        verbose_name = _("single sign-on")
        verbose_name_plural = _("single sign-on")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "issuer", "client_id"],
                name="provider_once",
                violation_error_message=_("This organisation has this one already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.issuer = self.issuer.rstrip("/") if self.kind != self.Kind.OTHER else self.issuer
        if "{" in self.issuer or self.issuer.rstrip("/").endswith(("/common/v2.0", "/organizations/v2.0")):
            raise ValidationError({"issuer": _("Give the issuer of your own tenant, with its id.")})
        if self.issuer.startswith("http:") and not settings.CENTRALE.private_hooks:
            raise ValidationError({"issuer": _("Give an address that begins with https://.")})


class Identity(Owned):
    """That a person is a subject of an issuer. Linked by these two, never by e-mail address alone."""

    user = models.ForeignKey(User, models.CASCADE, related_name="identities")
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "issuer", "subject"], name="identity_once")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.issuer}"


def factor_of(user: Any) -> SecondFactor:
    """The person's second factor; one with nothing switched on (not saved) when there is none."""
    return SecondFactor.objects.filter(user=user.pk).first() or SecondFactor(user=user)
