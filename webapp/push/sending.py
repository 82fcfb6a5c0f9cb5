"""A message to a browser, encrypted for it, through its push service (RFC 8030)."""

import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from django.conf import settings
from pywebpush import WebPusher

from webapp.common import outbound
from webapp.push import vapid
from webapp.push.hosts import allowed

log = structlog.get_logger(__name__)

SIGNED_SECONDS = 3600
GONE = (404, 410)
CALL_SECONDS, LATER_SECONDS = 30, 6 * 3600  # how long a push service may keep it


@dataclass(frozen=True, slots=True)
class Address:
    """Where a browser is told, out of its row."""

    id: Any
    endpoint: str
    p256dh: str
    auth: str


def send(address: Address, message: dict[str, Any], seconds: int) -> bool:
    """Sends, once; what fails is logged, since a call does not wait. False: the browser is gone for good."""
    centrale = settings.CENTRALE
    if not allowed(address.endpoint, centrale.push_hosts, private=centrale.private_hooks):
        return False
    host = urlsplit(address.endpoint).hostname
    try:
        keys = {"p256dh": address.p256dh, "auth": address.auth}
        sealed = WebPusher({"endpoint": address.endpoint, "keys": keys}).encode(json.dumps(message).encode())
        with requests.Session() as session:
            outbound.guard(session)
            answer = session.post(
                address.endpoint, sealed["body"], headers=_headers(address.endpoint, seconds)
            )
    except (requests.RequestException, OSError, ValueError) as error:
        log.warning("push.failed", host=host, error=str(error))
        return True
    if answer.status_code in GONE:
        return False
    if not answer.ok:
        log.warning("push.refused", host=host, status=answer.status_code)
    return True


def _headers(endpoint: str, seconds: int) -> dict[str, str]:
    url = urlsplit(endpoint)
    claims = {
        "aud": f"{url.scheme}://{url.netloc}",
        "exp": int(time.time()) + SIGNED_SECONDS,  # a number (RFC 7519 section 4.1.4): services refuse a text
        "sub": settings.CENTRALE.push_contact,
    }
    signed: dict[str, str] = vapid.signer(settings.HOME).sign(claims)
    return {
        **signed,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(seconds),
        "Urgency": "high",
    }
