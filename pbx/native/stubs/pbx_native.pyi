"""PJSIP below pjsua2. Unless it says otherwise, everything here belongs to the PJSIP thread: the one that
called install().

Callbacks come on that thread, from inside poll(). An exception in one goes to sys.unraisablehook with its
traceback.
"""

from collections.abc import Callable, Sequence

class Contact:
    """One Contact of a request (RFC 3261 section 20.10)."""

    @property
    def uri(self) -> str:
        """Without angle brackets and header parameters."""
    @property
    def expires(self) -> int:
        """Seconds; -1 when not given."""
    @property
    def q(self) -> float:
        """0.001 to 1; -1 when not given (or 0)."""
    @property
    def params(self) -> dict[str, str]:
        """Header parameters except q and expires, unquoted; a parameter without value has ''."""

class Digest:
    """Credentials of an Authorization or Proxy-Authorization header, unquoted; '' when missing (RFC 8760)."""

    @property
    def username(self) -> str: ...
    @property
    def realm(self) -> str: ...
    @property
    def nonce(self) -> str: ...
    @property
    def uri(self) -> str: ...
    @property
    def response(self) -> str: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def qop(self) -> str: ...
    @property
    def nc(self) -> str: ...
    @property
    def cnonce(self) -> str: ...
    @property
    def opaque(self) -> str: ...

class Request:
    """A request outside a dialog. May be kept and read on any thread; reads nothing ('' or empty) after
    uninstall().

    Text is decoded as UTF-8 with errors replaced. Contacts of anything but REGISTER have been pointed at the
    packet's
    source by the time it is seen here; `raw` and `header()` of other headers are as sent.
    """

    @property
    def token(self) -> int:
        """For respond(), when screen() answered True."""
    @property
    def method(self) -> str: ...
    @property
    def uri(self) -> str: ...
    @property
    def uri_user(self) -> str: ...
    @property
    def uri_host(self) -> str: ...
    @property
    def from_uri(self) -> str: ...
    @property
    def from_user(self) -> str: ...
    @property
    def from_host(self) -> str: ...
    @property
    def from_display(self) -> str: ...
    @property
    def from_tag(self) -> str: ...
    @property
    def to_uri(self) -> str: ...
    @property
    def to_user(self) -> str: ...
    @property
    def to_host(self) -> str: ...
    @property
    def to_tag(self) -> str: ...
    @property
    def call_id(self) -> str: ...
    @property
    def cseq(self) -> int: ...
    @property
    def contacts(self) -> list[Contact]: ...
    @property
    def contact_star(self) -> bool: ...
    @property
    def expires(self) -> int:
        """The Expires header in seconds; -1 when not given."""
    @property
    def credentials(self) -> list[Digest]: ...
    @property
    def paths(self) -> list[str]:
        """Path values in order, as name-addr with brackets (RFC 3327)."""
    @property
    def record_routed(self) -> bool: ...
    @property
    def via_count(self) -> int: ...
    @property
    def user_agent(self) -> str: ...
    @property
    def supported(self) -> list[str]: ...
    @property
    def event(self) -> str:
        """The Event header with its parameters (RFC 6665)."""
    @property
    def accept(self) -> str: ...
    @property
    def content_type(self) -> str:
        """'type/subtype' without parameters; '' without a body."""
    @property
    def body(self) -> bytes: ...
    @property
    def raw(self) -> bytes: ...
    @property
    def source_ip(self) -> str: ...
    @property
    def source_port(self) -> int: ...
    @property
    def local_ip(self) -> str: ...
    @property
    def local_port(self) -> int: ...
    @property
    def transport(self) -> str:
        """'udp', 'tcp' or 'tls'."""
    def header(self, name: str) -> list[str]:
        """Every value of a header, in order; the name in any case, long or compact."""

def install(
    screen: Callable[[Request], bool | tuple[int, str, Sequence[tuple[str, str]]] | None],
    *,
    on_refer: Callable[[int, Request], tuple[int, str, Sequence[tuple[str, str]]]] | None = None,
    on_result: Callable[[int, int, str], None] | None = None,
    on_message: Callable[[bool, str, int, str, bytes], None] | None = None,
    on_closed: Callable[[str, int, str], None] | None = None,
) -> None:
    """Between Endpoint.libInit() and libStart(), on the PJSIP thread. RuntimeError when that order is not
    kept.

    screen(request) is asked about every request outside a dialog except ACK and CANCEL. None passes it on to
    pjsua (an INVITE without its Replaces), False drops it, (code, reason, headers) answers it statelessly,
    True holds it for respond(). on_refer(call_id, request): a REFER in the dialog of a call; gives the final
    answer, without it 603. PJSIP never places that call itself. on_result(token, code, reason): the answer to
    send_request(). on_message(incoming, ip, port, transport, raw): while trace(True). on_closed(ip, port,
    transport): a TCP or TLS connection has gone.
    """

def uninstall() -> None:
    """Before Endpoint.libDestroy(): answers what is held with 503 and lets go of PJSIP. Harmless when not
    installed."""

def respond(
    token: int,
    code: int,
    reason: str = "",
    headers: Sequence[tuple[str, str]] = ...,
    content_type: str = "",
    body: bytes = b"",
) -> bool:
    """Answers a held request; a code from 200 ends the hold. False when the token is unknown, answered or too
    old
    (30 s: it was answered 500). ValueError for a code outside 100 to 699."""

def held() -> int:
    """How many requests are held; beyond 20,000 further ones get 503."""

def send_request(
    token: int,
    method: str,
    target_uri: str,
    from_uri: str,
    to_uri: str,
    headers: Sequence[tuple[str, str]] = ...,
    content_type: str = "",
    body: bytes = b"",
    timeout_ms: int = -1,
) -> None:
    """A request outside calls, or inside a dialog that Python keeps (NOTIFY). from_uri and to_uri may be
    name-addrs with
    ';tag='; the headers Call-ID, CSeq (the number), Route and Contact are used as what they are. The final
    answer comes to
    on_result, 408 after timeout_ms (-1: 32 s, RFC 3261 timer F) and 503 when it cannot be sent. ValueError
    when a URI or
    header does not parse, or for INVITE, ACK and CANCEL."""

def deny(ip: str, ports: Sequence[int] = ...) -> None:
    """Messages and new connections from this address are dropped, except those from the given source
    ports."""

def allow(ip: str) -> None: ...
def denied() -> dict[str, int]:
    """Denied addresses and how many messages of each were dropped."""

def malformed() -> dict[str, int]:
    """Messages that the parser dropped, by address, since the last call (at most 10,000 addresses)."""

def trace(on: bool) -> None: ...
def limit_connections(per_address: int, total: int) -> None:
    """Incoming TCP and TLS connections beyond are closed at once; 0 is no limit."""

def spare_listener(port: int) -> None:
    """What the TCP listener on this port accepts is neither denied nor counted, and its malformed messages
    are not reported; 0 for none."""

def connections() -> int:
    """Incoming TCP and TLS connections now, half-open TLS handshakes included."""

def trim_callbacks(keep: Sequence[str] = ...) -> None:
    """Takes callbacks away from pjsua that Centrale does not override, except those named (names of
    pjsua_callback)."""

def use_account(account: int) -> None:
    """Inside screen(): when this INVITE is passed on, its call belongs to the pjsua account of this
    number."""

def call_dialog(call_id: int) -> tuple[str, str, str] | None:
    """(Call-ID, our tag, the peer's tag); None while the peer has not given its tag, or without a dialog."""

def find_call(call_id: str, tag: str, other_tag: str) -> int:
    """The number of the call whose dialog has this Call-ID and these tags, in either order; -1 when there is
    none."""

def send_in_call(
    call_id: int,
    token: int,
    method: str,
    headers: Sequence[tuple[str, str]] = ...,
    content_type: str = "",
    body: bytes = b"",
) -> None:
    """A request in a call's dialog that says nothing about the call (NOTIFY of a REFER): the call goes on
    whatever the answer, which comes to on_result; 481 when there is no such call."""

def expect_trying(call_id: int, token: int) -> None:
    """on_result gets 100 under the token when the first 100 to the INVITE of this outgoing call comes; at
    most once, and never when something else comes first."""

def retarget(call_id: int, ip: str, port: int) -> bool:
    """Requests of ours in the dialog of this call go to this address from now on. False when there is no such
    call, or a proxy stands between."""

def introduce(call_id: int, token: int, update: bool, headers: Sequence[tuple[str, str]]) -> None:
    """Send these headers to the peer of a talking call: in an UPDATE without SDP if it takes those and
    `update` is true, else in a re-INVITE with the SDP in force. The answer comes to on_result; 491 also when
    the call is changing anyway."""

def call_brief(call_id: int) -> tuple[int, int, str, bool, int, bool] | None:
    """(pjsip_inv_state, last SIP code, its reason, media active, pjmedia_dir, peer takes telephone-event), or
    None."""

def call_stats(
    call_id: int,
) -> tuple[str, int, int, int, int, int, float, float, float, int] | None:
    """(codec name, clock rate Hz, rx packets, tx packets, rx lost, tx lost, rx jitter ms, tx jitter ms, rtt
    ms,
    rx discarded and duplicate), counted over all streams the call has had; valid in onCallState(DISCONNECTED)
    too.
    None when the call is unknown or never had audio."""

def rx_packets(call_ids: Sequence[int]) -> list[int]:
    """RTP packets received by each call so far; -1 for a call without running audio."""

def set_cancel_reason(call_id: int, value: str) -> None:
    """The Reason (RFC 3326) of the CANCEL that pjsua may send for this outgoing call, now or delayed."""

def poll(timeout_ms: int) -> int:
    """Handles PJSIP's events with the GIL released; returns how many (0: timed out or woken)."""

def wake() -> None:
    """From any thread: a running poll() returns, or the next one returns at once."""

def log_level(level: int) -> None:
    """How much PJSIP logs, 0 to 6; may be called before the endpoint exists."""

# --- Audio: what each call hears. Orders for a call without audio wait for it, and outlive a re-INVITE;
# `forget` ends them all. Calls that do not exist are ignored. ---

def join(call_a: int, call_b: int) -> None:
    """Two calls hear each other; one call twice hears itself."""

def part(call_a: int, call_b: int) -> None:
    """They no longer do."""

def hold(call_id: int, on: bool) -> None:
    """The phone holds the call: recordings have silence for it."""

def forget(call_id: int) -> None:
    """The call is over."""

def play(call_id: int, token: int, paths: Sequence[str], loop: bool = False) -> None:
    """WAV files one after the other, instead of all else that the call hears and of what played before. Once
    the last is over audio_ends() tells `token`, which must not be 0. What cannot be read is left out."""

def stop_playing(call_id: int) -> None:
    """At once; its token is told no more, unless it ended already."""

def start_music(call_id: int, path: str) -> None:
    """A WAV file for ever, instead of joined calls and room; all who hear a file are at the same place of it.
    A file that cannot be read is silence."""

def stop_music(call_id: int) -> None: ...
def enter_room(call_id: int, room: str, muted: bool = False) -> None:
    """The call hears everyone in the room but itself. A room is there while anyone is in it."""

def leave_room(call_id: int) -> None: ...
def mute(call_id: int, on: bool) -> None:
    """In the room it is in, the call is not heard, nor recorded."""

def play_to_room(room: str, paths: Sequence[str]) -> None:
    """WAV files that everyone in the room hears; further ones wait (at most 20 rows; more are dropped)."""

def room_levels(room: str) -> list[tuple[int, float]]:
    """Calls in a room that are not muted, and the level of each since the last look, in dBov (-100:
    silence)."""

def start_recording(
    id: str,
    path: str,
    sides: Sequence[Sequence[int]],
    max_seconds: float,
    max_bytes: int | None = None,
    silence_seconds: float | None = None,
) -> None:
    """Record calls to a WAV file of 16-bit PCM, a channel for each of one or two sides, 16 kHz if any call is
    wideband now, else 8 kHz. audio_ends() tells when it is closed and synced. ValueError for an id that runs,
    or three sides."""

def change_recording(id: str, paused: bool, sides: Sequence[Sequence[int]]) -> None: ...
def stop_recording(id: str) -> None: ...
def audio_ends() -> tuple[list[int], list[tuple[str, float, int, str]], list[str]] | None:
    """What ended since the last look, None when nothing did; a running poll() returns for it. Tokens of
    play(); recordings as (id, seconds, bytes, reason: stopped, silence, longest, largest, gone, failed);
    files that could not be played."""

def audio_counts() -> tuple[int, int, int]:
    """Calls, rooms and recordings that are known now."""
