"""A provider beside the whole product: a phone without a registration, a trunk to it, and a route."""

from typing import Any

from tests.operations.house import DID, House, Phones
from tests.phones.base import Account
from tests.phones.pjsua import Pjsua


async def provider(house: House, phones: Phones) -> Pjsua:
    """127.0.0.1 may call us through the trunk, and all numbers outside are called over it."""
    (far,) = await phones.put(Account(number="provider", domain="provider.test"))
    trunks = (await house.admin.get("trunks/"))["results"]
    where: dict[str, Any] = {"host": "127.0.0.1", "port": far.local_port}
    if trunks:
        await house.admin.patch(f"trunks/{trunks[0]['id']}/", **where)
    else:
        trunk = await house.admin.post(
            "trunks/", name="Provider", sources=["127.0.0.1"], probe_seconds=0, **where
        )
        await house.admin.post("routes/", name="All", prefixes=["+"], trunks=[trunk["id"]])
    await house.settled()
    return far


async def lead(house: House, **to: str) -> None:
    """The public number leads there (`flow`, or `extension`), for callers too."""
    rows = (await house.admin.get("public-numbers/"))["results"]
    known = next((row["id"] for row in rows if row["number"] == DID), None)
    if known is None:
        await house.admin.post("public-numbers/", number="+31 20 123 4567", **to)
    else:
        await house.admin.patch(f"public-numbers/{known}/", **{"flow": None, "extension": None, **to})
    await house.settled()


async def dial_in(house: House, far: Pjsua) -> None:
    """The provider brings a call for that number."""
    await far.call(f"sip:{DID}@127.0.0.1:{house.port}")
