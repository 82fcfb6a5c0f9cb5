"""A request and a phone that can sign in, for tests: plain data that satisfies ports.Request."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pbx.control.configuration import DeviceConfig, ExtensionConfig, Snapshot
from pbx.ports import Headers, Reply, Request
from pbx.registrar.digest import Secret, response

DOMAIN = "a.example"
PASSWORD = "s3cret"


@dataclass(frozen=True, kw_only=True)
class FakeContact:
    uri: str
    expires: int = -1
    q: float = -1.0
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FakeDigest:
    username: str = "u1"
    realm: str = DOMAIN
    nonce: str = ""
    uri: str = f"sip:{DOMAIN}"
    response: str = "0" * 32
    algorithm: str = "MD5"
    qop: str = "auth"
    nc: str = "00000001"
    cnonce: str = "c"
    opaque: str = ""


@dataclass(frozen=True, kw_only=True)
class FakeRequest:
    token: int = 1
    method: str = "REGISTER"
    uri: str = f"sip:{DOMAIN}"
    uri_user: str = ""
    uri_host: str = DOMAIN
    from_uri: str = f"sip:u1@{DOMAIN}"
    from_user: str = "u1"
    from_host: str = DOMAIN
    from_display: str = ""
    from_tag: str = "f1"
    to_uri: str = f"sip:u1@{DOMAIN}"
    to_user: str = "u1"
    to_host: str = DOMAIN
    to_tag: str = ""
    call_id: str = "call-1"
    cseq: int = 1
    contacts: Sequence[FakeContact] = ()
    contact_star: bool = False
    expires: int = -1
    credentials: Sequence[FakeDigest] = ()
    paths: Sequence[str] = ()
    via_count: int = 1
    user_agent: str = "test phone"
    supported: Sequence[str] = ()
    source_ip: str = "192.0.2.10"
    source_port: int = 5062
    transport: str = "udp"
    headers: dict[str, list[str]] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> Sequence[str]:
        return self.headers.get(name, [])


def as_request(request: FakeRequest) -> Request:
    """Nothing but a proof for the type checker that the fake fits."""
    return request


def invite(number: str = "102", **changes: Any) -> FakeRequest:
    fields: dict[str, Any] = {
        "method": "INVITE",
        "uri": f"sip:{number}@{DOMAIN}",
        "uri_user": number,
        "to_user": number,
        "to_uri": f"sip:{number}@{DOMAIN}",
    }
    return FakeRequest(**{**fields, **changes})


def secret(username: str = "u1", realm: str = DOMAIN, password: str = PASSWORD) -> Secret:
    text = f"{username}:{realm}:{password}".encode()
    return Secret(hashlib.md5(text).hexdigest(), hashlib.sha256(text).hexdigest())


def device(number: int, extension: str = "101", **changes: Any) -> DeviceConfig:
    """Device d<number>, which signs in as u<number>."""
    known = secret(f"u{number}")
    fields: dict[str, Any] = {
        "id": f"d{number}",
        "username": f"u{number}",
        "name": f"Phone {number}",
        "extension": extension,
        "ha1_md5": known.md5,
        "ha1_sha256": known.sha256,
    }
    return DeviceConfig(**{**fields, **changes})


def snapshot(**changes: Any) -> Snapshot:
    fields: dict[str, Any] = {
        "tenant": "t1",
        "version": 1,
        "name": "A",
        "domain": DOMAIN,
        "digests": ["SHA-256", "MD5"],
        "extensions": [
            ExtensionConfig(id="e1", number="101", name="Anna"),
            ExtensionConfig(id="e2", number="102", name="Bo"),
        ],
        "devices": [device(1), device(2, "102"), device(3, enabled=False)],
    }
    return Snapshot(**{**fields, **changes})


def challenge_of(headers: Headers, algorithm: str) -> dict[str, str]:
    """The parameters of the WWW-Authenticate header for an algorithm."""
    for name, value in headers:
        if name == "WWW-Authenticate" and f"algorithm={algorithm}" in value:
            items = (item.split("=", 1) for item in value.removeprefix("Digest ").split(", "))
            return {key: text.strip('"') for key, text in items}
    raise AssertionError(f"no challenge for {algorithm}")


def signed(
    request: FakeRequest,
    reply: Reply,
    *,
    algorithm: str = "SHA-256",
    username: str = "u1",
    password: str = PASSWORD,
    nc: int = 1,
    **changes: Any,
) -> FakeRequest:
    """The request again, with the answer to the challenge in `reply`."""
    asked = challenge_of(reply.headers, algorithm)
    fields: dict[str, Any] = {
        "username": username,
        "realm": asked["realm"],
        "nonce": asked["nonce"],
        "uri": request.uri,
        "algorithm": algorithm,
        "nc": f"{nc:08x}",
    }
    unsigned = FakeDigest(**{**fields, **changes})
    answer = response(secret(username, asked["realm"], password), request.method, unsigned)
    assert answer is not None
    return replace(request, credentials=(replace(unsigned, response=answer),), cseq=request.cseq + 1)
