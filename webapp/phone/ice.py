"""How browsers find a way for their audio (ICE servers), with passwords for TURN that end by themselves."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

TURN_SECONDS = 12 * 3600  # how long a password is good; calls that go on then do not need it any more


@dataclass(frozen=True, slots=True)
class IceServer:
    """As RTCIceServer of the browser takes it; STUN needs no credentials."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


def ice_servers(
    stun: tuple[str, ...], turn: tuple[str, ...], secret: str | None, person: str, now: float
) -> list[IceServer]:
    """The servers as set. For TURN a user name that says until when it is good and whose it is, and its
    HMAC-SHA1 under the shared secret as password: what coturn knows as use-auth-secret."""
    servers = [IceServer(list(stun))] if stun else []
    if turn and secret:
        username = f"{int(now) + TURN_SECONDS}:{person}"
        mac = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
        servers.append(IceServer(list(turn), username, base64.b64encode(mac).decode()))
    return servers
