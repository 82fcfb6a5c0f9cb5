"""How soon somebody sees that they are called: from the INVITE that the core takes to the card on the screen
of a real Chromium, with the whole product between them. Both times are of the same machine's clock."""

import secrets
import time
from pathlib import Path

import numpy as np
from playwright.async_api import async_playwright

from tests.benchmarks.measure import Result
from tests.browser.person import Person
from tests.operations.house import House, opened
from tests.phones.base import Account
from tests.phones.browser import CHROMIUM, FLAGS
from tests.phones.digest import choose_challenge, credentials
from tests.phones.raw import RawSip
from tests.running import RunningCore, eventually

CALLS = 60
CALLER, CALLED = "101", "102"

# Of each call: when the page got the INVITE, and when a frame with the card had been drawn (Unix time).
WATCH = """
const now = () => (performance.timeOrigin + performance.now()) / 1000;
window.cards = [];
let invited = 0;
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', ({ data }) => {
      if (typeof data === 'string' && data.startsWith('INVITE ')) invited = now();
    });
  }
};
new MutationObserver(() => {
  const card = document.querySelector('[role=alertdialog]');
  if (card && !card.seen) {
    card.seen = true;
    requestAnimationFrame(() => setTimeout(() => window.cards.push([invited, now()])));
  }
}).observe(document, { childList: true, subtree: true });
"""


async def invite_to_card(core: RunningCore, folder: Path) -> list[Result]:
    """A desk phone calls again and again. The core that was started for this benchmark stands idle."""
    with opened(folder / "house") as house:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=CHROMIUM, headless=True, args=list(FLAGS)
            )
            try:
                person = await Person.signed_in(house, browser)
                await person.context.add_init_script(WATCH)
                await person.open("/phone")
                await person.ready()
                delays = await measured(house, person)
            finally:
                await browser.close()
    inside, shown = np.array(delays).T
    name = "INVITE at the core to the card on the screen"
    return [
        Result(f"{name}, p50", float(np.percentile(shown, 50)), "ms"),
        Result(f"{name}, p95", float(np.percentile(shown, 95)), "ms", 150.0),
        Result(f"{name}: until the page has the INVITE, p50", float(np.percentile(inside, 50)), "ms"),
        Result(f"{name}: until the page has the INVITE, p95", float(np.percentile(inside, 95)), "ms"),
    ]


async def measured(house: House, person: Person) -> list[tuple[float, float]]:
    account = house.account(CALLER)
    delays = []
    async with RawSip("127.0.0.1", house.port) as desk:
        assert (await desk.register(account, expires=600)).code == 200
        for at in range(CALLS + 3):  # the first ones load what the page has not needed yet
            sent = await call(desk, account, house, person, at)
            if at >= 3:
                delays.append(sent)
    return delays


async def call(desk: RawSip, account: Account, house: House, person: Person, at: int) -> tuple[float, float]:
    """One call that gives up once the card is there: milliseconds from its INVITE with credentials until the
    page has it, and until it shows it."""
    uri = f"sip:{CALLED}@{account.domain}"
    call_id, tag = secrets.token_hex(8), secrets.token_hex(4)
    sender = f"sip:{account.user}@{account.domain}"
    headers = [("Contact", f"<{desk.contact}>")]

    def invite(cseq: int, more: list[tuple[str, str]]) -> bytes:
        return desk.request(
            *("INVITE", uri),
            sender=sender,
            call_id=call_id,
            cseq=cseq,
            from_tag=tag,
            headers=[*headers, *more],
            body=desk.sdp(),
        )

    first = invite(1, [])
    refused = await desk.ask(first)
    await desk.send(desk.ack_failure(first, refused))
    challenge = choose_challenge(refused.headers.getlist("WWW-Authenticate"), "SHA-256")
    authorised = invite(
        2, [("Authorization", credentials(challenge, "INVITE", uri, account.user, account.password))]
    )
    sent = time.time()
    await desk.send(authorised)

    async def shown() -> list[float]:
        times: list[list[float]] = await person.page.evaluate("cards")
        return times[at] if len(times) > at else []

    came, drawn = await eventually(shown, 30, "the card")
    await desk.send(desk.cancel(authorised))
    ended = await desk.wait_response(call_id, 2)
    while ended.cseq.method != "INVITE":
        ended = await desk.wait_response(call_id, 2)
    await desk.send(desk.ack_failure(authorised, ended))

    async def gone() -> bool:
        return await person.page.locator("[role=alertdialog]").count() == 0

    await eventually(gone, 30, "the end of the card")
    async with house.core() as core:

        async def none() -> bool:
            return not await core.calls()

        await eventually(none, 30, "the end of the call")
    return 1000 * (came - sent), 1000 * (drawn - sent)
