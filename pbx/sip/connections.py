"""Which TCP and TLS connections phones registered over are still there."""

Flow = tuple[str, int, str]


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
