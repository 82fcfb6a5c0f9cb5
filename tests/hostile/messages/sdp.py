"""INVITEs whose session description is odd: lines missing, numbers out of range, addresses that lead astray.

With credentials the acceptable end is a refusal of the description (400, 415, 488, 606) or the answer of the
target; a media line that can be refused by itself may also give a call in which it has port 0.
"""

from tests.hostile.messages.model import CHALLENGED, DROP, HostileMessage, invite

_REFUSED = frozenset({400, 415, 488, 606})
_END = _REFUSED | {200, 403, 404, 408, 480, 486, 487, 503, 603}
_HEAD = "v=0\r\no=- 1 1 IN IP4 @HOST@\r\ns=-\r\n"
_C = "c=IN IP4 @HOST@\r\n"
_T = "t=0 0\r\n"
_AUDIO = "m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
_GOOD = _HEAD + _C + _T + _AUDIO


def _odd(name: str, odd: str, body: str | bytes, *, kind: str = "application/sdp") -> HostileMessage:
    return HostileMessage(
        f"sdp-{name}",
        odd,
        invite(body, kind=kind),
        CHALLENGED | {DROP, 400, 415, 488},
        _END | {DROP},
        rings=True,
    )


_LINES = (
    _odd("no-version", "no v= line", _GOOD.replace("v=0\r\n", "")),
    _odd("version-nine", "v=9", _GOOD.replace("v=0", "v=9")),
    _odd("no-origin", "no o= line", "v=0\r\ns=-\r\n" + _C + _T + _AUDIO),
    _odd("no-time", "no t= line", _HEAD + _C + _AUDIO),
    _odd("no-connection", "no c= line anywhere", _HEAD + _T + _AUDIO),
    _odd(
        "port-zero-no-connection",
        "a media line of port 0 and no c= line",
        _HEAD + _T + "m=audio 0 RTP/AVP 8\r\n",
    ),
    _odd("no-media", "no media at all", _HEAD + _C + _T),
    _odd("wrong-order", "lines in the reverse order", "\r\n".join(reversed(_GOOD.split("\r\n")))),
    _odd("line-feeds", "lines ended by LF", _GOOD.replace("\r\n", "\n")),
    _odd("no-last-line-end", "the last line is cut off", _GOOD[:-7]),
    _odd("random-bytes", "bytes of every value", bytes(range(256))),
    _odd("letters-only", "a sentence in place of a description", "this is no session description\r\n"),
    _odd("empty-values", "keys without values", "v=\r\no=\r\ns=\r\nc=\r\nt=\r\nm=\r\na=\r\n"),
    _odd("long-line", "an attribute of 20,000 letters", _GOOD + "a=x:" + "y" * 20000 + "\r\n"),
    _odd(
        "origin-overflow", "version numbers of 40 digits", _GOOD.replace("- 1 1", f"- {'9' * 40} {'8' * 40}")
    ),
    _odd("nul", "a NUL inside a line", _GOOD + "a=x:\0y\r\n"),
)

_MEDIA = (
    _odd("port-too-high", "port 70000", _GOOD.replace("40000", "70000")),
    _odd("port-negative", "a negative port", _GOOD.replace("40000", "-1")),
    _odd("port-letters", "a port in letters", _GOOD.replace("40000", "forty")),
    _odd("port-count", "65,535 ports", _GOOD.replace("40000", "40000/65535")),
    _odd("no-format", "a media line without formats", _HEAD + _C + _T + "m=audio 40000 RTP/AVP\r\n"),
    _odd(
        "format-300", "payload type 300", _GOOD.replace("AVP 8", "AVP 300").replace("rtpmap:8", "rtpmap:300")
    ),
    _odd(
        "formats-500",
        "500 formats",
        _HEAD + _C + _T + "m=audio 40000 RTP/AVP " + " ".join(map(str, range(500))) + "\r\n",
    ),
    _odd("media-1000", "1,000 media lines", _HEAD + _C + _T + _AUDIO * 1000),
    _odd("only-fax", "nothing but T.38", _HEAD + _C + _T + "m=image 40000 udptl t38\r\n"),
    _odd("only-unknown", "a kind of media nobody knows", _HEAD + _C + _T + "m=smell 40000 RTP/AVP 96\r\n"),
    _odd("unknown-transport", "an unknown transport", _GOOD.replace("RTP/AVP", "PIGEON/AVP")),
    _odd("format-twice", "one payload type for two codecs", _GOOD + "a=rtpmap:8 opus/48000/2\r\n"),
    _odd("both-directions", "sendrecv and inactive", _GOOD + "a=sendrecv\r\na=inactive\r\n"),
)

_CODECS = (
    _odd("rate-zero", "a clock rate of 0", _GOOD.replace("PCMA/8000", "PCMA/0")),
    _odd("rate-overflow", "a clock rate beyond 32 bits", _GOOD.replace("PCMA/8000", "PCMA/4294967296000")),
    _odd("rtpmap-without-rate", "an rtpmap without rate", _GOOD.replace("PCMA/8000", "PCMA")),
    _odd("rtpmap-empty", "an empty rtpmap", _GOOD + "a=rtpmap:\r\n"),
    _odd(
        "channels-255",
        "255 channels",
        _GOOD.replace("AVP 8", "AVP 96").replace("8 PCMA/8000", "96 opus/48000/255"),
    ),
    _odd("unmapped-dynamic", "a dynamic payload type without rtpmap", _GOOD.replace("AVP 8", "AVP 101 97")),
    _odd(
        "fmtp-events-huge",
        "telephone events to 999999999999",
        _GOOD.replace("AVP 8", "AVP 8 101")
        + "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-999999999999\r\n",
    ),
    _odd("fmtp-garbage", "format parameters that are none", _GOOD + "a=fmtp:8 ;;==;%n%n\r\n"),
    _odd("ptime-zero", "packets of 0 ms", _GOOD + "a=ptime:0\r\n"),
    _odd("ptime-huge", "packets of 100 s", _GOOD + "a=ptime:100000\r\na=maxptime:-1\r\n"),
    _odd("bandwidth-negative", "a negative bandwidth", _GOOD.replace(_T, "b=AS:-1\r\n" + _T)),
)

_ADDRESSES = (
    _odd(
        "connection-name",
        "a host name in c=: never to be resolved",
        _GOOD.replace(_C, "c=IN IP4 media.invalid\r\n"),
    ),
    _odd("connection-multicast", "a multicast group", _GOOD.replace(_C, "c=IN IP4 224.2.1.1/127/3\r\n")),
    _odd("connection-broadcast", "the broadcast address", _GOOD.replace(_C, "c=IN IP4 255.255.255.255\r\n")),
    _odd(
        "connection-null",
        "the address 0.0.0.0, hold as in RFC 2543",
        _GOOD.replace(_C, "c=IN IP4 0.0.0.0\r\n"),
    ),
    _odd("connection-ip6-wrong", "an IPv4 address called IP6", _GOOD.replace(_C, "c=IN IP6 192.0.2.1\r\n")),
    _odd(
        "connection-mapped",
        "an IPv4 address mapped into IPv6",
        _GOOD.replace(_C, "c=IN IP6 ::ffff:192.0.2.1\r\n"),
    ),
    _odd("connection-no-type", "a c= line without address", _GOOD.replace(_C, "c=IN\r\n")),
    _odd("connection-atm", "another kind of network", _GOOD.replace(_C, "c=ATM NSAP 47.0091\r\n")),
    _odd("rtcp-out-of-range", "RTCP at port 99999", _GOOD + "a=rtcp:99999 IN IP4 nowhere.invalid\r\n"),
    _odd(
        "candidates-300",
        "300 ICE candidates at strangers",
        _GOOD
        + "a=ice-ufrag:u\r\na=ice-pwd:p\r\n"
        + "".join(f"a=candidate:{n} 1 UDP {n} 192.0.2.{n % 250} 9 typ host\r\n" for n in range(300)),
    ),
    _odd(
        "candidate-garbage", "ICE candidates that are none", _GOOD + "a=candidate:\r\na=candidate:x y z\r\n"
    ),
)

_SECURITY = (
    _odd(
        "crypto-garbage",
        "a key that is none",
        _GOOD.replace("RTP/AVP", "RTP/SAVP") + "a=crypto:1 NULL inline:%%%\r\n",
    ),
    _odd(
        "crypto-short",
        "a key too short",
        _GOOD.replace("RTP/AVP", "RTP/SAVP") + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:YWJj\r\n",
    ),
    _odd(
        "crypto-hundred",
        "100 crypto lines",
        _GOOD.replace("RTP/AVP", "RTP/SAVP")
        + "".join(f"a=crypto:{n} AES_CM_128_HMAC_SHA1_80 inline:{'A' * 40}\r\n" for n in range(100)),
    ),
    _odd(
        "dtls-without-fingerprint", "DTLS without fingerprint", _GOOD.replace("RTP/AVP", "UDP/TLS/RTP/SAVPF")
    ),
    _odd(
        "fingerprint-garbage",
        "a fingerprint that is none",
        _GOOD.replace("RTP/AVP", "UDP/TLS/RTP/SAVPF") + "a=fingerprint:sha-0 ZZ:ZZ\r\na=setup:nobody\r\n",
    ),
    _odd(
        "bundle-of-nothing",
        "a group of lines that are not there",
        _HEAD + "a=group:BUNDLE 7 8 9\r\n" + _C + _T + _AUDIO,
    ),
)

_PARTS = (
    _odd(
        "multipart-open",
        "a multipart body that never ends",
        "--x\r\nContent-Type: application/sdp\r\n\r\n" + _GOOD,
        kind="multipart/mixed;boundary=x",
    ),
    _odd(
        "multipart-no-boundary",
        "a multipart body without boundary",
        "--x\r\n\r\n" + _GOOD + "--x--\r\n",
        kind="multipart/mixed",
    ),
    _odd(
        "multipart-nested",
        "multipart inside multipart, 50 deep",
        "".join(f"--b{n}\r\nContent-Type: multipart/mixed;boundary=b{n + 1}\r\n\r\n" for n in range(50)),
        kind="multipart/mixed;boundary=b0",
    ),
)

MESSAGES = (*_LINES, *_MEDIA, *_CODECS, *_ADDRESSES, *_SECURITY, *_PARTS)
