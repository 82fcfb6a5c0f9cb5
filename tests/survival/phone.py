"""A phone that remembers, call by call, what it saw on the wire and when: the witness against the records.

UDP, no media. Unlike RawSip it keeps transactions: it sends its requests again and answers by itself.
"""

import asyncio
import secrets
import time
from collections.abc import Coroutine
from dataclasses import dataclass

import sipmessage

from tests.phones.base import Account
from tests.phones.digest import choose_challenge, credentials
from tests.phones.raw import Header, RawSip, branch

RETRANSMIT_S = 0.5
GIVE_UP_S = 8.0

Key = tuple[str, int, str]


class GaveUp(Exception):
    """No final answer to a request."""


@dataclass
class Witnessed:
    """One call as its caller saw it. Moments are Unix seconds; None for what did not happen (yet)."""

    number: str
    invited_at: float | None = None  # the INVITE with credentials went out
    heard_at: float | None = None  # the first answer to it came
    answered_at: float | None = None
    code: int = 0  # of the final answer
    bye_at: float | None = None  # a BYE went out or came in
    ended_at: float | None = None  # its 200 came in or went out
    by: str = ""  # whose BYE: caller, callee or core


class Phone(RawSip):
    """Registers, calls, is called. `answer_after`: seconds it rings; None: until the caller stops."""

    def __init__(self, account: Account, *, answer_after: float | None = 0.0) -> None:
        super().__init__(account.host, account.port)
        self.account = account
        self.answer_after = answer_after
        self.deaf = False  # like a phone that lost its network: no answer to BYE and CANCEL
        self.rang: list[str] = []  # the numbers by which it was called, in order
        self.cancelled: list[str] = []
        self.unheard: list[str] = []  # what came in while it was deaf
        self.byes = 0  # received
        self._invites: dict[str, bytes] = {}  # sent, by dialled number
        self._asked: dict[Key, asyncio.Queue[sipmessage.Response]] = {}
        self._answers: dict[str, bytes] = {}  # by Via and method of the request: to be sent again
        self._acks: dict[str, bytes] = {}  # by Call-ID
        self._offers: dict[str, sipmessage.Request] = {}  # INVITEs that came in, by Call-ID
        self._talks: dict[str, sipmessage.Request] = {}  # of those, the answered ones by dialled number
        self._calls: dict[str, tuple[Witnessed, asyncio.Event]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await super().close()

    # --- what comes in ---

    def _take(self, raw: bytes) -> None:
        if not raw.strip(b"\r\n\0 "):
            return
        message = sipmessage.Message.parse(raw)
        if isinstance(message, sipmessage.Response):
            key = (message.call_id, message.cseq.sequence, message.cseq.method)
            if (queue := self._asked.get(key)) is not None:
                queue.put_nowait(message)
            elif message.cseq.method == "INVITE" and (ack := self._acks.get(message.call_id)):
                self._put(ack)
        elif message.method != "ACK":
            self._request(message)

    def _request(self, request: sipmessage.Request) -> None:
        if self.deaf and request.method in ("BYE", "CANCEL"):
            self.unheard.append(request.method)
            return
        if (known := self._answers.get(_transaction(request))) is not None:
            self._put(known)
            return
        match request.method:
            case "INVITE" if not request.to_address.parameters.get("tag"):
                self._offers[request.call_id] = request
                self.rang.append(request.to_address.uri.user or "")
                self._reply(request, 180)
                if self.answer_after is not None:
                    self._later(self._pick_up(request, self.answer_after))
            case "INVITE":
                self._reply(request, 200, self.sdp())
            case "CANCEL":
                self._reply(request, 200)
                if (invite := self._offers.get(request.call_id)) is not None:
                    self.cancelled.append(invite.to_address.uri.user or "")
                    self._reply(invite, 487)
            case "BYE":
                self._bye(request)
            case _:
                self._reply(request, 200)

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pick_up(self, invite: sipmessage.Request, after: float) -> None:
        await asyncio.sleep(after)
        if (invite.to_address.uri.user or "") not in self.cancelled:
            self._reply(invite, 200, self.sdp())
            self._talks[invite.to_address.uri.user or ""] = invite

    def _bye(self, request: sipmessage.Request) -> None:
        self.byes += 1
        self._reply(request, 200)
        if (mine := self._calls.get(request.call_id)) is not None:
            call, over = mine
            call.ended_at = call.ended_at or time.time()
            call.bye_at = call.bye_at or call.ended_at
            call.by = call.by or "core"
            over.set()

    def _reply(self, request: sipmessage.Request, code: int, body: bytes = b"") -> None:
        to = request.headers.get("To") or ""
        if "tag=" not in to:
            to += f";tag=t{request.call_id[:16]}"
        lines = [f"SIP/2.0 {code} Answer", *(f"Via: {via}" for via in request.headers.getlist("Via"))]
        lines += [f"From: {request.headers.get('From')}", f"To: {to}"]
        lines += [f"{name}: {request.headers.get(name)}" for name in ("Call-ID", "CSeq")]
        lines += [f"Contact: <{self.contact}>"]
        lines += ["Content-Type: application/sdp"] if body else []
        lines.append(f"Content-Length: {len(body)}")
        data = ("\r\n".join(lines) + "\r\n\r\n").encode() + body
        self._answers[_transaction(request)] = data
        self._put(data)

    def _put(self, data: bytes) -> None:
        if self._udp is not None and not self._udp.is_closing():
            self._udp.sendto(data)

    # --- what goes out ---

    async def _ask(self, data: bytes, key: Key, witness: Witnessed | None = None) -> sipmessage.Response:
        """Send until something comes back; the final answer. Raises GaveUp."""
        queue = self._asked[key] = asyncio.Queue()
        quiet_until = time.monotonic() + GIVE_UP_S
        heard = False
        self._put(data)
        try:
            while True:
                try:
                    wait = GIVE_UP_S * 10 if heard else RETRANSMIT_S
                    async with asyncio.timeout(wait):  # wait_for may swallow a cancellation
                        response = await queue.get()
                except TimeoutError:
                    if heard or time.monotonic() > quiet_until:
                        raise GaveUp(key) from None
                    self._put(data)
                    continue
                heard = True
                if witness is not None and witness.heard_at is None:
                    witness.heard_at = time.time()
                if response.code >= 200:
                    return response
        finally:
            del self._asked[key]

    async def _with_digest(
        self, method: str, uri: str, to: str, headers: list[Header], body: bytes, witness: Witnessed | None
    ) -> tuple[bytes, sipmessage.Response]:
        account, call_id, tag = self.account, secrets.token_hex(8), secrets.token_hex(4)
        extra: list[Header] = []
        for cseq in (1, 2):
            data = self.request(
                method,
                uri,
                sender=f"sip:{account.user}@{account.domain}",
                to=to,
                call_id=call_id,
                cseq=cseq,
                from_tag=tag,
                headers=[("Contact", f"<{self.contact}>"), *headers, *extra],
                body=body,
                via_branch=branch(),
            )
            second = cseq == 2
            if second and witness is not None:
                witness.invited_at = time.time()
                self._calls[call_id] = (witness, asyncio.Event())
                self._invites[witness.number] = data
            answer = await self._ask(data, (call_id, cseq, method), witness if second else None)
            if method == "INVITE" and answer.code >= 300:
                self._acks[call_id] = self.ack_failure(data, answer)
                self._put(self._acks[call_id])
            if answer.code != 401:
                break
            challenge = choose_challenge(answer.headers.getlist("WWW-Authenticate"), "MD5")
            extra = [("Authorization", credentials(challenge, method, uri, account.user, account.password))]
        return data, answer

    async def sign_in(self, expires: int = 600) -> sipmessage.Response:
        """REGISTER this socket; the final answer. Raises GaveUp."""
        domain = self.account.domain
        aor = f"sip:{self.account.user}@{domain}"
        headers = [("Expires", str(expires))]
        _, answer = await self._with_digest("REGISTER", f"sip:{domain}", aor, headers, b"", None)
        return answer

    async def call(self, number: str, witness: Witnessed) -> sipmessage.Response:
        """INVITE `number` and ACK; the final answer. Raises GaveUp."""
        uri = f"sip:{number}@{self.account.domain}"
        _, answer = await self._with_digest("INVITE", uri, uri, [], self.sdp(), witness)
        witness.code = answer.code
        if answer.code == 200:
            ack = self._acks[answer.call_id] = self.in_dialog("ACK", answer, 2)
            self._put(ack)
            witness.answered_at = time.time()
        return answer

    async def give_up(self, number: str) -> None:
        """CANCEL the call to `number`, which `call` waits for. Raises GaveUp."""
        invite = self._invites[number]
        call_id = sipmessage.Message.parse(invite).headers.get("Call-ID") or ""
        await self._ask(self.cancel(invite), (call_id, 2, "CANCEL"))

    async def hang_up(self, answer: sipmessage.Response) -> None:
        """BYE of the caller in the dialog of `answer`. Raises GaveUp."""
        witness, over = self._calls[answer.call_id]
        witness.bye_at, witness.by = time.time(), "caller"
        got = await self._ask(self.in_dialog("BYE", answer, 3), (answer.call_id, 3, "BYE"))
        if got.code == 200:
            witness.ended_at = time.time()
            over.set()

    async def hang_up_as_called(self, number: str, witness: Witnessed) -> None:
        """BYE of the called side in the call to `number`. Raises GaveUp."""
        invite = self._talks.pop(number)
        witness.bye_at, witness.by = time.time(), "callee"
        data = self.request(
            "BYE",
            str(invite.contact[0].uri),
            sender=str(invite.to_address.uri),
            to=str(invite.from_address.uri),
            call_id=invite.call_id,
            from_tag=f"t{invite.call_id[:16]}",
            to_tag=invite.from_address.parameters.get("tag") or "",
        )
        got = await self._ask(data, (invite.call_id, 1, "BYE"))
        if got.code == 200:
            witness.ended_at = time.time()

    async def wait_over(self, answer: sipmessage.Response, seconds: float = GIVE_UP_S) -> None:
        """Until the call of `answer` has ended."""
        async with asyncio.timeout(seconds):
            await self._calls[answer.call_id][1].wait()


def _transaction(request: sipmessage.Request) -> str:
    return f"{request.headers.get('Via')} {request.method}"
