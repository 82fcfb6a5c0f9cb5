"""What a phone may ask within a call, and does not get: to make the core call wherever it says."""

import asyncio

from tests.phones.baresip import Baresip
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.telephony.office import Office, both_hear, connect, hang_up


class Listener(asyncio.DatagramProtocol):
    """A socket to which nobody should send anything."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)


async def test_a_transfer_to_a_foreign_address_leads_nowhere(office: Office) -> None:
    """Of a REFER only the number counts: nothing is sent to the address it names, and the call comes back."""
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Baresip(office.account("102")))
    loop = asyncio.get_running_loop()
    transport, listener = await loop.create_datagram_endpoint(Listener, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    try:
        await connect(a, b, "102")
        await a.transfer(f"sip:stranger@127.0.0.1:{port}")
        await eventually(lambda: "SIP/2.0 404" in a.trace, what="a NOTIFY that says it failed")
        await both_hear(a, b)
        assert listener.heard == []
    finally:
        transport.close()
    await hang_up(b, a)
    record = await office.record()
    assert [leg.device for leg in record.legs] == ["d101", "d102"]
