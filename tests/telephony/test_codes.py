"""Star codes and statuses from real phones, and what they change for callers."""

import pytest

from pbx.control.commands import SetState
from pbx.control.configuration import StatusConfig
from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.telephony.office import Office, connect, hang_up

STATUSES = [
    StatusConfig(id="in", name="Available", colour="#00aa00", default=True, code="0"),
    StatusConfig(id="lunch", name="Lunch", colour="#ffaa00", presence="away", code="1", rings=False),
]


async def dial_code(office: Office, phone: BasePhone, code: str, **wanted: object) -> None:
    """Dial it, hear it confirmed, and find the state of the extension changed."""
    await phone.call(code)
    await phone.wait_ended(30)

    async def fits() -> bool:
        async with office.client() as client:
            states = await client.extensions(office.tenant)
        mine = [state for state in states if state.extension == phone.account.number]
        return bool(mine) and all(getattr(mine[0], name) == value for name, value in wanted.items())

    await eventually(fits, 10, f"{code}: {wanted}")


@pytest.mark.parametrize("kind", [Pjsua, Baresip], ids=lambda kind: kind.kind)
async def test_forward_of_all_calls_on_and_off(office: Office, kind: type[BasePhone]) -> None:
    await office.open()
    a, b, c = await office.phones(
        Pjsua(office.account("101")), kind(office.account("102")), Pjsua(office.account("103"))
    )
    await dial_code(office, b, "*21103", forward_all="103")
    await connect(a, c, "102")
    await hang_up(a, c)
    await dial_code(office, b, "#21", forward_all=None)
    await connect(a, b, "102")
    await hang_up(a, b)


async def test_do_not_disturb(office: Office) -> None:
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Baresip(office.account("102")))
    await dial_code(office, b, "*78", do_not_disturb=True)
    await a.call("102")
    assert (await a.wait_ended(30)).code == 486
    assert not b.received("INVITE")[1:], "its own call was the only one"
    await dial_code(office, b, "*79", do_not_disturb=False)
    await connect(a, b, "102")
    await hang_up(a, b)


async def test_a_status_by_code_and_one_that_ends_by_itself(office: Office) -> None:
    await office.open(statuses=STATUSES)
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102")))
    await dial_code(office, b, "*501", status="lunch")
    await a.call("102")
    assert (await a.wait_ended(30)).code == 486
    await dial_code(office, b, "*500", status=None)
    async with office.client() as client:
        now = (await client.set_state(office.tenant, "102", SetState(note="back soon"))).changed_at
        state = await client.set_state(office.tenant, "102", SetState(status="lunch", until=now + 3))
        assert state.status == "lunch"

        async def over() -> bool:
            (mine,) = [s for s in await client.extensions(office.tenant) if s.extension == "102"]
            return mine.status is None

        await eventually(over, 15, "the default status")
    await connect(a, b, "102")
    await hang_up(a, b)


async def test_codes_that_were_changed_or_switched_off(office: Office) -> None:
    await office.open(star_codes={"do_not_disturb": "*25", "pickup_group": ""})
    phone = await office.phone(Pjsua(office.account("101")))
    await dial_code(office, phone, "*25", do_not_disturb=True)
    await phone.call("*8")
    assert (await phone.wait_ended(30)).code == 404


async def test_an_intercom_call_asks_the_phone_to_pick_up(office: Office) -> None:
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102")))
    await a.call("*80102")
    await b.wait_ringing()
    (invite,) = b.received("INVITE")
    assert "answer-after=0" in invite
    await b.answer()
    await b.wait_established()
    await hang_up(a, b)
