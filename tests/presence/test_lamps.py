"""What lamps show: calls, slots, features, presence, messages."""

from xml.etree import ElementTree

import pytest

from pbx.control.messages import CallRecord
from pbx.ports import DialogId, Notify

from .world import World, binding, call, header, leg, states

DIALOG = "{urn:ietf:params:xml:ns:dialog-info}"
PIDF = "{urn:ietf:params:xml:ns:pidf}"
RPID = "{urn:ietf:params:xml:ns:pidf:rpid}"


def ended(record: CallRecord) -> CallRecord:
    legs = [leg(each.extension or "", "ended", each.role, each.id) for each in record.legs]
    return call(record.id, *legs, ended_at=1100.0)


def test_a_lamp_follows_a_call() -> None:
    world = World()
    world.watch("102", user="103")
    world.watch("101", user="103")
    caller = leg("101", "offered", "caller")
    started = world.happens(call("c1", caller, leg("102", "offered")))
    assert [states(each) for each in started] == [[("initiator", "early")]]  # 102 does not ring yet
    [ringing] = world.happens(call("c1", caller, leg("102", "ringing")))
    assert states(ringing) == [("recipient", "early")]
    talking = call("c1", leg("101", "answered", "caller"), leg("102", "answered"), answered_at=1002.0)
    assert sorted(states(each) for each in world.happens(talking)) == [
        [("initiator", "confirmed")],
        [("recipient", "confirmed")],
    ]
    assert world.happens(talking) == []  # nothing new
    over = world.happens(ended(talking))
    assert [states(each) for each in over] == [[("", "terminated")]] * 2
    gone = ElementTree.fromstring(over[0].body).findall(f"{DIALOG}dialog")
    assert gone[0].get("id") in ("c1-caller", "c1-callee")  # by the name that it had


def test_who_calls_and_the_dialog_to_take_over() -> None:
    world = World(dialogs={"l102": DialogId("abc@core", "ours", "theirs")})
    world.watch("102", user="103")
    [notify] = world.happens(
        call("c1", leg("101", "offered", "caller"), leg("102", "ringing"), caller_name='A & "B" <c>')
    )
    dialog = ElementTree.fromstring(notify.body).find(f"{DIALOG}dialog")
    assert dialog is not None
    assert dialog.attrib == {
        "id": "c1-callee",
        "call-id": "abc@core",
        "local-tag": "ours",
        "remote-tag": "theirs",
        "direction": "recipient",
    }
    identity = dialog.find(f"{DIALOG}remote/{DIALOG}identity")
    assert identity is not None
    assert (identity.get("display"), identity.text) == ('A & "B" <c>', "sip:101@office.test")
    [talking] = world.happens(call("c1", leg("101", "answered", "caller"), leg("102", "answered")))
    assert b"abc@core" not in talking.body  # nobody takes over a call that is answered


def test_an_anonymous_caller_stays_so() -> None:
    world = World()
    world.watch("102", user="103")
    [notify] = world.happens(call("c1", leg("102", "ringing"), caller_number="", caller_name=""))
    assert b"sip:anonymous@anonymous.invalid" in notify.body


def test_several_phones_of_an_extension_are_one_lamp() -> None:
    world = World()
    world.watch("102", user="103")
    [notify] = world.happens(call("c1", leg("102", "ringing", id="a"), leg("102", "ringing", id="b")))
    assert states(notify) == [("recipient", "early")]
    assert world.happens(call("c1", leg("102", "ringing", id="a"), leg("102", "ended", id="b"))) == []
    [notify] = world.happens(call("c2", leg("102", "answered", id="c"), caller_number="104"))
    assert states(notify) == [("recipient", "early"), ("recipient", "confirmed")]


def test_so_many_calls_that_no_document_grows_too_long() -> None:
    world = World()
    world.watch("102", user="103")
    for index in range(30):
        world.happens(call(f"c{index}", leg("102", "answered")))
    assert 8 <= len(states(world.sent[-1])) <= 16
    assert len(world.sent[-1].body) < 8000


def test_a_subscription_that_comes_during_a_call_sees_it() -> None:
    world = World()
    world.happens(call("c1", leg("102", "answered")))
    world.watch("102")
    assert states(world.sent[-1]) == [("recipient", "confirmed")]


def test_a_held_call_says_so() -> None:
    world = World()
    world.watch("102")
    [notify] = world.happens(call("c1", leg("102", "held")))
    assert states(notify) == [("recipient", "confirmed")]
    assert b'pname="+sip.rendering" pval="no"' in notify.body


def test_a_parking_slot() -> None:
    world = World()
    world.watch("701")
    world.watch("702")
    parked = call("c1", leg("101", "answered", "caller"), leg("102", "ended"), parked="701")
    [notify] = world.happens(parked)
    assert states(notify) == [("recipient", "confirmed")]
    assert b"sip:101@office.test" in notify.body
    [notify] = world.happens(call("c1", leg("101", "answered", "caller"), leg("103", "answered")))
    assert states(notify) == [("", "terminated")]


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("*21", {"forward_all": "103"}),
        ("*67", {"forward_busy": "voicemail"}),
        ("*61", {"forward_no_answer": "103"}),
        ("*78", {"do_not_disturb": True}),
        ("*501", {"status": "lunch"}),
    ],
)
def test_a_key_shows_whether_its_feature_is_on(key: str, change: dict[str, object]) -> None:
    world = World()
    world.watch(key, user="102")
    world.watch(key, user="103")
    [notify] = world.sets("102", **change)
    assert notify.remote.startswith("<sip:102@")  # each sees its own
    assert states(notify) == [("recipient", "confirmed")]
    [notify] = world.sets("102")
    assert states(notify) == [("", "terminated")]


def person(notify: Notify) -> tuple[str, list[str], str]:
    """Basic status, activities, note."""
    root = ElementTree.fromstring(notify.body)
    basic = root.find(f"{PIDF}tuple/{PIDF}status/{PIDF}basic")
    assert basic is not None
    activities = [each.tag.removeprefix(RPID) for each in root.iterfind(f".//{RPID}activities/*")]
    note = root.find(f"{PIDF}tuple/{PIDF}note")
    return basic.text or "", activities, (note.text or "") if note is not None else ""


def test_presence_shows_status_forward_calls_and_whether_a_phone_is_there() -> None:
    world = World()
    world.watch("102", "presence")
    assert person(world.sent[-1]) == ("closed", [], "")
    [notify] = world.registers(binding("102", 5070))
    assert person(notify) == ("open", [], "")
    world.passes(3)  # the phone itself is told of its messages
    [notify] = world.sets(status="lunch", note="back at one")
    assert person(notify) == ("open", ["away"], "Lunch - back at one")
    [notify] = world.sets(do_not_disturb=True)
    assert person(notify) == ("open", ["busy"], "Do not disturb")
    [notify] = world.sets(forward_all="voicemail")
    assert person(notify) == ("open", [], "Forwarded to voicemail")
    [notify] = world.happens(call("c1", leg("102", "answered")))
    assert person(notify) == ("open", ["on-the-phone"], "Forwarded to voicemail")
    [notify] = world.sets(status="home")
    assert person(notify) == ("closed", ["on-the-phone"], "Gone home")
    world.happens(ended(call("c1", leg("102", "answered"))))
    world.sets()
    removed = world.bindings.remove_device("office", "d102")
    world.now += 1
    [notify] = world.took(world.presence.unregistered(removed, world.now))
    assert person(notify) == ("closed", [], "")


def test_do_not_disturb_is_no_call() -> None:
    world = World()
    world.watch("102", "dialog")
    assert world.sets(do_not_disturb=True) == []


def test_messages_of_all_mailboxes_light_one_lamp() -> None:
    world = World()
    world.watch("102", "message-summary", user="102")
    world.watch("950", "message-summary", user="101")
    assert world.sent[0].body == (
        b"Messages-Waiting: no\r\nMessage-Account: sip:1233@office.test\r\nVoice-Message: 0/0 (0/0)\r\n"
    )
    [notify] = world.mail("m102", 2, 1)
    assert b"Messages-Waiting: yes\r\n" in notify.body
    assert b"Voice-Message: 2/1 (0/0)\r\n" in notify.body
    bodies = sorted(each.body.splitlines()[-1] for each in world.mail("sales", 1, 4))
    assert bodies == [b"Voice-Message: 1/4 (0/0)", b"Voice-Message: 3/5 (0/0)"]
    assert world.mail("sales", 1, 4) == []


def test_a_phone_that_never_subscribes_is_told_too() -> None:
    world = World()
    assert world.registers(binding("102", 5070), binding("103", 5071)) == []
    [notify] = world.passes(3)  # 103 has no mailbox
    assert (notify.to.source_port, header(notify, "Event")) == (5070, "message-summary")
    assert header(notify, "Subscription-State") == "terminated;reason=timeout"
    assert (notify.local, notify.remote) == ("<sip:102@office.test>", "<sip:102@office.test>")
    assert b"Voice-Message: 0/0" in notify.body
    [notify] = world.mail("m102", 1)
    assert b"Voice-Message: 1/0" in notify.body
    world.registers(binding("102", 5070))  # a refresh says nothing new
    assert world.passes(3) == []
    [notify] = world.registers(binding("102", 5099)) or world.passes(3)
    assert notify.to.source_port == 5099


def test_a_phone_that_subscribed_is_told_once() -> None:
    world = World()
    world.registers(binding("102", 5062))
    world.watch("102", "message-summary", user="102", source_port=5062)
    assert world.passes(3) == []
    assert len(world.mail("m102", 1)) == 1


def test_after_a_restart_all_phones_of_a_mailbox_are_told() -> None:
    world = World()
    world.registers(binding("102", 5070))
    world.passes(3)
    world.mail("m102", 3)
    found = world.restart() + world.passes(3)
    assert [each.body.splitlines()[-1] for each in found] == [b"Voice-Message: 3/0 (0/0)"]
