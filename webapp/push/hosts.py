"""Which addresses a browser may name as its push service: only those that are known to be one."""

from collections.abc import Iterable
from urllib.parse import urlsplit

HTTPS = 443


def allowed(endpoint: str, hosts: Iterable[str], *, private: bool) -> bool:
    """Whether to send there: https to a host of `hosts` (`*.example.com`: all below it) on its usual port.
    `private`: also http and other ports, for services on this machine."""
    try:
        url = urlsplit(endpoint)
        host, port = (url.hostname or "").lower(), url.port
    except ValueError:
        return False
    if url.username or url.password or url.fragment:
        return False
    usual = url.scheme == "https" and port in (None, HTTPS)
    if not (usual or (private and url.scheme in ("http", "https"))):
        return False
    return any(host == each or (each.startswith("*.") and host.endswith(each[1:])) for each in hosts)
