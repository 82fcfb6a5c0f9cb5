"""What the core writes down of passwords, their digests and the answers made with them: nothing."""

import re

from pbx.control.messages import Trace
from tests.phones.digest import credentials
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.registration.client import Client, asked
from tests.running import RunningCore, eventually, ha1, organisation, password


async def test_nothing_secret_is_logged_or_traced(new_core: RunningCore) -> None:
    core = new_core
    core.extra_env["CENTRALE_LOG_LEVEL"] = "debug"
    await core.start()
    await core.apply(organisation(digests=["SHA-256", "MD5"]))
    secrets: set[str] = set()
    for number in ("101", "102", "103"):
        secrets |= {password(number), *ha1(number, "office.test", password(number)).values()}
    async with (
        core.client() as control,
        Pjsua(core.account("101")) as caller,
        Linphone(core.account("102", "tcp")) as called,
        Client(core) as raw,
    ):
        for phone in (caller, called):
            await phone.register()
            await phone.wait_registered()
        account = raw.account("103")
        assert (await raw.register(account)).code == 200
        await control.trace(Trace(tenant="office", seconds=60))

        # A call, a refresh, and an answer spelled so that a careless filter would miss it.
        await caller.call("102")
        await called.wait_ringing()
        await called.answer()
        await caller.wait_established()
        await caller.hangup()
        await called.wait_ended()
        spellings = (
            "Authorization: {}",
            "AUTHORIZATION :{}",
            "Authorization:\r\n {}",
            "authorization\t: \r\n\t{}",
        )
        for turn, spelling in enumerate(spellings):
            challenge = await raw.challenge(account)
            value = credentials(challenge, "REGISTER", "sip:office.test", "103", account.password)
            folded = value.replace(", ", ",\r\n ") if turn % 2 else value
            plain = raw.plain(
                account, headers=[("Contact", f"<{raw.contact}>"), ("X-Here", "1")], cseq=50 + turn
            )
            answer = await raw.ask(plain.replace(b"X-Here: 1", spelling.format(folded).encode()))
            assert answer.code == 200, spelling
        wrong = await raw.challenge(account)
        assert (await raw.answer_challenge(account, wrong, password="guess-of-somebody", cseq=90)).code == 401
        secrets.add("guess-of-somebody")

        async def complete() -> bool:
            return len(await control.traced(tenant="office", device="d103")) >= 4 * len(spellings)

        await eventually(complete, 5)
        traced = "\n".join(message.text for message in await control.traced())
        shown = [message.text for message in await control.traced(tenant="office", device="d101")]
        sent = [entry for entry in raw.history if entry.startswith(">>>")]

    assert any(text.startswith("INVITE") for text in shown), "the trace shows what it should"
    responses = {found for entry in sent for found in re.findall(r'response="([0-9a-f]{32,64})"', entry)}
    assert len(responses) >= len(spellings)
    for text, where in ((core.log.read_text(errors="replace"), "log"), (traced, "trace")):
        for secret in secrets | responses:
            assert secret not in text, f"{secret} in the {where}"
        assert not re.search(r"response\s*=", text), f"an answer to a challenge in the {where}"
    assert "(hidden)" in traced


async def test_no_secret_is_readable_by_others(core: RunningCore) -> None:
    """Snapshots hold digests of passwords: the files and the socket of the core belong to its user alone."""
    assert await asked(core, lambda client: client.tenants()) == {"office": 1}
    for path in [core.home / "core", core.home / "run", *core.home.glob("core/*"), *core.home.glob("run/*")]:
        inside_private = (path.parent.stat().st_mode & 0o077) == 0
        assert inside_private or path.stat().st_mode & 0o077 == 0, f"{path}: {path.stat().st_mode:o}"
