"""Send a hostile message from a raw client and tell how the server reacted."""

import asyncio
import secrets

import sipmessage

from tests.hostile.messages.model import DROP, Fill, HostileMessage, fill, render
from tests.phones import net
from tests.phones.base import Account
from tests.phones.digest import choose_challenge, credentials
from tests.phones.raw import RawSip, branch

SILENCE_S = 0.6


def fill_for(raw: RawSip, user: str, target: str, domain: str) -> Fill:
    """Placeholders for a new transaction from this socket."""
    return Fill(
        user=user,
        target=target,
        domain=domain,
        host=net.LOOPBACK,
        port=raw.local_port,
        transport=raw.transport,
        branch=branch(),
        call_id=secrets.token_hex(8),
        tag=secrets.token_hex(4),
    )


async def authorization_for(raw: RawSip, account: Account, message: HostileMessage, values: Fill) -> str:
    """A header line with good credentials for `message`: the nonce comes from the challenge to a well-formed
    request of the same kind (INVITE, else REGISTER)."""
    uri = fill(message.uri_template, values)
    if message.method == "REGISTER":
        aor = f"sip:{account.user}@{account.domain}"
        asked = raw.request("REGISTER", f"sip:{account.domain}", sender=aor, to=aor)
    else:
        aor = f"sip:{account.user}@{account.domain}"
        target = f"sip:{values.target}@{account.domain}"
        asked = raw.request("INVITE", target, sender=aor, headers=[("Contact", f"<{raw.contact}>")])
    answer = await raw.ask(asked)
    if asked.startswith(b"INVITE"):
        await raw.send(raw.ack_failure(asked, answer))
    proxy = answer.code == 407
    name = "Proxy-Authenticate" if proxy else "WWW-Authenticate"
    challenge = choose_challenge(answer.headers.getlist(name))
    value = credentials(challenge, message.method, uri, account.user, account.password)
    return f"{'Proxy-Authorization' if proxy else 'Authorization'}: {value}"


async def reaction(
    raw: RawSip, message: HostileMessage, values: Fill, authorization: str = "", silence_s: float = SILENCE_S
) -> int:
    """Send the message and return the final code of the answer, or DROP when none comes within `silence_s`
    seconds (or the server closes the connection). An INVITE that rings is cancelled; its end counts."""
    data = render(message, values, authorization)
    try:
        await raw.send(data)
    except (ConnectionError, OSError):
        return DROP
    code = await _final(raw, silence_s)
    if code == DROP and message.method == "INVITE" and _provisional(raw):
        await raw.send(raw.cancel(data))
        code = await _final(raw, 5.0, method="INVITE")
    if message.method == "INVITE" and code >= 300:
        last = next(m for m in reversed(raw.inbox) if isinstance(m, sipmessage.Response) and m.code == code)
        await raw.send(raw.ack_failure(data, last))
    raw.inbox.clear()
    return code


def _provisional(raw: RawSip) -> bool:
    return any(isinstance(m, sipmessage.Response) and 100 < m.code < 200 for m in raw.inbox)


async def _final(raw: RawSip, seconds: float, method: str = "") -> int:
    """Code of the first final answer (of `method`) within `seconds`, else DROP."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end and not raw.closed:
        for message in raw.inbox:
            if not isinstance(message, sipmessage.Response) or message.code < 200:
                continue
            if method in (message.headers.get("CSeq") or ""):
                return int(message.code)
        for text in raw.unparsed:  # what sipmessage refuses may still have a status line
            words = text.split(b" ", 2)
            if words[0] == b"SIP/2.0" and words[1][:1] in b"23456":
                raw.unparsed.clear()
                return int(words[1])
        await asyncio.sleep(0.01)
    return DROP
