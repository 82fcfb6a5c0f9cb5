"""INVITE with Replaces (RFC 3891): which leg it names is settled at the door, what becomes of it by the
logic."""

import pytest

from pbx.ports import IncomingCall, LegEnded
from tests.sip.edge import Edge


def turned(value: str) -> str:
    """The same dialog as its other side writes it."""
    call_id, to_tag, from_tag = value.split(";")
    return f"{call_id};{from_tag.replace('from-', 'to-')};{to_tag.replace('to-', 'from-')}"


@pytest.mark.parametrize("way", [str, turned])
@pytest.mark.parametrize("answered", [True, False])
async def test_the_leg_that_an_invite_replaces(edge: Edge, answered: bool, way: type[str]) -> None:
    ringing = await edge.phone("102")
    leg, dialog, _ = await edge.call_to(ringing, answer=answered)
    phone = await edge.phone("103")
    call = await phone.invite("102", [("Replaces", way(dialog.replaces)), ("Require", "replaces")])
    incoming = await edge.event(IncomingCall)
    assert (incoming.replaces, incoming.number) == (leg, "102")
    # The leg itself is left alone: the logic decides.
    assert not any(isinstance(event, LegEnded) for event in edge.events)
    assert edge.admission.misses == 0
    await call.send("BYE")


async def test_a_dialog_id_for_lamps(edge: Edge) -> None:
    phone = await edge.phone("102")
    leg, dialog, _ = await edge.call_to(phone, answer=False)
    await edge.event(object)
    found = edge.stack.dialog(leg)
    assert found is not None
    assert (found.call_id, found.local_tag, found.remote_tag) == (
        dialog.call_id,
        dialog.their_tag,
        dialog.tag,
    )
    assert edge.stack.dialog("nobody") is None


async def test_early_only_does_not_take_an_answered_call(edge: Edge) -> None:
    talking = await edge.phone("102")
    leg, dialog, _ = await edge.call_to(talking)
    phone = await edge.phone("103")
    call = await phone.invite("102", [("Replaces", f"{dialog.replaces};early-only")])
    assert (await call.final()).code == 486
    ringing = await edge.phone("104")
    leg, dialog, _ = await edge.call_to(ringing, answer=False)
    await phone.invite("104", [("Replaces", f"{dialog.replaces};early-only")])
    assert (await edge.event(IncomingCall)).replaces == leg


async def test_another_organisations_dialog_and_none_look_alike(edge: Edge) -> None:
    theirs = await edge.phone("102", "b.test")
    _, dialog, _ = await edge.call_to(theirs, answer=False)
    phone = await edge.phone("103", "a.test")
    answers = []
    for value in (dialog.replaces, "nobody;to-tag=a;from-tag=b", dialog.replaces + "x"):
        answer = await (await phone.invite("102", [("Replaces", value)])).final()
        answers.append((answer.code, answer.phrase))
    assert set(answers) == {(481, "Call/Transaction Does Not Exist")}
    assert edge.admission.misses == 3
    assert not any(isinstance(event, IncomingCall | LegEnded) for event in edge.events)


@pytest.mark.parametrize(
    "values",
    [
        ["nonsense"],
        ["a;to-tag=b"],
        ["a" * 5000 + ";to-tag=b;from-tag=c"],
        ["a;to-tag=" + "b" * 5000 + ";from-tag=c"],
        ["a;to-tag=b;from-tag=c", "d;to-tag=e;from-tag=f"],
    ],
)
async def test_malformed_replaces(edge: Edge, values: list[str]) -> None:
    phone = await edge.phone("103")
    call = await phone.invite("102", [("Replaces", value) for value in values])
    assert (await call.final()).code == 400
    assert not any(isinstance(event, IncomingCall) for event in edge.events)


async def test_a_call_that_is_over_cannot_be_replaced(edge: Edge) -> None:
    other = await edge.phone("102")
    _, dialog, _ = await edge.call_to(other)
    assert (await dialog.ask("BYE")).code == 200
    await edge.event(LegEnded)
    phone = await edge.phone("103")
    call = await phone.invite("102", [("Replaces", dialog.replaces)])
    assert (await call.final()).code == 481
