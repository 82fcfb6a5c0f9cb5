"""NOTIFYs on their way to phones (RFC 6665). PJSIP thread only."""

from collections.abc import Callable
from dataclasses import dataclass

import pbx_native
import structlog

from pbx.ports import Caller, Notify, Request
from pbx.sip.connections import Connections
from pbx.sip.endpoint import SipConfig
from pbx.sip.results import Results
from pbx.sip.uris import host_port, target

log = structlog.get_logger("pbx.sip")

_NO_WAY = 503
_REFUSED = 481


@dataclass(frozen=True, slots=True)
class Subscribing:
    """An admitted SUBSCRIBE that waits under its token for an answer."""

    request: Request
    caller: Caller


@dataclass(frozen=True, slots=True)
class Notified:
    """The final answer to a NOTIFY."""

    token: int
    code: int


def our_contact(config: SipConfig, transport: str) -> str:
    """The Contact of our side of a subscription, on the transport that the phone uses."""
    port = config.tls_port if transport == "tls" else config.port
    tail = "" if transport == "udp" else f";transport={transport}"
    return f"<sip:centrale@{host_port(config.host, port)}{tail}>"


class Notifier:
    """Sends NOTIFYs; Notified follows for each."""

    def __init__(self, connections: Connections, results: Results, post: Callable[[Notified], None]) -> None:
        self._connections = connections
        self._results = results
        self._post = post

    def send(self, notify: Notify) -> None:
        """Send it the way that the phone came. A connection that is gone is not made anew: the phone opens
        one when it is back, and only it knows where it listens."""
        to = notify.to
        if not self._connections.reaches(to.source_ip, to.source_port, to.transport):
            self._post(Notified(notify.token, _NO_WAY))
            return
        token = self._results.expect(lambda code: self._post(Notified(notify.token, code)))
        try:
            pbx_native.send_request(
                token,
                "NOTIFY",
                target(to),
                notify.local,
                notify.remote,
                notify.headers,
                notify.content_type,
                notify.body,
            )
        except ValueError as error:
            # What the phone wrote into its SUBSCRIBE cannot be said back to it.
            log.warning("notify.refused", error=str(error))
            self._results.arrived(token, _REFUSED, "")
