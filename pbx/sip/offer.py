"""Which of our codecs an SDP offer names, in its order (RFC 3264 section 5.1, RFC 3551 section 6)."""

import re

OURS = ("opus", "G722", "PCMA", "PCMU")
_STATIC = {"0": "PCMU", "8": "PCMA", "9": "G722"}
_MEDIA = re.compile(rb"(?m)^m=audio \d{1,5}(?:/\d+)? \S+((?: \d{1,3}){1,64})\s*$")
_MAP = re.compile(rb"(?m)^a=rtpmap:(\d{1,3}) ([A-Za-z0-9.-]{1,32})/")
_LONGEST = 16384  # bytes of SDP looked at


def codecs(sdp: bytes) -> tuple[str, ...]:
    """The names, as in OURS; empty for anything that is no audio offer. PJSIP checks the offer itself: this
    only decides what the other leg is offered first, so that a codec in common needs no transcoding."""
    found = _MEDIA.search(sdp[:_LONGEST])
    if found is None:
        return ()
    names = {kind.decode(): name.decode().lower() for kind, name in _MAP.findall(sdp[:_LONGEST])}
    offered = [names.get(kind, _STATIC.get(kind, "")).lower() for kind in found.group(1).decode().split()]
    known = {name.lower(): name for name in OURS}
    return tuple(dict.fromkeys(known[name] for name in offered if name in known))
