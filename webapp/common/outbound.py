"""HTTP to addresses that people of organisations may choose: bounded, and not into our own network."""

import ipaddress
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

SECONDS = 10.0
MOST_BYTES = 2**20


class Refused(requests.RequestException):
    """The address leads into this machine's or a private network, or the answer is too large."""


def _checked(sock: Any) -> Any:
    # After connecting, so that a name cannot mean one address now and another one then.
    address = ipaddress.ip_address(sock.getpeername()[0])
    address = getattr(address, "ipv4_mapped", None) or address
    if not (address.is_global or settings.CENTRALE.private_hooks):
        sock.close()
        raise Refused("This address is not on the public internet.")
    return sock


class _Plain(HTTPConnection):
    def _new_conn(self) -> Any:
        return _checked(super()._new_conn())


class _Secure(HTTPSConnection):
    def _new_conn(self) -> Any:
        return _checked(super()._new_conn())


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    """Reads at most MOST_BYTES, and checks where it is connected to."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def send(self, request: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        kwargs |= {"stream": True, "timeout": SECONDS}
        answer = super().send(request, **kwargs)
        body = answer.raw.read(MOST_BYTES + 1, decode_content=True)
        answer.close()
        if len(body) > MOST_BYTES:
            raise Refused("The answer is too large.")
        answer._content = body
        answer._content_consumed = True  # type: ignore[attr-defined]
        return answer


def guard(session: requests.Session) -> None:
    """From now on `session` reaches the public internet only (anything with CENTRALE_PRIVATE_HOOKS), within
    SECONDS, without proxies of the environment and without redirects."""
    session.trust_env = False
    session.max_redirects = 0
    session.mount("https://", _Adapter())
    if settings.CENTRALE.private_hooks:
        session.mount("http://", _Adapter())
    else:
        session.adapters.pop("http://", None)
