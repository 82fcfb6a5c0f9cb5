"""Telling a talking phone who it talks to now, after a transfer or pickup (RFC 3325, RFC 3311)."""

import random
from functools import partial
from time import monotonic

import pbx_native

from pbx.ports import Identify
from pbx.sip.agenda import Agenda
from pbx.sip.leg import Introduction, SipLeg
from pbx.sip.results import Results
from pbx.sip.uris import name_addr, user_uri

TRIES = 6
_BUSY = (491, 500)  # something else is going on in the dialog (RFC 3261 section 14.1)
_NO_UPDATE = (405, 501)


class Introductions:
    """One request at a time for each leg, always with what was wanted last. PJSIP thread only."""

    def __init__(self, results: Results, agenda: Agenda) -> None:
        self._results = results
        self._agenda = agenda

    def want(self, leg: SipLeg, command: Identify) -> None:
        """Tell it now, or once the call is answered."""
        peer = name_addr(command.name, user_uri(command.number, command.domain))
        if leg.introduction is not None:
            leg.introduction.wanted = peer
            return
        leg.introduction = Introduction(peer)
        if leg.confirmed:
            self._send(leg, leg.introduction)

    def answered(self, leg: SipLeg) -> None:
        """The call begins: tell what was wanted while it rang."""
        if leg.introduction is not None:
            self._send(leg, leg.introduction)

    def forget(self, leg: SipLeg) -> None:
        """The call is over."""
        if leg.introduction is not None and leg.introduction.token is not None:
            self._results.forget(leg.introduction.token)
        leg.introduction = None

    def _send(self, leg: SipLeg, what: Introduction, *, update: bool = True, tries: int = TRIES) -> None:
        if leg.introduction is not what:
            return  # the call ended meanwhile
        peer = what.wanted
        headers = [
            ("P-Asserted-Identity", peer),
            # What phones read that are older than RFC 3325.
            ("Remote-Party-ID", f"{peer};party=called;privacy=off;screen=yes"),
        ]

        def replied(code: int) -> None:
            what.token = None
            if code in _NO_UPDATE and update:
                self._send(leg, what, update=False, tries=tries)
            elif code in _BUSY and tries > 1:
                again = partial(self._send, leg, what, update=update, tries=tries - 1)
                self._agenda.at(monotonic() + random.uniform(0.2, 2.0), again)  # noqa: S311
            elif what.wanted != peer:
                self._send(leg, what)
            else:
                leg.introduction = None

        what.token = self._results.expect(replied)
        pbx_native.introduce(leg.getId(), what.token, update, headers)
