"""A push service on loopback, and the browser behind it: opens what it is sent as a browser does."""

import base64
import contextlib
import http.server
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Received:
    """One message: how it came and what it said."""

    path: str
    headers: dict[str, str]
    body: bytes
    message: dict[str, Any]


class PushService:
    """`subscription` is what the browser gives the application; `status` is answered from now on, to paths in
    `stuck` once `go_on` is set."""

    def __init__(self) -> None:
        self.root, self.status = "", 201
        self.stuck: set[str] = set()
        self.go_on = threading.Event()
        self.received: list[Received] = []
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)

    def subscription(self, path: str = "/send/1") -> dict[str, Any]:
        point = self._key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {
            "endpoint": self.root + path,
            "keys": {"p256dh": base64url(point), "auth": base64url(self._auth)},
        }

    def take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        text = http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        self.received.append(Received(path, headers, body, json.loads(text)))

    def claims(self, received: Received) -> dict[str, Any]:
        """What the sender signed (RFC 8292), checked with the key that it says it has."""
        scheme, _, rest = received.headers["authorization"].partition(" ")
        assert scheme == "vapid"
        values = dict(part.strip().split("=", 1) for part in rest.split(","))
        point = base64.urlsafe_b64decode(values["k"] + "=" * (-len(values["k"]) % 4))
        x, y = base64url(point[1:33]), base64url(point[33:])
        key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
        return {**jwt.decode(values["t"], key, algorithms=["ES256"]).claims, "key": values["k"]}


@contextlib.contextmanager
def push_service() -> Iterator[PushService]:
    found = PushService()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path in found.stuck:
                found.go_on.wait(60)
            found.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(found.status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """A test needs no log."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found.root = f"http://127.0.0.1:{server.server_port}"
        yield found
        found.go_on.set()
        server.shutdown()
