"""What stands in INVITEs of ours, and what is read from those of providers."""

from collections.abc import Sequence

import pytest

from pbx.control.configuration import TrunkConfig
from pbx.ports import HangUp, IncomingCall, Invite, LegEnded, LegProgress, Line
from tests.phones.raw import Header
from tests.sip.edge import Dialog, Edge, Phone

INSIDE = '"Desk 101" <sip:101@a.test>'


def trunk(phone: Phone, **fields: object) -> TrunkConfig:
    """A trunk by address to this raw client."""
    usual = {"id": "line1", "name": "Line", "host": "127.0.0.1", "port": phone.raw.local_port}
    return TrunkConfig(**(usual | {"probe_seconds": 0, "domain": "provider.test"} | fields))  # type: ignore[arg-type]


async def test_the_caller_is_shown(edge: Edge) -> None:
    phone = await edge.phone("102")
    _, _, request = await edge.call_to(phone)
    assert (request.headers.get("From") or "").startswith(INSIDE + ";tag=")
    assert request.headers.get("P-Asserted-Identity") == INSIDE
    for absent in ("Privacy", "Diversion", "Alert-Info", "Call-Info", "Answer-Mode"):
        assert request.headers.get(absent) is None


async def test_an_anonymous_caller_is_nowhere_in_the_invite(edge: Edge) -> None:
    phone = await edge.phone("102")
    _, _, request = await edge.call_to(phone, anonymous=True)
    assert (request.headers.get("From") or "").startswith('"Anonymous" <sip:anonymous@anonymous.invalid>')
    assert request.headers.get("Privacy") == "id"
    assert request.headers.get("P-Asserted-Identity") is None
    text = next(text for text in phone.raw.history if "<<< INVITE" in text)
    assert "Desk 101" not in text
    assert "sip:101@" not in text


async def test_phones_are_asked_to_pick_up_by_themselves(edge: Edge) -> None:
    phone = await edge.phone("102")
    _, _, request = await edge.call_to(phone, auto_answer=True)
    assert "info=alert-autoanswer" in (request.headers.get("Alert-Info") or "")
    assert request.headers.get("Call-Info") == "<sip:a.test>;answer-after=0"
    assert request.headers.get("Answer-Mode") == "Auto"


async def test_who_sent_a_call_on(edge: Edge) -> None:
    phone = await edge.phone("102")
    _, _, request = await edge.call_to(phone, diverted_by="105")
    assert request.headers.get("Diversion") == "<sip:105@a.test>;reason=unknown"


async def test_over_a_trunk(edge: Edge) -> None:
    provider = await edge.phone("provider")
    await edge.trunks("a.test", trunk(provider))
    request = await out(edge, provider, Line(tenant="a.test", trunk="line1", number="+31201234567"))
    assert str(request.uri) == "sip:+31201234567@provider.test"
    assert request.to_address.uri.user == "+31201234567"
    assert (request.headers.get("From") or "").startswith('"Acme" <sip:+31850000001@provider.test>')
    assert request.headers.get("P-Asserted-Identity") == '"Acme" <sip:+31850000001@provider.test>'


async def test_over_a_trunk_anonymously(edge: Edge) -> None:
    """The provider learns who calls, for it must (RFC 3325 section 7); who is called does not."""
    provider = await edge.phone("provider")
    await edge.trunks("a.test", trunk(provider))
    line = Line(tenant="a.test", trunk="line1", number="+31201234567", shown="+31850000009")
    request = await out(edge, provider, line, anonymous=True, diverted_by="+31850000002")
    assert (request.headers.get("From") or "").startswith('"Anonymous" <sip:anonymous@anonymous.invalid>')
    assert request.headers.get("Privacy") == "id"
    assert request.headers.get("P-Asserted-Identity") == '"Acme" <sip:+31850000009@provider.test>'
    assert request.headers.get("Diversion") == "<sip:+31850000002@provider.test>;reason=unknown"


async def test_a_trunk_that_is_not_there(edge: Edge) -> None:
    leg = edge.new_leg()
    line = Line(tenant="a.test", trunk="none", number="+31201234567")
    edge.stack.submit(Invite(leg=leg, to=line, domain="a.test", called="0", number="101", name=""))
    assert (await edge.event(LegEnded)).code == 503


async def test_a_provider_that_is_at_it(edge: Edge) -> None:
    """Its 100 is told, once; a phone's is not."""
    provider = await edge.phone("provider")
    await edge.trunks("a.test", trunk(provider))
    line = Line(tenant="a.test", trunk="line1", number="+31201234567")
    leg = edge.new_leg()
    edge.stack.submit(Invite(leg=leg, to=line, domain="a.test", called="0", number="101", name=""))
    request = await provider.raw.wait_request("INVITE")
    dialog = Dialog.called(provider, request)
    for code in (100, 100, 180):
        await dialog.reply(request, code)
    seen = [await edge.event(LegProgress) for _ in range(2)]
    assert [(event.leg, event.code) for event in seen] == [(leg, 100), (leg, 180)]
    await dialog.reply(request, 486)
    await edge.event(LegEnded)
    assert not any(isinstance(event, LegProgress) for event in edge.events)


async def test_a_proxy_that_names_itself_by_a_host_name(edge: Edge) -> None:
    """Nothing is looked up: what comes after goes to where the INVITE came from."""
    phone = await edge.phone("101")
    leg, dialog = await edge.call_from(phone, headers=[("Record-Route", "<sip:proxy.invalid;lr;x=1>")])
    edge.stack.submit(HangUp(leg=leg, code=200))
    bye = await phone.raw.wait_request("BYE")
    assert bye.headers.get("Route") == f"<sip:127.0.0.1:{phone.raw.local_port};lr;x=1>"
    await dialog.reply(bye, 200)


async def out(edge: Edge, provider: Phone, line: Line, **fields: object) -> object:
    """Call over a trunk; the INVITE that the provider gets."""
    usual = {"domain": "a.test", "called": line.number, "number": "+31850000001", "name": "Acme"}
    edge.stack.submit(Invite(leg=edge.new_leg(), to=line, **(usual | fields)))  # type: ignore[arg-type]
    request = await provider.raw.wait_request("INVITE")
    dialog = Dialog.called(provider, request)
    await dialog.reply(request, 486)
    await provider.raw.wait_request("ACK")
    return request


ASSERTED = ("P-Asserted-Identity", '"Jansen, J." <sip:+31611111111@provider.test>, <tel:+31611111111>')


@pytest.mark.parametrize(
    ("sender", "headers", "shown"),
    [
        ("sip:+31622222222@provider.test", [], ("+31622222222", "", False)),
        ("sip:+31622222222;npdi@provider.test", [], ("+31622222222", "", False)),
        ("sip:+31622222222@provider.test", [ASSERTED], ("+31611111111", "Jansen, J.", False)),
        (
            "sip:+31622222222@provider.test",
            [("P-Asserted-Identity", "<tel:+31611111111>")],
            ("+31611111111", "", False),
        ),
        ("sip:+31622222222@provider.test", [ASSERTED, ("Privacy", "id;critical")], ("", "", True)),
        ("sip:anonymous@anonymous.invalid", [ASSERTED], ("", "", True)),
        ("sip:+31622222222@provider.test", [("Privacy", "none")], ("+31622222222", "", False)),
        ("sip:+31622222222@provider.test", [("P-Asserted-Identity", "rubbish")], ("+31622222222", "", False)),
    ],
)
async def test_who_calls_over_a_trunk(
    edge: Edge, sender: str, headers: Sequence[Header], shown: tuple[str, str, bool]
) -> None:
    incoming = await from_trunk(edge, headers, sender=sender)
    assert (incoming.from_number, incoming.from_name, incoming.private) == shown
    assert incoming.caller.trunk == "line1"


@pytest.mark.parametrize(
    ("number_in", "number"), [("uri", "200"), ("to", "+31850000300"), ("p-called-party-id", "+31850000400")]
)
async def test_which_number_is_called_over_a_trunk(edge: Edge, number_in: str, number: str) -> None:
    called = ("P-Called-Party-ID", "<sip:+31850000400@provider.test>")
    incoming = await from_trunk(edge, [called], number_in=number_in)
    assert incoming.number == number


async def test_where_no_number_stands_the_uri_counts(edge: Edge) -> None:
    assert (await from_trunk(edge, [], number_in="p-called-party-id")).number == "200"


async def test_what_phones_say_of_themselves_is_not_believed(edge: Edge) -> None:
    phone = await edge.phone("101")
    await phone.invite("102", [ASSERTED, ("Privacy", "id")])
    incoming = await edge.event(IncomingCall)
    assert (incoming.from_number, incoming.from_name, incoming.private) == ("", "", False)


async def test_a_call_of_a_trunk_that_is_gone(edge: Edge) -> None:
    provider = await edge.phone("provider")
    edge.admission.trunk = "none"
    assert (await (await provider.invite("200")).final()).code == 503


async def from_trunk(
    edge: Edge, headers: Sequence[Header], sender: str = "sip:+31622222222@provider.test", **fields: object
) -> IncomingCall:
    """A call that came over a trunk; the domain of From stands for its organisation in these tests."""
    provider = await edge.phone("provider")
    tenant = sender.rpartition("@")[2]
    await edge.trunks(tenant, trunk(provider, **fields))
    edge.admission.trunk = "line1"
    await provider.invite("200", headers, sender=sender, to="sip:+31850000300@provider.test")
    return await edge.event(IncomingCall)
