"""Calls from one extension to another: every transport, every kind of phone, and every way they fail."""

import asyncio
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.phones.audio import sine
from tests.phones.baresip import Baresip
from tests.phones.base import SENT_LEVEL_DBOV, BasePhone, CallState, Transport
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.phones.sipp import Sipp, require_ok
from tests.running import eventually
from tests.telephony.office import Office, both_hear, check_answered, check_quality, connect, hang_up, leg_of
from tests.telephony.prompts import assert_heard_prompt

TRANSPORTS: list[Transport] = ["udp", "tcp", "tls"]
KINDS: list[type[BasePhone]] = [Baresip, Linphone, Pjsua]


@pytest.mark.parametrize(
    ("here", "there", "kind_a", "kind_b"),
    [
        (here, there, KINDS[index % 3], KINDS[(index // 3 + index + 1) % 3])
        for index, (here, there) in enumerate(itertools.product(TRANSPORTS, TRANSPORTS))
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind,
)
async def test_every_transport_to_every_transport(
    office: Office, here: Transport, there: Transport, kind_a: type[BasePhone], kind_b: type[BasePhone]
) -> None:
    await office.open()
    a, b = await office.phones(kind_a(office.account("101", here)), kind_b(office.account("102", there)))
    async with office.client() as client:
        bound = {binding.device: binding.transport for binding in await client.bindings(office.tenant)}
    assert bound == {"d101": here, "d102": there}
    await connect(a, b, "102")
    await both_hear(a, b)
    await hang_up(b, a)
    record = await office.record()
    check_answered(record, "callee")
    assert (record.caller_number, record.caller_name, record.dialled) == ("101", "Desk 101", "102")
    caller, callee = leg_of(record, "caller"), leg_of(record, "callee")
    assert (caller.device, caller.extension) == ("d101", "101")
    assert (callee.device, callee.extension, callee.number) == ("d102", "102", "102")
    assert callee.ringing_at is not None
    assert caller.address and caller.address.startswith("127.0.0.1:")


def tone_file(folder: Path, hz: float) -> Path:
    """A-law, 8,000 Hz, ten seconds of a tone, as sipp sends it (ITU-T G.711)."""
    samples = sine(hz, 10, 8000, SENT_LEVEL_DBOV).astype(np.int32)
    magnitude = np.minimum(np.abs(samples) >> 3, 4095)
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(int) - 4, 0)
    mantissa = np.where(exponent > 1, magnitude >> np.maximum(exponent, 1), magnitude >> 1) & 0x0F
    exponent = np.where(magnitude < 32, 0, exponent)
    mantissa = np.where(magnitude < 32, (magnitude >> 1) & 0x0F, mantissa)
    segment = exponent
    sign = np.where(samples >= 0, 0x80, 0)
    path = folder / "tone.raw"
    path.write_bytes(((sign | (segment << 4) | mantissa) ^ 0x55).astype(np.uint8).tobytes())
    return path


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_sipp_calls_and_is_heard(office: Office, tmp_path: Path, transport: Transport) -> None:
    await office.open()
    b = await office.phone(Pjsua(office.account("102")))
    caller = Sipp(
        "uac_media",
        office.account("101", transport),
        number="102",
        pause_ms=2500,
        replace={"TONE_FILE": str(tone_file(tmp_path, 800))},
    )
    async with caller:
        await b.wait_ringing()
        await b.answer()
        await b.wait_hears(800, SENT_LEVEL_DBOV)
        require_ok(await caller.wait())
    await b.wait_ended()
    record = await office.record()
    check_answered(record, "caller", ("PCMA", "PCMA"), audio=False)
    callee = leg_of(record, "callee")
    check_quality(callee)


async def test_a_phone_calls_sipp_and_hears_its_echo(office: Office) -> None:
    await office.open()
    a = await office.phone(Baresip(office.account("101")))
    port = await Sipp.register(office.account("102"))
    async with Sipp("uas", office.account("102"), local_port=port, rtp_echo=True, pause_ms=200) as b:
        await a.send_tone(900)
        await a.call("102")
        await a.wait_established()
        await a.wait_hears(900, a)
        await a.hangup()
        require_ok(await b.wait())
    check_answered(await office.record(), "caller")


async def test_the_caller_hears_nothing_but_180_while_it_rings(office: Office) -> None:
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102")))
    await a.call("102")
    await b.wait_ringing()
    await a.wait_ringing()
    assert a.state is CallState.RINGING  # 180, no early media: the phone makes its own ringback
    (call,) = await office.calls()
    assert call.answered_at is None
    assert leg_of(call, "callee").state == "ringing"
    await b.answer()
    await a.wait_established()
    await hang_up(a, b)
    await office.record()


@dataclass(frozen=True)
class Failing:
    """A way to fail: what the called phone does, and what the caller and the record get."""

    name: str
    on_invite: str
    code: int
    outcome: str
    prompt: str


FAILING = [
    Failing("busy", "486", 486, "busy", "busy"),
    Failing("busy everywhere", "600", 486, "busy", "busy"),
    Failing("declined", "603", 603, "declined", "declined"),
    Failing("no answer", "ring", 480, "no_answer", "no_answer"),
    Failing("silent", "silent", 480, "no_answer", "no_answer"),
    Failing("broken", "500", 500, "failed", "failed"),
    Failing("incompatible", "488", 500, "failed", "failed"),
    Failing("not registered", "", 480, "not_registered", "not_registered"),
]


@pytest.mark.parametrize(
    ("case", "kind"),
    [(case, KINDS[index % 3]) for index, case in enumerate(FAILING)],
    ids=lambda value: value.name if isinstance(value, Failing) else value.kind,
)
async def test_failing_gives_a_prompt_then_the_code(
    office: Office, case: Failing, kind: type[BasePhone]
) -> None:
    await office.open(ring_seconds=1)
    a = await office.phone(kind(office.account("101")))
    if case.on_invite:
        b = await office.phone(Pjsua(office.account("102"), on_invite=case.on_invite))
    await a.call("102")
    if case.on_invite in ("ring", "silent"):
        await b.wait_ringing()
        await b.wait_ended(5)
        assert b.received("CANCEL")
    await a.until(lambda: a.state is CallState.EARLY, "early media")
    assert (await a.wait_ended()).code == case.code
    assert_heard_prompt(a, office.core, case.prompt)
    record = await office.record()
    assert (record.outcome, record.code, record.ended_by) == (case.outcome, case.code, "core"), record
    assert record.answered_at is None
    assert leg_of(record, "caller").code == case.code
    assert [leg.role for leg in record.legs] == ["caller"] + ["callee"] * bool(case.on_invite)
    assert record.path[-1].result


async def test_an_unknown_number(office: Office) -> None:
    await office.open()
    (a,) = await office.phones(Pjsua(office.account("101")))
    await a.call("999")
    assert (await a.wait_ended()).code == 404
    assert_heard_prompt(a, office.core, "unknown_number")
    record = await office.record()
    assert (record.outcome, record.code, record.dialled) == ("unknown_number", 404, "999")
    assert [leg.role for leg in record.legs] == ["caller"]


async def test_prompts_speak_the_language_of_the_caller(office: Office) -> None:
    await office.open(dutch=["101"])
    (a,) = await office.phones(Pjsua(office.account("101")))
    await a.call("102")
    assert (await a.wait_ended()).code == 480
    assert_heard_prompt(a, office.core, "not_registered", "nl")
    with pytest.raises(AssertionError):
        assert_heard_prompt(a, office.core, "not_registered", "en")


async def test_hanging_up_during_the_prompt(office: Office) -> None:
    await office.open()
    (a,) = await office.phones(Pjsua(office.account("101")))
    await a.call("102")
    await a.until(lambda: a.state is CallState.EARLY, "early media")
    await a.hangup()
    await a.wait_ended()
    record = await office.record()
    assert (record.outcome, record.ended_by) == ("not_registered", "caller")


async def test_a_caller_without_an_offer_gets_the_code_at_once(office: Office) -> None:
    await office.open()
    (a,) = await office.phones(Pjsua(office.account("101")))
    await a.call("102", late_offer=True)
    assert (await a.wait_ended(1.5)).code == 480


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
async def test_the_caller_hangs_up_while_it_rings(office: Office, kind: type[BasePhone]) -> None:
    await office.open()
    a, b = await office.phones(kind(office.account("101")), Pjsua(office.account("102")))
    await a.call("102")
    await b.wait_ringing()
    await a.wait_ringing()
    await a.hangup()
    await asyncio.gather(a.wait_ended(), b.wait_ended())
    await eventually(lambda: b.received("CANCEL"), 3, "CANCEL")
    assert "elsewhere" not in b._reason_header()
    record = await office.record()
    assert (record.outcome, record.ended_by, record.code) == ("cancelled", "caller", 487)
    assert leg_of(record, "callee").answered_at is None


async def test_a_phone_that_dies_is_noticed_by_its_silence(office: Office) -> None:
    await office.open(rtp_timeout_seconds=5)
    a, b = await office.phones(Linphone(office.account("101")), Baresip(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    await b.kill()
    await a.wait_ended(14)
    record = await office.record()
    check_answered(record, "core", audio=False)
    assert record.code == 408
    dead = leg_of(record, "callee")
    assert (dead.ended_by, dead.code) == ("core", 408)
    assert record.ended_at is not None and record.answered_at is not None
    assert 5 <= record.ended_at - record.answered_at < 14


async def test_the_longest_call_time(office: Office) -> None:
    await office.open(max_call_seconds=10)
    a, b = await office.phones(Pjsua(office.account("101")), Linphone(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    await asyncio.gather(a.wait_ended(13), b.wait_ended(13))
    record = await office.record()
    check_answered(record, "core")
    assert record.ended_at is not None and record.answered_at is not None
    assert 9.5 < record.ended_at - record.answered_at < 11.5
