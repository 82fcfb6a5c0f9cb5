"""Requests that parse but ask for what they should not get: registration, authentication, routing,
extensions, IPv6."""

from tests.hostile.messages.model import CHALLENGED, DROP, EITHER, FINE, REFUSED, HostileMessage, sip

_OK = FINE | CHALLENGED
_DENIED = frozenset({DROP, 400, 403, 404, 405, 416, 480, 481, 488, 501, 503, 603}) | CHALLENGED
_EXTENSION = CHALLENGED | {420}
_TO_SELF = {"To": "<sip:@USER@@@DOMAIN@>"}


def _odd(
    name: str, odd: str, template: bytes, allowed: frozenset[int], known: frozenset[int] | None = None
) -> HostileMessage:
    return HostileMessage(name, odd, template, allowed, allowed if known is None else known)


def _register(contact: str | None, expires: str | None = None, to: str = _TO_SELF["To"]) -> bytes:
    add = [] if expires is None else [("Expires", expires)]
    return sip("REGISTER", "sip:@DOMAIN@", replace={"To": to, "Contact": contact}, add=add)


_UNKNOWN = CHALLENGED | REFUSED | {403, 404, 423}
_REGISTRAR = (
    _odd(
        "register-star-with-time",
        "Contact * with Expires 60 (RFC 3261 section 10.2.2)",
        _register("*", "60"),
        _UNKNOWN,
        frozenset({400}),
    ),
    _odd(
        "register-star-and-more",
        "Contact * beside another",
        _register("*, <@CONTACT@>", "0"),
        _UNKNOWN,
        frozenset({400}),
    ),
    _odd(
        "register-star-without-expires",
        "Contact * without Expires",
        _register("*"),
        _UNKNOWN,
        frozenset({400}),
    ),
    _odd(
        "register-expires-huge",
        "Expires beyond 32 bits",
        _register("<@CONTACT@>", "99999999999"),
        _UNKNOWN,
        frozenset({200, 400}),
    ),
    _odd(
        "register-expires-letters",
        "Expires in letters: RFC 3261 section 10.2.1.1 lets it count as 3600",
        _register("<@CONTACT@>", "soon"),
        _UNKNOWN,
        frozenset({200, 400}),
    ),
    _odd(
        "register-expires-negative",
        "a negative time in the Contact",
        _register("<@CONTACT@>;expires=-5"),
        _UNKNOWN,
        frozenset({200, 400, 423}),
    ),
    _odd(
        "register-q-out-of-range",
        "a preference of 7",
        _register("<@CONTACT@>;q=7.5", "60"),
        _UNKNOWN,
        frozenset({200, 400, 423}),
    ),
    _odd(
        "register-two-hundred-contacts",
        "200 Contacts at once",
        _register(", ".join(f"<sip:@USER@@192.0.2.7:{6000 + n}>" for n in range(200)), "60"),
        _UNKNOWN | {413, 513},
        frozenset({400, 403, 423, 480, 503, 513}),
    ),
    _odd(
        "register-contact-of-letters",
        "a Contact that is no address",
        _register("not an address at all", "60"),
        _UNKNOWN,
        frozenset({DROP, 400}),
    ),
    _odd(
        "register-contact-unbracketed",
        "parameters of a Contact without brackets belong to the header",
        _register("@CONTACT@;expires=60;q=0.5"),
        _UNKNOWN,
        frozenset({200, 400, 423}),
    ),
    _odd(
        "register-contact-foreign-name",
        "a Contact at a name that must not be resolved",
        _register("<sip:@USER@@metadata.invalid:5060>", "60"),
        _UNKNOWN,
        frozenset({200, 400, 403, 423}),
    ),
    _odd(
        "register-contact-web",
        "a Contact with a web address",
        _register("<http://192.0.2.1/>", "60"),
        _UNKNOWN,
        frozenset({200, 400, 403, 416, 423}),
    ),
    _odd(
        "register-somebody-else",
        "To of another user than the credentials",
        _register("<@CONTACT@>", "60", "<sip:@TARGET@>"),
        _UNKNOWN,
        frozenset({403, 404}) | CHALLENGED,
    ),
    _odd(
        "register-other-domain",
        "To in a domain that is not served",
        _register("<@CONTACT@>", "60", "<sip:@USER@@elsewhere.invalid>"),
        _UNKNOWN,
        frozenset({400, 403, 404}) | CHALLENGED,
    ),
    _odd(
        "register-domain-unknown",
        "the Request-URI of a domain that is not served",
        sip("REGISTER", "sip:elsewhere.invalid", replace=_TO_SELF),
        _UNKNOWN | {416},
        frozenset({403, 404}) | CHALLENGED,
    ),
    _odd(
        "register-path-of-letters",
        "a Path that is no address",
        sip("REGISTER", "sip:@DOMAIN@", replace=_TO_SELF, add=[("Path", "somewhere"), ("Supported", "path")]),
        _UNKNOWN,
        frozenset({200, 400, 420}),
    ),
)


def _credentials(value: str) -> bytes:
    return sip("REGISTER", "sip:@DOMAIN@", replace=_TO_SELF).replace(
        b"@AUTH@", b"Authorization: " + value.encode()
    )


_AUTHENTICATION = tuple(
    _odd(f"credentials-{name}", odd, _credentials(value), _UNKNOWN | {413, 513})
    for name, odd, value in (
        ("empty", "Digest and nothing after it", "Digest"),
        ("basic", "Basic credentials", "Basic YWxpY2U6c2VjcmV0"),
        ("unknown-scheme", "a scheme nobody knows", "Handshake firm=1"),
        (
            "no-nonce",
            "no nonce",
            'Digest username="@USER@", realm="@DOMAIN@", uri="sip:@DOMAIN@", response="0"',
        ),
        ("open-quote", "a quote that never closes", 'Digest username="@USER@, realm="@DOMAIN@'),
        (
            "long-nonce",
            "a nonce of 9,000 letters",
            'Digest username="@USER@", realm="@DOMAIN@", uri="sip:@DOMAIN@", response="'
            + "0" * 32
            + '", nonce="'
            + "n" * 9000
            + '"',
        ),
        (
            "twice-username",
            "two user names",
            'Digest username="@USER@", username="root", realm="@DOMAIN@", nonce="1", uri="sip:@DOMAIN@", '
            'response="0"',
        ),
        (
            "injection",
            "a user name for a careless data base",
            'Digest username="x\' OR \'1\'=\'1\'; --", realm="@DOMAIN@", nonce="1", uri="sip:@DOMAIN@", '
            'response="0"',
        ),
        (
            "nonce-count-huge",
            "a nonce count beyond 32 bits",
            'Digest username="@USER@", realm="@DOMAIN@", nonce="1", uri="sip:@DOMAIN@", response="0", '
            "qop=auth, "
            'nc=fffffffffffffffff, cnonce="1"',
        ),
        (
            "unknown-algorithm",
            "an algorithm nobody knows",
            'Digest username="@USER@", realm="@DOMAIN@", nonce="1", uri="sip:@DOMAIN@", response="0", '
            "algorithm=ROT13",
        ),
        (
            "nul-in-username",
            "a NUL in the user name",
            'Digest username="@USER@\0", realm="@DOMAIN@", nonce="1", uri="sip:@DOMAIN@", response="0"',
        ),
    )
)

_ROUTING = (
    _odd(
        "relay-to-stranger",
        "a call for a foreign domain: we are no open relay",
        sip("INVITE", "sip:someone@stranger.invalid", replace={"To": "<sip:someone@stranger.invalid>"}),
        _DENIED,
    ),
    _odd(
        "relay-by-route",
        "a Route that leads through us to a stranger",
        sip("INVITE", add=[("Route", "<sip:@DOMAIN@;lr>, <sip:stranger.invalid;lr>")]),
        _DENIED | {482},
    ),
    _odd("route-of-letters", "a Route that is no address", sip(add=[("Route", "over there")]), EITHER),
    _odd(
        "route-loop",
        "40 Routes back to ourselves",
        sip(add=[("Route", ", ".join(["<sip:@DOMAIN@;lr>"] * 40))]),
        EITHER | {482, 483},
    ),
    _odd(
        "call-to-itself",
        "an INVITE from the caller to the caller",
        sip("INVITE", "sip:@USER@@@DOMAIN@", replace=_TO_SELF),
        _DENIED | {486, 487},
    ),
    _odd(
        "record-route-hostile",
        "Record-Route values of a stranger",
        sip(add=[("Record-Route", "<sip:stranger.invalid;lr>")] * 20),
        EITHER,
    ),
    _odd(
        "refer-to-script",
        "a REFER to something that is no telephone",
        sip("REFER", add=[("Refer-To", "<javascript:alert(1)>")]),
        _DENIED | {202, 420, 489},
    ),
    _odd(
        "asserted-identity-forged",
        "a caller asserts a number that is not his",
        sip(add=[("P-Asserted-Identity", '"Prime Minister" <sip:112@@DOMAIN@>')]),
        EITHER,
    ),
    _odd(
        "subscribe-unknown-event",
        "a subscription to an unknown event",
        sip("SUBSCRIBE", add=[("Event", "nothing-known"), ("Expires", "60")]),
        CHALLENGED | {403, 404, 405, 481, 489, 501},
    ),
    _odd(
        "subscribe-without-event",
        "a subscription without event",
        sip("SUBSCRIBE", add=[("Expires", "60")]),
        CHALLENGED | {400, 403, 404, 405, 481, 489, 501},
    ),
    _odd(
        "publish-garbage",
        "a PUBLISH of garbage",
        sip("PUBLISH", add=[("Event", "presence")], body="<open><xml", kind="application/pidf+xml"),
        CHALLENGED | {400, 403, 404, 405, 415, 489, 501},
    ),
)

_EXTENSIONS = (
    _odd(
        "require-unknown",
        "an extension nobody knows is required (RFC 3261 section 8.2.2.3)",
        sip(add=[("Require", "no-such-extension, nor-this")]),
        _EXTENSION | REFUSED,
        frozenset({420}),
    ),
    _odd(
        "invite-require-unknown",
        "the same in an INVITE",
        sip("INVITE", add=[("Require", "no-such-extension")]),
        _EXTENSION | REFUSED,
        frozenset({420}),
    ),
    _odd(
        "proxy-require-unknown",
        "Proxy-Require of something unknown",
        sip(add=[("Proxy-Require", "no-such-thing")]),
        _EXTENSION | _OK,
    ),
    _odd(
        "cancel-with-require",
        "Require in a CANCEL is ignored",
        sip("CANCEL", add=[("Require", "no-such-extension")]),
        frozenset({DROP, 400, 481}),
    ),
    _odd(
        "session-interval-tiny",
        "a session interval of one second (RFC 4028 section 6)",
        sip("INVITE", add=[("Supported", "timer"), ("Session-Expires", "1")]),
        CHALLENGED | REFUSED | {422, 480},
    ),
    _odd(
        "session-interval-letters",
        "a session interval in letters",
        sip("INVITE", add=[("Supported", "timer"), ("Session-Expires", "long;refresher=nobody")]),
        EITHER | {422},
    ),
    _odd(
        "encoding-unknown",
        "a body in an encoding nobody knows",
        sip("INVITE", body=b"\x1f\x8b\x08junk", add=[("Content-Encoding", "squashed")]),
        CHALLENGED | {400, 415, 480, 488},
    ),
    _odd(
        "content-type-unknown",
        "an INVITE with an unknown kind of body",
        sip("INVITE", body="hello", kind="application/x-nobody-knows"),
        CHALLENGED | {400, 415, 480, 488},
    ),
    _odd(
        "content-type-broken",
        "a Content-Type without subtype",
        sip("INVITE", body="v=0\r\n", kind="application"),
        EITHER | {415},
    ),
    _odd(
        "accept-nothing-known",
        "an INVITE that accepts only an unknown kind",
        sip("INVITE", add=[("Accept", "text/x-nobody-knows")]),
        CHALLENGED | {DROP, 400, 406, 480, 488},
    ),
)

_IPV6 = (
    _odd(
        "ipv6-via",
        "Via with an IPv6 address",
        sip(replace={"Via": "SIP/2.0/@TRANSPORT@ [2001:db8::9:1];branch=@BRANCH@;rport"}),
        EITHER,
    ),
    _odd(
        "ipv6-without-brackets",
        "an IPv6 address without brackets in the Request-URI",
        sip(uri="sip:2001:db8::10"),
        EITHER | {416},
    ),
    _odd(
        "ipv6-port-inside", "brackets around address and port", sip(uri="sip:101@[2001:db8::10:5070]"), EITHER
    ),
    _odd(
        "ipv6-received-bracketed",
        "a received parameter with brackets",
        sip(add=[("Via", "SIP/2.0/UDP [2001:db8::9:255];received=[2001:db8::9:255];branch=z9hG4bKr")]),
        EITHER,
    ),
    _odd(
        "ipv6-three-colons", "an address with three colons", sip(uri="sip:101@[2001:db8:::192.0.2.1]"), EITHER
    ),
    _odd("ipv6-zone", "an address with a zone", sip(uri="sip:101@[fe80::1%25eth0]"), EITHER),
    _odd(
        "ipv6-contact",
        "a Contact at an IPv6 address",
        sip(replace={"Contact": "<sip:a@[2001:db8::10]:5060>"}),
        EITHER,
    ),
    _odd("ipv6-open-bracket", "a bracket that never closes", sip(uri="sip:101@[2001:db8::10"), EITHER),
)

MESSAGES = (*_REGISTRAR, *_AUTHENTICATION, *_ROUTING, *_EXTENSIONS, *_IPV6)
