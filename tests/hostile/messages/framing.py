"""Messages that lie about their length, are none, or belong to nothing: framing, stray answers, stray
requests."""

from tests.hostile.messages.model import (
    CHALLENGED,
    DROP,
    EITHER,
    FINE,
    REFUSED,
    STREAMS,
    HostileMessage,
    Transport,
    sip,
)

_NO_DIALOG = frozenset({DROP, 400, 403, 404, 405, 481, 501}) | CHALLENGED
_OK = FINE | CHALLENGED
_SILENT = frozenset({DROP})
_UDP: tuple[Transport, ...] = ("udp",)


def _odd(
    name: str,
    odd: str,
    template: bytes,
    allowed: frozenset[int],
    transports: tuple[Transport, ...] = ("udp", "tcp", "tls"),
) -> HostileMessage:
    return HostileMessage(name, odd, template, allowed, allowed, transports)


_LENGTHS = (
    _odd(
        "length-too-long",
        "Content-Length beyond the datagram (RFC 3261 section 18.3)",
        sip(body=b"v=0\r\n", length="999"),
        REFUSED,
        _UDP,
    ),
    _odd(
        "length-too-short",
        "bytes after the end of the body: to be ignored",
        sip(body=b"v=0\r\nrest", length="5"),
        _OK | {400, 415},
        _UDP,
    ),
    _odd("length-negative", "a negative Content-Length", sip(length="-99"), EITHER),
    _odd(
        "length-enormous",
        "a Content-Length of 19 digits",
        sip(length="9999999999999999999"),
        REFUSED | {413, 513},
    ),
    _odd("length-wraps-32-bits", "a Content-Length of 2**32", sip(length="4294967296"), REFUSED | {413, 513}),
    _odd("length-in-letters", "a Content-Length in letters", sip(length="none"), EITHER),
    _odd("two-lengths", "two Content-Lengths that differ", sip(add=[("Content-Length", "7")]), EITHER),
    _odd("no-length", "no Content-Length, which UDP allows", sip(length=None), _OK, _UDP),
    _odd("no-length-on-a-stream", "no Content-Length where it is needed", sip(length=None), EITHER, STREAMS),
    _odd(
        "two-in-one",
        "two requests in one piece: a datagram holds one, a stream may hold both",
        sip(length="0")
        + sip(
            length="0",
            replace={
                "Call-ID": "@CALLID@-2",
                "Via": "SIP/2.0/@TRANSPORT@ @HOST@:@PORT@;branch=@BRANCH@2;rport",
            },
        ),
        _OK,
    ),
    _odd("bare-line-feeds", "lines ended by LF alone", sip().replace(b"\r\n", b"\n"), EITHER),
    _odd("bare-carriage-returns", "lines ended by CR alone", sip().replace(b"\r\n", b"\r"), REFUSED),
    _odd(
        "empty-lines-first",
        "empty lines before the request (RFC 3261 section 7.5)",
        b"\r\n\r\n\r\n" + sip(length="0"),
        _OK,
    ),
    _odd(
        "sixty-kilobytes",
        "a body of 50,000 bytes",
        sip("MESSAGE", body=b"x" * 50000, kind="text/plain"),
        EITHER | {413, 415, 513},
    ),
    _odd(
        "endless-header",
        "64,000 bytes of header on a stream, and no end",
        sip()[:-4] + b"\r\nX-Long: " + b"y" * 64000,
        REFUSED | {413, 513},
        STREAMS,
    ),
)

_NONSENSE = (
    _odd("empty-lines-only", "a keep-alive and nothing else", b"\r\n\r\n", _SILENT),
    _odd("nul-bytes", "400 NUL bytes", bytes(400), _SILENT | {400}),
    _odd("random-bytes", "bytes of every value", bytes(range(256)) * 4 + b"\r\n\r\n", REFUSED),
    _odd(
        "web-request",
        "somebody takes us for a web server",
        b"GET / HTTP/1.1\r\nHost: @DOMAIN@\r\nUser-Agent: probe\r\n\r\n",
        REFUSED,
    ),
    _odd(
        "tls-hello",
        "a TLS client greets a port without TLS",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + b"R" * 150 + b"\r\n\r\n",
        REFUSED,
    ),
    _odd(
        "stun-request",
        "a STUN binding request",
        b"\x00\x01\x00\x00\x21\x12\xa4\x42" + b"transaction!",
        _SILENT,
    ),
    _odd("rtp-packet", "an RTP packet astray", b"\x80\x08\x00\x01" + b"\xd5" * 168, _SILENT),
)

_ANSWER = (
    "Via: SIP/2.0/@TRANSPORT@ @HOST@:@PORT@;branch=@BRANCH@\r\nFrom: <sip:@USER@@@DOMAIN@>;tag=@TAG@\r\n"
    "To: <sip:@TARGET@>;tag=x\r\nCall-ID: @CALLID@\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
)

_STRAY = (
    *(
        _odd(
            f"stray-answer-{code}",
            f"an answer {code} to nothing",
            f"SIP/2.0 {code} Hello\r\n{_ANSWER}".encode(),
            _SILENT,
        )
        for code in (100, 180, 200, 302, 401, 503)
    ),
    _odd(
        "answer-code-huge",
        "an answer whose code does not fit 32 bits",
        f"SIP/2.0 4294967496 Hello\r\n{_ANSWER}".encode(),
        _SILENT,
    ),
    _odd("answer-code-zero", "an answer 000", f"SIP/2.0 000 Hello\r\n{_ANSWER}".encode(), _SILENT),
    _odd(
        "answer-without-via",
        "an answer without Via",
        f"SIP/2.0 200 OK\r\n{_ANSWER.split(chr(10), 1)[1]}".encode(),
        _SILENT,
    ),
    _odd("stray-ack", "an ACK for nothing", sip("ACK"), _SILENT),
    *(
        _odd(
            f"stray-{method.lower()}",
            f"{method} in a dialog that does not exist",
            sip(method, replace={"To": "<sip:@TARGET@>;tag=no-such-dialog"}),
            _NO_DIALOG,
        )
        for method in ("BYE", "CANCEL", "UPDATE", "PRACK", "INFO", "REFER", "NOTIFY", "SUBSCRIBE")
    ),
    _odd("bye-without-tag", "BYE without a To tag", sip("BYE"), _NO_DIALOG),
    _odd(
        "invite-in-no-dialog",
        "an INVITE with a To tag we never gave",
        sip("INVITE", replace={"To": "<sip:@TARGET@>;tag=never"}),
        _NO_DIALOG,
    ),
    _odd(
        "replaces-nothing",
        "an INVITE that replaces a call that is none",
        sip("INVITE", add=[("Replaces", "nobody@nowhere;to-tag=1;from-tag=2"), ("Require", "replaces")]),
        _NO_DIALOG | {420, 480},
    ),
    _odd(
        "prack-of-nothing",
        "PRACK with an RAck of nothing",
        sip("PRACK", replace={"To": "<sip:@TARGET@>;tag=x"}, add=[("RAck", "4294967296 1 INVITE")]),
        _NO_DIALOG,
    ),
    _odd(
        "unasked-mwi",
        "a message-waiting NOTIFY nobody asked for",
        sip(
            "NOTIFY",
            add=[("Event", "message-summary"), ("Subscription-State", "active")],
            body="Messages-Waiting: yes\r\n",
            kind="application/simple-message-summary",
        ),
        _NO_DIALOG | {489},
    ),
)

MESSAGES = (*_LENGTHS, *_NONSENSE, *_STRAY)
