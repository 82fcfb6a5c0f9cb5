"""Second factors: an authenticator (TOTP, RFC 6238), recovery codes, codes by mail."""

import datetime
import io
import secrets
import time

import pyotp
import segno
import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from webapp.common import smtp
from webapp.people.models import User
from webapp.signin import letters
from webapp.signin.models import KnownSession, RecoveryCode, SecondFactor, SignInRules, factor_of

log = structlog.get_logger(__name__)

TOTP, RECOVERY, MAIL, ENROL = "totp", "recovery", "mail", "enrol"

STEP_SECONDS = 30
AROUND = 1  # steps of the clock before and after that are taken too
RECOVERY_CODES = 10
FAILURES = 20  # wrong codes in FAILURE_TIME, from wherever, close the second factor
FAILURE_TIME = datetime.timedelta(hours=1)
ISSUER = "Centrale"
# Without letters that look alike.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def demanded(user: User) -> bool:
    """Whether the organisation demands a second factor of everyone."""
    return SignInRules.objects.filter(organisation=user.organisation_id, second_factor=True).exists()


def methods(user: User) -> list[str]:
    """What `user` may prove after the password; empty: nothing is asked.

    Who has nothing although the organisation demands it gets a code by mail, and where no mail can be sent
    sets up an authenticator on the spot. Never on the spot where mail can be sent: whoever knows only the
    password would set up their own."""
    factor = factor_of(user)
    found = [TOTP] if factor.totp_on else []
    if factor.totp_on and RecoveryCode.objects.filter(user=user).exists():
        found.append(RECOVERY)
    if factor.mail_on and smtp.there():
        found.append(MAIL)
    if not found and (factor.mail_on or demanded(user)):
        found = [MAIL] if smtp.there() else [ENROL]
    return found


# --- proving ---


def closed(user: User) -> bool:
    """Whether too many wrong codes were given for `user`."""
    factor = factor_of(user)
    return (
        factor.failures >= FAILURES
        and factor.failures_since is not None
        and timezone.now() - factor.failures_since < FAILURE_TIME
    )


def right(user: User, method: str, code: str) -> bool:
    """Whether `code` proves `method` for `user`; each code works once. Counts the wrong ones."""
    code = "".join(code.split()).lower()
    check = {TOTP: _totp_right, RECOVERY: _recovery_right, MAIL: letters.code_right}[method]
    if check(user, code):
        SecondFactor.objects.filter(user=user).update(failures=0, failures_since=None)
        return True
    _count_failure(user)
    return False


def _count_failure(user: User) -> None:
    now = timezone.now()
    SecondFactor.objects.get_or_create(user=user)
    rows = SecondFactor.objects.filter(user=user)
    if not rows.filter(failures_since__gt=now - FAILURE_TIME).update(failures=F("failures") + 1):
        rows.update(failures=1, failures_since=now)
    log.warning("second_factor.wrong", person=str(user.pk))


def _step_of(secret: str, code: str) -> int | None:
    """The step of the clock whose code this is, within AROUND of now."""
    now = int(time.time()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in range(now - AROUND, now + AROUND + 1):
        if constant_time_compare(totp.at(step * STEP_SECONDS), code):
            return step
    return None


def _totp_right(user: User, code: str) -> bool:
    factor = factor_of(user)
    step = _step_of(factor.totp_secret, code) if factor.totp_on and factor.totp_secret else None
    if step is None:
        return False
    # RFC 6238 section 5.2: a code is taken once; of two at the same time one wins.
    rows = SecondFactor.objects.filter(user=user, totp_on=True, totp_step__lt=step)
    return rows.update(totp_step=step) == 1


def _recovery_right(user: User, code: str) -> bool:
    rows = RecoveryCode.objects.filter(user=user, digest=_recovery_digest(user, code.replace("-", "")))
    return rows.delete()[0] == 1


def _recovery_digest(user: User, code: str) -> str:
    return salted_hmac("webapp.signin.recovery", f"{user.pk} {code}", algorithm="sha256").hexdigest()


# --- setting up ---


def enrol(user: User) -> dict[str, str]:
    """A new secret for an authenticator, to be confirmed with a first code: `{"secret", "uri", "qr"}`, the
    last an SVG. Raises ValidationError when one is switched on already."""
    factor, _made = SecondFactor.objects.get_or_create(user=user)
    if factor.totp_on:
        raise ValidationError(_("An authenticator is switched on already; switch it off first."))
    secret = pyotp.random_base32()
    SecondFactor.objects.filter(user=user).update(totp_secret=secret, totp_step=0)
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)
    picture = io.BytesIO()
    segno.make(uri, error="m").save(picture, kind="svg", scale=4, border=2, xmldecl=False, nl=False)
    return {"secret": secret, "uri": uri, "qr": picture.getvalue().decode()}


@transaction.atomic
def confirm(user: User, code: str) -> list[str]:
    """Switches the authenticator on with its first code; gives recovery codes, shown only now. Raises
    ValidationError for a wrong one."""
    factor = SecondFactor.objects.select_for_update().filter(user=user, totp_on=False).first()
    secret = factor.totp_secret if factor is not None else ""
    step = _step_of(secret, "".join(code.split())) if secret else None
    if step is None:
        raise ValidationError({"code": _("This code is not right. Check the clock of your phone.")})
    SecondFactor.objects.filter(user=user).update(totp_on=True, totp_step=step)
    log.info("second_factor.on", person=str(user.pk), method=TOTP)
    return new_recovery_codes(user)


@transaction.atomic
def new_recovery_codes(user: User) -> list[str]:
    """New codes in place of all earlier ones. Raises ValidationError without an authenticator."""
    if not factor_of(user).totp_on:
        raise ValidationError(_("There is no authenticator to recover."))
    codes = ["".join(secrets.choice(_SIGNS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(user=user, digest=_recovery_digest(user, code)) for code in codes]
    )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def switch_mail(user: User, on: bool) -> None:
    """Codes by mail on or off. Raises ValidationError when no mail can be sent."""
    if on and not smtp.there():
        raise ValidationError(_("No mail server is set (CENTRALE_SMTP)."))
    SecondFactor.objects.update_or_create(user=user, defaults={"mail_on": on})
    log.info("second_factor.mail", person=str(user.pk), on=on)


@transaction.atomic
def remove_totp(user: User) -> None:
    """No authenticator any more, and no recovery codes."""
    SecondFactor.objects.filter(user=user).update(totp_on=False, totp_secret="", totp_step=0)
    RecoveryCode.objects.filter(user=user).delete()
    log.info("second_factor.off", person=str(user.pk), method=TOTP)


@transaction.atomic
def reset(user: User) -> None:
    """For whoever lost everything: no second factor at all, and no open sessions' worth of trust in it."""
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    log.info("second_factor.reset", person=str(user.pk))


def sessions_without(organisation: object) -> object:
    """Sessions of an organisation that began with a password alone."""
    return KnownSession.objects.filter(
        user__organisation=organisation, way=KnownSession.Way.PASSWORD, second_factor=False
    )
