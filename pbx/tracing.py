"""The SIP trace: which tenants and devices are watched until when, and the messages seen of them."""

import re
from collections import deque

from pbx.control.messages import Trace, TraceMessage
from pbx.control.target import Refused
from pbx.directory import Directory
from pbx.registrar.bindings import Bindings
from pbx.sip.stack import SipMessage
from pbx.sip.uris import host_port

KEEP = 2000
LONGEST = 16384  # characters kept of one message

# With continuation lines (RFC 3261 section 7.3.1), and with every line end that PJSIP's parser takes.
_SECRET = re.compile(
    r"(?i)((?:^|[\r\n])(?:proxy-)?authorization[ \t]*:)[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*"
)
_KEYS = re.compile(r"(?im)^(a=crypto:.*inline:).*$")
_CALL_ID = re.compile(r"(?im)^(?:call-id|i)\s*:\s*(\S{1,200})")

Watched = tuple[str, str | None]


class Tracer:
    """Messages of watched devices are those to and from the addresses they are registered from."""

    def __init__(self, directory: Directory, bindings: Bindings) -> None:
        self._directory = directory
        self._bindings = bindings
        self._until: dict[Watched, float] = {}
        self._sources: dict[tuple[str, int], tuple[str, str]] = {}
        self._messages: deque[TraceMessage] = deque(maxlen=KEEP)

    def switch(self, command: Trace, now: float) -> None:
        """On for some seconds, or off. Raises Refused (404) for what does not exist."""
        tenant = self._directory.tenant(command.tenant)
        if tenant is None or (command.device is not None and tenant.device(command.device) is None):
            raise Refused(404, "There is no such organisation or device.")
        if command.seconds:
            self._until[command.tenant, command.device] = now + command.seconds
        else:
            self._until.pop((command.tenant, command.device), None)
        self._find_sources()

    def wanted(self, now: float) -> bool:
        """Whether anything is watched now."""
        for watched in [each for each, until in self._until.items() if until <= now]:
            del self._until[watched]
        return bool(self._until)

    def bindings_changed(self) -> None:
        """Phones moved: look again at where the watched ones are."""
        if self._until:
            self._find_sources()

    def record(self, message: SipMessage, now: float) -> None:
        """Keep a message if it belongs to a watched device; credentials and media keys are blacked out."""
        owner = self._sources.get((message.address, message.port))
        if owner is None:
            return
        text = message.raw.decode("utf-8", "replace")[:LONGEST]
        found = _CALL_ID.search(text)
        self._messages.append(
            TraceMessage(
                at=now,
                tenant=owner[0],
                device=owner[1],
                direction="in" if message.incoming else "out",
                transport=message.transport,
                peer=host_port(message.address, message.port),
                call_id=found.group(1) if found else "",
                text=_KEYS.sub(r"\1(hidden)", _SECRET.sub(r"\1 (hidden)", text)),
            )
        )

    def recent(self, tenant: str | None, device: str | None) -> list[TraceMessage]:
        """What was seen, oldest first, of all or of one tenant or device."""
        return [
            message
            for message in self._messages
            if tenant in (None, message.tenant) and device in (None, message.device)
        ]

    def _find_sources(self) -> None:
        self._sources = {
            (binding.source_ip, binding.source_port): (binding.tenant, binding.device)
            for binding in self._bindings.all()
            if (binding.tenant, None) in self._until or (binding.tenant, binding.device) in self._until
        }
