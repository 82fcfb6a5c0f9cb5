"""What each side says arrives at the other: the right tone at the right level, for every pair of codecs."""

import itertools

import pytest

from tests.phones.audio import assert_hears
from tests.phones.baresip import Baresip
from tests.phones.base import ALL_CODECS, BasePhone
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.telephony.office import Office, both_hear, check_answered, connect, hang_up

PAIRS = list(itertools.product(ALL_CODECS, ALL_CODECS))
KINDS: list[type[BasePhone]] = [Baresip, Linphone, Pjsua]
#: Every ordered pair of kinds at least twice over the sixteen pairs of codecs.
MIXED = [(a, b) for a, b in itertools.permutations(KINDS, 2)]
CASES = [(*codecs, *MIXED[index % len(MIXED)]) for index, codecs in enumerate(PAIRS)]


def case_name(value: object) -> str:
    return value.kind if isinstance(value, type) and issubclass(value, BasePhone) else str(value)


@pytest.mark.parametrize(("codec_a", "codec_b", "kind_a", "kind_b"), CASES, ids=case_name)
async def test_each_codec_to_each_codec(
    office: Office, codec_a: str, codec_b: str, kind_a: type[BasePhone], kind_b: type[BasePhone]
) -> None:
    await office.open()
    a, b = await office.phones(
        kind_a(office.account("101", codecs=[codec_a])), kind_b(office.account("102", codecs=[codec_b]))
    )
    await connect(a, b, "102")
    await both_hear(a, b, 600, 1100)
    assert_hears(*a.heard(last_s=1), 1100, b.sent_level_dbov, not_hz=[600])
    assert_hears(*b.heard(last_s=1), 600, a.sent_level_dbov, not_hz=[1100])
    await hang_up(a, b)
    check_answered(await office.record(), "caller", (codec_a, codec_b))


@pytest.mark.parametrize(
    ("codec_a", "codec_b"), [("opus", "G722"), ("G722", "opus"), ("opus", "opus"), ("G722", "G722")]
)
async def test_wideband_stays_wideband(office: Office, codec_a: str, codec_b: str) -> None:
    await office.open()
    a, b = await office.phones(
        Linphone(office.account("101", codecs=[codec_a])), Pjsua(office.account("102", codecs=[codec_b]))
    )
    await connect(a, b, "102")
    await both_hear(a, b, 5000, 4600)
    await hang_up(b, a)
    check_answered(await office.record(), "callee", (codec_a, codec_b))


@pytest.mark.parametrize("calls_first", [True, False])
async def test_a_phone_that_invites_stereo_is_heard_and_hears(office: Office, calls_first: bool) -> None:
    """Our side stays mono, whoever offers."""
    await office.open()
    stereo, other = await office.phones(
        Baresip(office.account("101", codecs=["opus"]), stereo_opus=True), Pjsua(office.account("102"))
    )
    a, b = (stereo, other) if calls_first else (other, stereo)
    await connect(a, b, b.account.number)
    await stereo.send_tone(600)
    await other.send_tone(1100)
    await other.wait_hears(600, -20.0, within_db=3.0)
    await stereo.wait_hears(1100, -20.0, within_db=3.0)
    await hang_up(a, b)
