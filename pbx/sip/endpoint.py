"""PJSIP set up for a PBX: endpoint, transports, codecs, and the account that all phones' calls belong to."""

from dataclasses import dataclass
from pathlib import Path

import pbx_native
import pjsua2 as pj

from pbx.ports import Srtp
from pbx.sip.uris import host_port

# Our order of preference; a codec that is not here is never offered or accepted.
CODECS = ("opus/48000/2", "G722/16000/1", "PCMA/8000/1", "PCMU/8000/1")
CLOCK_RATE = 16000  # Hz, of the conference bridge: wideband for Opus and G.722
SESSION_EXPIRES = 1800  # seconds, RFC 4028
MINIMUM_SE = 90  # seconds, the least RFC 4028 allows
MAX_CALLS = 1024
_SRTP_USE: dict[Srtp, int] = {
    "off": pj.PJMEDIA_SRTP_DISABLED,
    "optional": pj.PJMEDIA_SRTP_OPTIONAL,
    "required": pj.PJMEDIA_SRTP_MANDATORY,
    "dtls": pj.PJMEDIA_SRTP_MANDATORY,
}
RELAY_HOST = "127.0.0.1"
HANDSHAKE_MS = 10_000  # a TLS handshake that takes longer is given up


class SipError(Exception):
    """The SIP stack could not start; the text says why in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SipConfig:
    """Where SIP and media listen. `public` is the address phones see when it differs from `bind`;
    `relay_port` is on RELAY_HOST, whatever `bind` is."""

    bind: str
    public: str | None
    port: int
    tls_port: int
    relay_port: int
    certificate: Path
    key: Path
    rtp_first: int
    rtp_last: int
    host: str


def create_endpoint(log_level: int) -> pj.Endpoint:
    """A PJSIP endpoint that the calling thread owns: no worker threads for SIP, media on one of its own."""
    pbx_native.log_level(log_level)
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.logConfig.level = config.logConfig.consoleLevel = log_level
    config.logConfig.msgLogging = 0
    agent = config.uaConfig
    agent.threadCnt = 0
    agent.mainThreadOnly = True
    agent.maxCalls = MAX_CALLS
    agent.userAgent = "Centrale"
    agent.mwiUnsolicitedEnabled = False
    media = config.medConfig
    media.clockRate = CLOCK_RATE
    media.audioFramePtime = 20
    media.ptime = 20
    media.maxMediaPorts = 4096
    media.hasIoqueue = True
    media.threadCnt = 1
    media.noVad = True
    media.ecTailLen = 0
    media.sndAutoCloseTime = -1
    endpoint.libInit(config)
    return endpoint


def open_transports(endpoint: pj.Endpoint, config: SipConfig) -> None:
    """Listen on UDP, TCP and TLS, and for relays. Raises SipError that names the port."""
    bind = "" if config.bind == "0.0.0.0" else config.bind  # noqa: S104
    kinds = (
        (pj.PJSIP_TRANSPORT_UDP, "UDP", config.port, bind, config.public),
        (pj.PJSIP_TRANSPORT_TCP, "TCP", config.port, bind, config.public),
        (pj.PJSIP_TRANSPORT_TLS, "TLS", config.tls_port, bind, config.public),
        # After the other TCP: connections of our own are made from the first.
        (pj.PJSIP_TRANSPORT_TCP, "TCP", config.relay_port, RELAY_HOST, None),
    )
    for kind, name, port, address, public in kinds:
        transport = pj.TransportConfig()
        transport.port = port
        transport.boundAddress = address
        if public:
            transport.publicAddress = public
        if name == "TLS":
            transport.tlsConfig.certFile = str(config.certificate)
            transport.tlsConfig.privKeyFile = str(config.key)
            transport.tlsConfig.msecTimeout = HANDSHAKE_MS
        try:
            endpoint.transportCreate(kind, transport)
        except pj.Error as error:
            raise SipError(f"Cannot listen for SIP on {name} port {port}: {error.reason}.") from None


def choose_codecs(endpoint: pj.Endpoint) -> None:
    """Allow only our codecs, in our order; Opus in wideband and mono, which is what the bridge carries.

    PJSIP takes a missing sprop-stereo for consent to stereo when the other side asks for it (Firefox does),
    so we say that we send mono (RFC 7587 section 6.1)."""
    infos = endpoint.codecEnum2()
    for info in infos:
        if info.codecId not in CODECS:
            endpoint.codecSetPriority(info.codecId, 0)
    _prioritise(endpoint, CODECS)
    opus = endpoint.getCodecOpusConfig()
    opus.sample_rate = CLOCK_RATE
    opus.channel_cnt = 1
    opus.complexity = 3
    endpoint.setCodecOpusConfig(opus)
    mono = pj.CodecFmtp()
    mono.name, mono.val = "sprop-stereo", "0"
    param = endpoint.codecGetParam(CODECS[0])
    param.setting.decFmtp.append(mono)
    endpoint.codecSetParam(CODECS[0], param)


class CodecOrder:
    """The order in which the next outgoing call offers our codecs. PJSIP keeps it for all calls alike."""

    def __init__(self, endpoint: pj.Endpoint) -> None:
        self._endpoint = endpoint
        self._order: tuple[str, ...] = CODECS

    def prefer(self, names: tuple[str, ...]) -> None:
        """Offer the named codecs ("PCMA") first, in this order, the others of ours after them."""
        first = [codec for name in names for codec in CODECS if codec.partition("/")[0] == name]
        order = tuple(dict.fromkeys([*first, *CODECS]))
        if order != self._order:
            self._order = order
            _prioritise(self._endpoint, order)


def _prioritise(endpoint: pj.Endpoint, order: tuple[str, ...]) -> None:
    for rank, codec in enumerate(order):
        endpoint.codecSetPriority(codec, 200 - 10 * rank)


def phone_account(config: SipConfig, srtp: Srtp) -> pj.AccountConfig:
    """The account of desk phones: session timers and 100rel when the phone wants them."""
    account = pj.AccountConfig()
    account.idUri = f"sip:centrale@{config.host}"
    account.mwiConfig.enabled = False
    account.natConfig.sipOutboundUse = 0
    account.natConfig.contactRewriteUse = 0
    account.natConfig.viaRewriteUse = 0
    account.natConfig.sdpNatRewriteUse = 0
    call = account.callConfig
    call.holdType = pj.PJSUA_CALL_HOLD_TYPE_RFC3264
    call.prackUse = pj.PJSUA_100REL_OPTIONAL
    call.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
    call.timerMinSESec = MINIMUM_SE
    call.timerSessExpiresSec = SESSION_EXPIRES
    media = account.mediaConfig
    encrypt(media, srtp)
    media.transportConfig.port = config.rtp_first
    media.transportConfig.portRange = config.rtp_last - config.rtp_first
    if config.bind != "0.0.0.0":  # noqa: S104
        media.transportConfig.boundAddress = config.bind
    if config.public:
        media.transportConfig.publicAddress = config.public
    return account


def encrypt(media: pj.AccountMediaConfig, srtp: Srtp) -> None:
    """SRTP with keys in the SDP (SDES, RFC 4568), offered as RTP/AVP with keys when it is optional; of
    browsers with keys agreed in the media (RFC 5763). Over any transport: whether the way of the keys is safe
    is a matter of how the phone is set up."""
    media.srtpUse = _SRTP_USE[srtp]
    media.srtpSecureSignaling = 0
    if srtp == "off":
        return
    if srtp == "dtls":
        media.srtpOpt.keyings.append(pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP)
        return
    suite = pj.SrtpCrypto()
    suite.name = "AES_CM_128_HMAC_SHA1_80"
    media.srtpOpt.cryptos.append(suite)
    media.srtpOpt.keyings.append(pj.PJMEDIA_SRTP_KEYING_SDES)


def stream_account(config: SipConfig, transport: str, srtp: Srtp) -> pj.AccountConfig:
    """The account for calls to phones on "tcp" or "tls". Left to itself PJSIP writes an interface's address
    into the Contact of these, also when the bound or public one is another; their BYE would go astray."""
    account = phone_account(config, srtp)
    port = config.tls_port if transport == "tls" else config.port
    account.idUri = f"sip:{transport}@outgoing.invalid"
    account.sipConfig.contactForced = f"<sip:centrale@{host_port(config.host, port)};transport={transport}>"
    return account


def browser_account(config: SipConfig) -> pj.AccountConfig:
    """The account of browsers, for calls either way: they come over the relay, and their audio is WebRTC
    (ICE, RTCP on the port of RTP, DTLS-SRTP: RFC 8445, RFC 5761, RFC 5763). With a public address that is one
    more host candidate."""
    account = phone_account(config, "dtls")
    account.idUri = "sip:browser@outgoing.invalid"
    place = host_port(RELAY_HOST, config.relay_port)
    account.sipConfig.contactForced = f"<sip:centrale@{place};transport=tcp>"
    account.callConfig.timerUse = pj.PJSUA_SIP_TIMER_INACTIVE
    account.natConfig.iceEnabled = True
    account.natConfig.iceAlwaysUpdate = False
    account.mediaConfig.rtcpMuxEnabled = True
    account.mediaConfig.transportConfig.publicAddress = ""
    if config.public:
        account.natConfig.iceManualHost.append(config.public)
    return account


def call_options() -> pj.CallOpParam:
    """Parameters for a call with one audio stream and nothing else (PJSIP offers T.140 text by default)."""
    options = pj.CallOpParam(True)
    options.opt.audioCount = 1
    options.opt.videoCount = 0
    options.opt.textCount = 0
    return options


def add_header(options: pj.SipTxOption, name: str, value: str) -> None:
    """Put one more header on the message that `options` belongs to."""
    header = pj.SipHeader()
    header.hName, header.hValue = name, value
    options.headers.append(header)
