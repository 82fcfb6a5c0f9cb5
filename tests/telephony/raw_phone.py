"""A phone that does what a test writes, in an organisation of a running core: for what real phones cannot,
and for what is seen on the wire."""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import sipmessage

from tests.phones import net
from tests.phones.base import Account
from tests.phones.raw import Header, RawSip
from tests.sip.edge import Dialog
from tests.telephony.office import Office


@dataclass
class RawPhone:
    """A registered phone; its calls are `Dialog`s. It sends no audio."""

    raw: RawSip
    account: Account
    rtp_port: int

    @classmethod
    async def open(cls, office: Office, number: str, username: str = "") -> "RawPhone":
        """Registered; `office` closes it."""
        raw = await office.raw(number, username=username)
        return cls(raw, office.account(number, username=username), net.free_rtp_block())

    @property
    def contact(self) -> Header:
        return "Contact", f"<{self.raw.contact}>"

    @property
    def sdp(self) -> bytes:
        """One codec: PJSIP would change the call at once to settle on one of several."""
        return self.raw.sdp(self.rtp_port).replace(b"AVP 8 0 101", b"AVP 8 101")

    async def invite(
        self, number: str, headers: Iterable[Header] = ()
    ) -> tuple[sipmessage.Response, "Dialog"]:
        """Call and wait for the final answer, which is acknowledged."""
        uri = f"sip:{number}@{self.account.domain}"
        ours, tag, call_id = f"sip:{self.account.user}@{self.account.domain}", secrets.token_hex(4), ""
        call_id = secrets.token_hex(8)
        answer = await self.raw.ask_with_digest(
            self.account,
            "INVITE",
            uri,
            call_id=call_id,
            from_tag=tag,
            sender=ours,
            headers=[self.contact, *headers],
            body=self.sdp,
        )
        dialog = Dialog(self, ours, uri, call_id, tag, uri, cseq=answer.cseq.sequence)  # type: ignore[arg-type]
        dialog.their_tag = answer.to_address.parameters.get("tag") or ""
        if answer.code == 200:
            dialog.target = str(answer.contact[0].uri)
            await dialog.send("ACK", cseq=dialog.cseq)
        return answer, dialog

    async def call(self, number: str, headers: Iterable[Header] = ()) -> "Dialog":
        """Call a number that answers."""
        answer, dialog = await self.invite(number, headers)
        assert answer.code == 200, self.raw.failure("not answered")
        return dialog

    async def rings(self) -> tuple[sipmessage.Request, "Dialog"]:
        """Somebody calls: the INVITE, which has got 180, and the dialog."""
        request = await self.raw.wait_request("INVITE")
        dialog = Dialog.called(self, request)  # type: ignore[arg-type]
        await dialog.reply(request, 180)
        return request, dialog

    async def answers(self, request: sipmessage.Request, dialog: "Dialog") -> "Dialog":
        """Answer that call."""
        await dialog.reply(request, 200)
        await self.raw.wait_request("ACK")
        return dialog

    async def picks_up(self) -> "Dialog":
        """Answer the next call."""
        return await self.answers(*await self.rings())

    async def introduced(self) -> sipmessage.Request:
        """The UPDATE or re-INVITE that says who it talks to now, answered."""

        def fits(message: object) -> bool:
            return isinstance(message, sipmessage.Request) and message.method in ("UPDATE", "INVITE")

        request = await self.raw.take(fits, "UPDATE")
        assert isinstance(request, sipmessage.Request)
        dialog = Dialog.called(self, request)  # type: ignore[arg-type]
        await dialog.reply(request, 200)
        return request

    async def hung_up(self) -> sipmessage.Request:
        """The BYE of the other side, answered."""
        request = await self.raw.wait_request("BYE")
        await self.raw.respond(request, 200)
        return request


async def call_between(caller: RawPhone, called: RawPhone, number: str) -> tuple[Dialog, Dialog]:
    """`caller` calls `number`, where `called` answers."""
    ours, theirs = await asyncio.gather(caller.call(number), called.picks_up())
    return ours, theirs


def refer_to(dialog: Dialog, number: str, domain: str) -> str:
    """A Refer-To value that names `dialog` (RFC 3891 in RFC 3515)."""
    value = dialog.replaces.replace(";", "%3B").replace("=", "%3D").replace("@", "%40")
    return f"<sip:{number}@{domain}?Replaces={value}>"
