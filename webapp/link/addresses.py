"""Where phones and browsers find this machine."""

from django.conf import settings


def sip_host() -> str:
    """The address that phones are told."""
    return str(settings.CENTRALE.shown_host)


def http_url() -> str:
    """Where people reach the web: as set, else for a person on the same network."""
    centrale = settings.CENTRALE
    if centrale.url:
        return str(centrale.url)
    host = centrale.http_bind or centrale.shown_host
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{centrale.http_port}"
