"""Session timers over their real length: RFC 4028 allows no less than 90 seconds, refreshed after 45."""

import asyncio

import pytest

from tests.phones.pjsua import Pjsua
from tests.phones.sipp import Sipp, require_ok
from tests.running import eventually
from tests.telephony.office import Office, both_hear, connect, hang_up
from tests.telephony.test_dialogs import one_codec

REFRESH_S = 60
EXPIRY_S = 100


async def refreshed_by_the_core(office: Office) -> None:
    """The called phone wants us to refresh."""
    a = await office.phone(Pjsua(office.account("101"), timer="off"))
    port = await Sipp.register(office.account("102"))
    called = Sipp("uas_refreshed", office.account("102"), local_port=port, timeout_s=REFRESH_S + 20)
    async with called as b:
        await a.call("102")
        await a.wait_established()
        await eventually(lambda: refreshes(b) >= 1, REFRESH_S, "refresh")
        await a.hangup()
        require_ok(await b.wait())
    await a.wait_ended()


def refreshes(phone: Sipp) -> int:
    """Refreshes that were answered: a second INVITE, or an UPDATE, each named in its 200 too."""
    messages = phone.result().messages
    return messages.count(" UPDATE\n") // 2 + max(0, messages.count("\nINVITE ") - 1)


async def refreshed_by_the_phone(office: Office) -> None:
    """The calling phone refreshes; audio goes on."""
    a, b = await office.phones(
        Pjsua(office.account("103"), timer="always", session_expires=90),
        Pjsua(office.account("104"), timer="off"),
    )
    await connect(a, b, "104")
    await both_hear(a, b)
    before = a.trace.count("Session-Expires: 90")
    assert before
    await eventually(lambda: a.trace.count("Session-Expires: 90") >= before + 2, REFRESH_S, "refresh")
    await both_hear(a, b, 800, 1300)
    await hang_up(a, b)


async def never_refreshed(office: Office) -> None:
    """The called phone promises to refresh and does not: the call ends (RFC 4028 section 10)."""
    a = await office.phone(Pjsua(office.account("105"), timer="off"))
    raw = await office.raw("106")
    await a.call("106")
    invite = await raw.wait_request("INVITE")
    timer = [("Require", "timer"), ("Session-Expires", "90;refresher=uas")]
    headers = [("Contact", f"<{raw.contact}>"), *timer]
    await raw.respond(invite, 200, "OK", to_tag="raw", headers=headers, body=one_codec())
    await raw.wait_request("ACK")
    await a.wait_established()
    bye = await raw.wait_request("BYE", EXPIRY_S)
    await raw.respond(bye, 200, "OK")
    await a.wait_ended()


@pytest.mark.slow
@pytest.mark.timeout(150)
async def test_session_timers(office: Office) -> None:
    await office.open(rtp_timeout_seconds=300)
    await asyncio.gather(
        refreshed_by_the_core(office), refreshed_by_the_phone(office), never_refreshed(office)
    )
    records = await office.records(3)
    ended = {record.caller_number: record.ended_by for record in records}
    assert (ended["101"], ended["103"]) == ("caller", "caller")
    assert {record.outcome for record in records} == {"answered"}
    (expired,) = [record for record in records if record.caller_number == "105"]
    assert expired.answered_at is not None
    assert expired.ended_at is not None
    assert 50 < expired.ended_at - expired.answered_at < EXPIRY_S
