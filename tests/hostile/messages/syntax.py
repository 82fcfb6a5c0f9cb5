"""Requests whose lines are odd: spelling, escapes, sizes, line ends, missing or doubled headers."""

from tests.hostile.messages.model import (
    CHALLENGED,
    EITHER,
    FINE,
    REFUSED,
    HostileMessage,
    sip,
)

_OK = FINE | CHALLENGED


def _odd(name: str, odd: str, template: bytes, allowed: frozenset[int]) -> HostileMessage:
    return HostileMessage(name, odd, template, allowed, allowed)


_SPREAD = (
    b"OPTIONS sip:@TARGET@ SIP/2.0\r\n"
    b"v:\r\n\tSIP  / 2.0 / @TRANSPORT@\r\n  @HOST@:@PORT@ ; rport ;\r\n branch = @BRANCH@\r\n"
    b"MAX-forwards :  0068\r\n"
    b'f: "a \\"quoted\\" name , with ; and <" <sip:@USER@@@DOMAIN@>\r\n\t;tag= @TAG@\r\n'
    b"tO:sip:@TARGET@\r\n"
    b"i   :@CALLID@\r\n"
    b"cSEQ: 0001\r\n   OPTIONS\r\n"
    b"m:<@CONTACT@>\r\n"
    b"@AUTH@\r\n"
    b"X-Unheard-Of: ,,;;==\r\n  and more of it\r\n"
    b"l:0\r\n\r\n"
)

CORRECT = (
    _odd(
        "folded-and-compact", "folded lines, short names, spaces everywhere, all of it allowed", _SPREAD, _OK
    ),
    _odd(
        "no-max-forwards",
        "Max-Forwards missing, as RFC 2543 allowed",
        sip(replace={"Max-Forwards": None}),
        EITHER,
    ),
    _odd("strange-method", "a method of every character a token may have", sip("a-B.c!9%*_+`'~"), EITHER),
    _odd("lower-case-method", "method names are case-sensitive", sip("options"), EITHER),
    _odd("escaped-user", "user part written in escapes", sip(uri="sip:%31%30%31@@DOMAIN@"), _OK),
    _odd("escaped-nul", "an escaped NUL inside the user part", sip(uri="sip:10%001@@DOMAIN@"), EITHER),
    _odd(
        "semicolon-user", "parameters inside the user part", sip(uri="sip:101;x=y%40z@@DOMAIN@"), _OK | {400}
    ),
    _odd("password-in-uri", "user and password in the URI", sip(uri="sip:101:se:cret@@DOMAIN@"), EITHER),
    _odd("empty-user", "nothing before the @", sip(uri="sip:@@DOMAIN@"), EITHER),
    _odd("only-host", "a URI without user", sip(uri="sip:@DOMAIN@"), _OK),
    _odd("many-uri-parameters", "300 parameters", sip(uri="sip:@TARGET@" + ";a=b" * 300), EITHER),
    _odd(
        "uri-with-headers",
        "headers in a Request-URI",
        sip(uri="sip:@TARGET@?Subject=a&Route=%3Csip:b%3E"),
        EITHER,
    ),
    _odd(
        "long-display-name",
        "a display name of 6,000 letters",
        sip(replace={"To": '"' + "n" * 6000 + '" <sip:@TARGET@>'}),
        EITHER | {413, 513},
    ),
    _odd(
        "long-tag",
        "a tag of 5,000 letters",
        sip(replace={"From": "<sip:@USER@@@DOMAIN@>;tag=" + "t" * 5000}),
        EITHER | {413, 513},
    ),
    _odd(
        "long-call-id",
        "a Call-ID of 4,000 letters",
        sip(replace={"Call-ID": "@CALLID@" + "c" * 4000}),
        EITHER | {413, 513},
    ),
    _odd(
        "seventy-vias",
        "70 Via values in one line",
        sip(
            add=[
                ("Via", ", ".join(f"SIP/2.0/UDP 192.0.2.1:{5000 + n};branch=z9hG4bKv{n}" for n in range(70)))
            ]
        ),
        EITHER | {482, 483, 513},
    ),
    _odd(
        "unknown-header-thousand",
        "1,000 unknown headers",
        sip(add=[(f"X-Number-{n}", "1") for n in range(1000)]),
        EITHER | {413, 513},
    ),
    _odd(
        "utf8-name",
        "a display name in UTF-8",
        sip(replace={"From": '"Zoë 電話" <sip:@USER@@@DOMAIN@>;tag=@TAG@'}),
        _OK,
    ),
    _odd(
        "max-forwards-zero",
        "Max-Forwards 0 (RFC 3261 section 16.3)",
        sip(replace={"Max-Forwards": "0"}),
        _OK | {483},
    ),
    _odd(
        "body-of-options",
        "OPTIONS with an unknown kind of body",
        sip(body=b"\x00\x01\x02", kind="application/x-nobody-knows"),
        _OK | {415},
    ),
    _odd("tel-target", "a tel URI as target", sip("INVITE", "tel:+31201234567"), EITHER | {416}),
    _odd("sips-without-tls", "a sips URI", sip(uri="sips:@TARGET@"), EITHER | {416}),
    _odd(
        "no-branch-cookie",
        "a branch of RFC 2543",
        sip(replace={"Via": "SIP/2.0/@TRANSPORT@ @HOST@:@PORT@;branch=1;rport"}),
        EITHER,
    ),
    _odd(
        "no-branch",
        "no branch at all",
        sip(replace={"Via": "SIP/2.0/@TRANSPORT@ @HOST@:@PORT@;rport"}),
        EITHER,
    ),
    _odd(
        "via-names-a-stranger",
        "Via says another host: the answer goes where the request came from",
        sip(replace={"Via": "SIP/2.0/@TRANSPORT@ stranger.invalid:9;branch=@BRANCH@;rport"}),
        EITHER,
    ),
)

BROKEN = (
    *(
        _odd(f"no-{name.lower()}", f"{name} missing", sip(replace={name: None}), REFUSED)
        for name in ("Call-ID", "CSeq", "From", "To", "Via")
    ),
    _odd("cseq-of-another-method", "CSeq names another method", sip(replace={"CSeq": "1 INVITE"}), REFUSED),
    _odd(
        "cseq-too-big", "CSeq beyond 32 bits", sip(replace={"CSeq": "36893488147419103232 OPTIONS"}), REFUSED
    ),
    _odd("cseq-above-31-bits", "CSeq above 2**31", sip(replace={"CSeq": "4294967295 OPTIONS"}), EITHER),
    _odd("cseq-negative", "CSeq negative", sip(replace={"CSeq": "-1 OPTIONS"}), REFUSED),
    _odd("cseq-without-number", "CSeq without number", sip(replace={"CSeq": "OPTIONS"}), REFUSED),
    _odd("max-forwards-letters", "Max-Forwards in letters", sip(replace={"Max-Forwards": "seventy"}), EITHER),
    _odd(
        "max-forwards-huge",
        "Max-Forwards beyond a byte",
        sip(replace={"Max-Forwards": "99999999999"}),
        EITHER | {483},
    ),
    _odd(
        "open-quote",
        "a display name whose quote never closes",
        sip(replace={"To": '"no end <sip:@TARGET@>'}),
        REFUSED | {404},
    ),
    _odd(
        "open-bracket", "an address whose bracket never closes", sip(replace={"To": "<sip:@TARGET@"}), REFUSED
    ),
    _odd(
        "angle-brackets-around-uri",
        "Request-URI in angle brackets",
        sip(uri="<sip:@TARGET@>"),
        REFUSED | {416},
    ),
    _odd(
        "space-in-uri",
        "a space inside the Request-URI",
        sip(uri="sip:@TARGET@; lr"),
        REFUSED | CHALLENGED | {404, 505},
    ),
    _odd(
        "two-spaces-in-start-line",
        "two spaces between method and URI",
        sip(start="OPTIONS  sip:@TARGET@ SIP/2.0"),
        EITHER,
    ),
    _odd(
        "space-after-version",
        "a space after the version",
        sip(start="OPTIONS sip:@TARGET@ SIP/2.0  "),
        EITHER | {505},
    ),
    _odd("no-version", "no version", sip(start="OPTIONS sip:@TARGET@"), REFUSED | {505}),
    _odd("version-seven", "SIP/7.0", sip(start="OPTIONS sip:@TARGET@ SIP/7.0"), REFUSED | {505}),
    _odd(
        "version-lower-case",
        "sip/2.0, which is the same",
        sip(start="OPTIONS sip:@TARGET@ sip/2.0"),
        EITHER | {505},
    ),
    _odd(
        "unknown-scheme",
        "a URI scheme nobody knows",
        sip(uri="nobody:knows"),
        REFUSED | CHALLENGED | {404, 416},
    ),
    _odd(
        "http-uri", "a web address as target", sip(uri="http://@DOMAIN@/"), REFUSED | CHALLENGED | {404, 416}
    ),
    _odd(
        "unknown-scheme-in-to",
        "a scheme nobody knows in To",
        sip(replace={"To": "<what:ever>"}),
        EITHER | {416},
    ),
    _odd("uri-without-scheme", "a Request-URI without scheme", sip(uri="@TARGET@"), REFUSED | {416}),
    _odd("uri-of-percent-signs", "escapes that are none", sip(uri="sip:%%%zz%@@DOMAIN@"), EITHER),
    _odd(
        "line-without-colon",
        "a header line without colon",
        sip().replace(b"@AUTH@\r\n", b"@AUTH@\r\nthis is no header\r\n"),
        EITHER,
    ),
    _odd(
        "header-without-name",
        "a header line that begins with its colon",
        sip().replace(b"@AUTH@\r\n", b"@AUTH@\r\n: nameless\r\n"),
        EITHER,
    ),
    _odd(
        "huge-header-name",
        "a header name of 20,000 letters",
        sip(add=[("X" * 20000, "1")]),
        EITHER | {413, 513},
    ),
    _odd("nul-in-header", "a NUL byte inside a header", sip(add=[("X-Nul", "a\0b")]), EITHER),
    _odd("nul-in-call-id", "a NUL byte inside the Call-ID", sip(replace={"Call-ID": "@CALLID@\0x"}), EITHER),
    _odd(
        "not-utf8",
        "bytes that are not UTF-8 in a name",
        sip(replace={"To": "NAME <sip:@TARGET@>"}).replace(b"NAME", b'"\xff\xfe\xc3"'),
        EITHER,
    ),
    _odd("two-call-ids", "Call-ID twice", sip(add=[("Call-ID", "another")]), EITHER),
    _odd("two-froms", "From twice", sip(add=[("From", "<sip:eve@@DOMAIN@>;tag=eve")]), EITHER),
    _odd("two-cseqs", "CSeq twice", sip(add=[("CSeq", "9 BYE")]), EITHER),
    _odd(
        "bad-via-protocol",
        "Via of another protocol",
        sip(replace={"Via": "SIP/2.0/CARRIER-PIGEON @HOST@:@PORT@;branch=@BRANCH@;rport"}),
        EITHER,
    ),
    _odd(
        "via-port-out-of-range",
        "Via port 99999",
        sip(replace={"Via": "SIP/2.0/@TRANSPORT@ @HOST@:99999;branch=@BRANCH@;rport"}),
        EITHER,
    ),
    _odd(
        "via-multicast",
        "Via asks for the answer at a multicast group",
        sip(replace={"Via": "SIP/2.0/@TRANSPORT@ @HOST@:@PORT@;branch=@BRANCH@;maddr=224.0.1.75;ttl=255"}),
        EITHER,
    ),
    _odd("empty-contact", "an empty Contact in an INVITE", sip("INVITE", replace={"Contact": ""}), EITHER),
    _odd(
        "date-of-nonsense",
        "a date in an unknown zone",
        sip(add=[("Date", "Fri, 31 Feb 2025 25:61:61 EST")]),
        EITHER,
    ),
    _odd(
        "format-string",
        "percent signs for a careless logger",
        sip(replace={"Subject": "%s%s%n%n%x"}, uri="sip:%25s%25n@@DOMAIN@"),
        EITHER,
    ),
    _odd(
        "only-a-start-line", "a start line and nothing more", b"OPTIONS sip:@TARGET@ SIP/2.0\r\n\r\n", REFUSED
    ),
)
