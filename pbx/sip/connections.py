"""TCP and TLS connections: how many there may be, and which of those that phones came over still are."""

import resource

Flow = tuple[str, int, str]

MOST = 8000
# Files that connections may not take: RTP and RTCP of 1,024 legs, the store, the control API.
_RESERVED = 2300


def most_connections() -> int:
    """How many connections may be open at once. Far from the limit of open files: PJSIP gives up a listener
    for good when it cannot accept for want of files 50 times in a row."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MOST
    return min(MOST, max(files // 4, files - _RESERVED))


class Connections:
    """Flows (ip, port, transport) known to be open. PJSIP thread only."""

    def __init__(self) -> None:
        self._open: set[Flow] = set()

    def seen(self, ip: str, port: int, transport: str) -> None:
        """A request came over it."""
        if transport != "udp":
            self._open.add((ip, port, transport))

    def closed(self, ip: str, port: int, transport: str) -> None:
        self._open.discard((ip, port, transport))

    def reaches(self, ip: str, port: int, transport: str) -> bool:
        """Whether a request can go back the way the phone came: over UDP always, else while that is open."""
        return transport == "udp" or (ip, port, transport) in self._open
