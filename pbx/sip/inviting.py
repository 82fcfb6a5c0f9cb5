"""INVITEs of our own: where to, and the headers that say who calls and what is wanted."""

import pjsua2 as pj

from pbx.ports import Binding, Invite, Line
from pbx.sip.connections import Connections
from pbx.sip.endpoint import CodecOrder, add_header, call_options
from pbx.sip.lines import Trunks
from pbx.sip.uris import bare, name_addr, target, user_uri

_ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'  # RFC 3323 section 4.1.1.3
# What common desk phones look at before they pick up by themselves; the host of the first is never asked.
_AUTO_ANSWER = (
    ("Alert-Info", "<http://127.0.0.1>;info=alert-autoanswer;delay=0"),
    ("Answer-Mode", "Auto"),  # RFC 5373
)


class Inviter:
    """Turns an Invite into what PJSIP needs. PJSIP thread only."""

    def __init__(self, trunks: Trunks, connections: Connections, codec_order: CodecOrder) -> None:
        self._trunks = trunks
        self._connections = connections
        self._codec_order = codec_order

    def send(self, leg: pj.Call, command: Invite) -> None:
        """Send the INVITE. Raises pj.Error when it cannot be sent."""
        options = call_options()
        tx = options.txOption
        if isinstance(command.to, Line):
            called = self._over_trunk(tx, command, command.to)
        else:
            called = self._to_phone(tx, command, command.to)
        if command.auto_answer:
            for name, value in _AUTO_ANSWER:
                add_header(tx, name, value)
            add_header(tx, "Call-Info", f"<sip:{command.domain}>;answer-after=0")
        self._codec_order.prefer(command.codecs)
        leg.makeCall(called, options)

    def reaches(self, binding: Binding) -> bool:
        """Whether requests can go back the way the phone came."""
        return self._connections.reaches(binding.source_ip, binding.source_port, binding.transport)

    def _to_phone(self, tx: pj.SipTxOption, command: Invite, binding: Binding) -> str:
        identity = name_addr(command.name, user_uri(command.number, command.domain))
        if command.anonymous:
            _hide(tx)
        else:
            tx.localUri = identity
            add_header(tx, "P-Asserted-Identity", identity)
        if command.diverted_by:
            _divert(tx, user_uri(command.diverted_by, command.domain))
        tx.targetUri = target(binding, connected=self.reaches(binding))
        return user_uri(command.called, command.domain)

    def _over_trunk(self, tx: pj.SipTxOption, command: Invite, line: Line) -> str:
        if command.anonymous:
            _hide(tx)
        else:
            tx.localUri = name_addr(command.name, self._trunks.identity(line, command.number))
        # The provider may know who calls, and must for emergencies; it keeps to the Privacy (RFC 3325).
        ours = self._trunks.identity(line, line.shown or command.number)
        add_header(tx, "P-Asserted-Identity", name_addr(command.name, ours))
        if command.diverted_by:
            _divert(tx, self._trunks.identity(line, command.diverted_by))
        tx.targetUri = self._trunks.target(line)
        return bare(tx.targetUri)


def _hide(tx: pj.SipTxOption) -> None:
    """Leave out who calls (RFC 3323)."""
    tx.localUri = _ANONYMOUS
    add_header(tx, "Privacy", "id")


def _divert(tx: pj.SipTxOption, uri: str) -> None:
    """Say who sent the call on (RFC 5806); why is not known here."""
    add_header(tx, "Diversion", f"<{uri}>;reason=unknown")
