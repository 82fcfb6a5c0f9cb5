"""A phone on TCP or TLS rings after the core was killed, though its connection died with the core."""

import pytest

from tests.phones.baresip import Baresip
from tests.phones.base import Transport
from tests.running import RunningCore, organisation


@pytest.mark.parametrize("transport", ["tcp", "tls"])
async def test_a_phone_is_reached_where_it_listens(new_core: RunningCore, transport: Transport) -> None:
    """It did nothing since its REGISTER: the core connects to the port that its Contact names."""
    await new_core.start()
    await new_core.apply(organisation())
    async with (
        Baresip(new_core.account("101")) as caller,
        Baresip(new_core.account("102", transport)) as called,
    ):
        for phone in (caller, called):
            await phone.register()
            await phone.wait_registered()
        new_core.kill()
        await new_core.start()
        await caller.call("102")
        await called.wait_ringing()
        await called.answer()
        await caller.wait_established()
        await caller.hangup()
        await called.wait_ended()
