"""The connection to the mail server that is set (CENTRALE_SMTP)."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import get_connection

SMTP_SECONDS = 30


def connection() -> Any:
    """A mail backend, not yet connected. Without CENTRALE_SMTP it cannot be used: ask `there` first."""
    parts = urlsplit(settings.CENTRALE.smtp)
    return get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 25),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=parts.scheme == "smtps",
        use_tls=parts.scheme == "smtp+tls",
        timeout=SMTP_SECONDS,
    )


def there() -> bool:
    """Whether mail can be sent at all."""
    return bool(settings.CENTRALE.smtp)
