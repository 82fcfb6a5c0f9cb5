"""Who signs in: people with a role in one organisation, and their API tokens."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from webapp.common.models import Row
from webapp.organisations.models import LowerField, Organisation, validate_time_zone
from webapp.organisations.roles import Role, at_least

# What an organisation's administrator may touch in Django's admin: app label -> actions.
ADMIN_MAY = {
    "organisations": {"view", "change"},
    "people": {"view", "add", "change", "delete"},
    "extensions": {"view", "add", "change", "delete"},
    "calls": {"view"},
    "flows": {"view", "add", "change", "delete"},
    "statuses": {"view", "add", "change", "delete"},
    "lines": {"view", "add", "change", "delete"},
    "rooms": {"view", "add", "change", "delete"},
    "sounds": {"view", "add", "change", "delete"},
    "voicemail": {"view", "add", "change", "delete"},
    "recordings": {"view", "add", "change", "delete"},
    "notices": {"view", "change"},
    "contacts": {"view", "add", "change", "delete"},
    "profile": {"view", "change", "delete"},
    "signin": {"view", "add", "change", "delete"},
}


class LowerEmailField(LowerField, models.EmailField):
    """An e-mail address in lower case: one person, one account."""


class UserManager(BaseUserManager["User"]):
    """Makes people; Django's `createsuperuser` makes an operator."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person, checked and saved. `password` None: cannot sign in yet."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.full_clean()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An operator: runs the whole system, belongs to no organisation."""
        fields.setdefault("name", email.partition("@")[0])
        return self.create_user(email, password, role=Role.OPERATOR, organisation=None, **fields)


class User(Row, AbstractBaseUser):
    """A person who signs in with an e-mail address."""

    email = LowerEmailField(
        _("e-mail address"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("Someone with this e-mail address exists already.")},
    )
    name = models.CharField(_("name"), max_length=100)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.USER)
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        verbose_name=_("organisation"),
        related_name="people",
        null=True,
        blank=True,
        help_text=_("Operators have none, everyone else has one."),
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("Empty: the organisation's."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_time_zone],
        help_text=_("Empty: the organisation's."),
    )
    is_active = models.BooleanField(_("may sign in"), default=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        ordering = ("name", "email")
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="operator_without_organisation",
                condition=Q(role=Role.OPERATOR, organisation__isnull=True)
                | (~Q(role=Role.OPERATOR) & Q(organisation__isnull=False)),
                violation_error_message=_(
                    "An operator belongs to no organisation; everyone else belongs to one."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def preferred_language(self) -> str:
        """Own language, else the organisation's, else English."""
        return self.language or (self.organisation.language if self.organisation else "en")

    @property
    def preferred_time_zone(self) -> str:
        """Own time zone, else the organisation's, else UTC."""
        return self.time_zone or (self.organisation.time_zone if self.organisation else "UTC")

    @property
    def is_operator(self) -> bool:
        return self.role == Role.OPERATOR

    @property
    def is_staff(self) -> bool:
        """Django's word for who may enter its admin."""
        return at_least(self, Role.ADMIN)

    @property
    def is_superuser(self) -> bool:
        return self.is_operator and self.is_active

    def has_perm(self, perm: str, _obj: object = None) -> bool:
        """Django admin's question, `app.action_model`; which rows is decided by the access modules."""
        if self.is_superuser:
            return True
        if not at_least(self, Role.ADMIN):
            return False
        label, _dot, codename = perm.partition(".")
        return codename.partition("_")[0] in ADMIN_MAY.get(label, ())

    def has_perms(self, perms: list[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, label: str) -> bool:
        return self.is_superuser or (at_least(self, Role.ADMIN) and label in ADMIN_MAY)


class ApiToken(Row):
    """A key for programs, with the rights of its owner. Only its SHA-256 is kept: it has 256 random bits."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens", verbose_name=_("person"))
    name = models.CharField(_("name"), max_length=100, help_text=_("What uses this token."))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("begins with"), max_length=12, editable=False)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True, help_text=_("Empty: no end."))
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    class Meta:
        ordering = ("name", "created_at")
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"
