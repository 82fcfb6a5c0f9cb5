"""The way through a flow: what each node asks for, where outcomes lead, and that nothing is ever lost."""

from datetime import datetime
from typing import Any, ClassVar

import pytest

from dialplan import Walk, default_flow
from dialplan.actions import (
    Action,
    Announce,
    Finished,
    Forward,
    HangUp,
    Menu,
    Queue,
    Ring,
    Target,
    Voicemail,
    Webhook,
)

from .builders import ANNOUNCEMENT, BYE, MENU, RING, VOICEMAIL, call, flow

OWN = Target("extension", "102")
SAFE_RING = Ring((OWN,), "all", 25.0)


def begun(nodes: dict[str, Any], start: str = "n", **facts: Any) -> tuple[Walk, Action]:
    walk = Walk({"f": flow(start, **nodes)}, "f", call(**facts))
    return walk, walk.begin(1000.0)


def test_the_usual_flow_rings_and_then_lets_the_mailbox_answer() -> None:
    walk = Walk({"": default_flow(20, True)}, "", call())
    assert walk.begin(1000.0) == Ring((OWN,), "all", 20.0)
    assert walk.resume("no_answer", 1020.0) == Voicemail(None)
    assert walk.resume("left", 1060.0) == HangUp(480)
    assert isinstance(walk.resume("left", 1061.0), Finished)
    assert [(t.flow, t.node, t.step, t.at, t.result) for t in walk.path] == [
        (None, "ring", "ring", 1000.0, "no_answer: extension 102 did not answer in time"),
        (None, "voicemail", "voicemail", 1020.0, "left: a message was left in the mailbox of extension 102"),
        (None, None, "end", 1060.0, "nothing follows: ends the call with 480"),
    ]
    assert walk.broken is None


def test_an_extension_that_rings_for_ever_rings_as_long_as_a_node_may() -> None:
    assert Walk({"": default_flow(86400, False)}, "", call()).begin(1000.0) == Ring((OWN,), "all", 600.0)


@pytest.mark.parametrize(
    ("outcome", "code", "prompt"),
    [
        ("busy", 486, "busy"),
        ("declined", 603, "declined"),
        ("no_answer", 480, "no_answer"),
        ("not_registered", 480, "not_registered"),
        ("failed", 500, "failed"),
        ("on fire", 500, "failed"),
    ],
)
def test_where_nothing_follows_the_last_outcome_ends_the_call(outcome: str, code: int, prompt: str) -> None:
    walk = Walk({"": default_flow(20, False)}, "", call())
    walk.begin(1000.0)
    assert walk.resume(outcome, 1001.0) == HangUp(code, prompt)


def test_a_call_that_cannot_leave_a_message_ends_as_the_ringing_before() -> None:
    walk = Walk({"": default_flow(20, True)}, "", call())
    walk.begin(1000.0)
    walk.resume("busy", 1001.0)
    assert walk.resume("unavailable", 1002.0, "the disk is full") == HangUp(486, "busy")
    assert "(the disk is full)" in walk.path[1].result


@pytest.mark.parametrize("outcome", ["answered", "redirected"])
@pytest.mark.parametrize("node", [RING | {"next": {"else": "n"}}, {"type": "forward", "number": "103"}])
def test_an_answer_ends_the_walk(node: dict[str, Any], outcome: str) -> None:
    walk, _ = begun({"n": node})
    assert isinstance(walk.resume(outcome, 1001.0), Finished)
    assert walk.path[-1].result.startswith(f"{outcome}: ")


def test_while_it_rings_the_path_says_so() -> None:
    walk, _ = begun({"n": RING})
    assert [t.result for t in walk.path] == ["rings extension 102 for 20 s"]


def test_self_is_rung_once_even_when_named_by_number_too() -> None:
    targets = [{"extension": "self"}, {"extension": "102"}, {"group": "self"}, {"device": "d"}]
    _, action = begun({"n": RING | {"targets": targets, "order": "linear"}})
    assert action == Ring((OWN, Target("group", "self"), Target("device", "d")), "linear", 20.0)


def test_without_a_person_self_is_nobody() -> None:
    nodes = {"n": RING | {"next": {"not_registered": "v"}}, "v": VOICEMAIL | {"next": {"unavailable": "b"}}}
    walk, action = begun(nodes | {"b": BYE}, extension=None)
    assert action == HangUp(403)
    assert [t.step for t in walk.path] == ["ring", "voicemail", "hangup"]


def test_settings_last_and_are_told() -> None:
    walk, action = begun(
        {
            "n": {"type": "caller", "prefix": "Sales: ", "next": {"done": "r"}},
            "r": {"type": "record", "recording": "on", "next": {"done": "l"}},
            "l": {"type": "language", "language": "en", "next": {"done": "x"}},
            "x": RING,
        }
    )
    assert isinstance(action, Ring)
    assert (walk.shown_name, walk.caller_name, walk.recording, walk.language) == (
        "Sales: Anna",
        None,
        "on",
        "en",
    )
    assert [t.step for t in walk.path] == ["caller", "record", "language", "ring"]


def test_a_name_set_replaces_the_callers() -> None:
    walk, _ = begun(
        {"n": {"type": "caller", "name": "Desk", "prefix": "> ", "next": {"done": "x"}}, "x": RING}
    )
    assert (walk.caller_name, walk.caller_prefix, walk.shown_name) == ("Desk", "> ", "> Desk")


def test_an_announcement_is_played_and_then_the_call_goes_on() -> None:
    node = ANNOUNCEMENT | {"answer": False, "repeat": 2, "next": {"done": "v"}}
    walk, action = begun({"n": node, "v": VOICEMAIL})
    assert action == Announce("closed", False, 2)
    assert walk.resume("done", 1010.0) == Voicemail(None)


def test_a_call_that_ends_after_an_announcement_hears_no_second_one() -> None:
    walk, _ = begun({"n": RING | {"next": {"busy": "a"}}, "a": ANNOUNCEMENT})
    walk.resume("busy", 1001.0)
    assert walk.resume("done", 1005.0) == HangUp(480)


def test_a_queue_is_left_by_its_outcome() -> None:
    walk, action = begun({"n": {"type": "queue", "queue": "q", "next": {"full": "v"}}, "v": VOICEMAIL})
    assert action == Queue("q")
    assert walk.resume("full", 1001.0) == Voicemail(None)
    walk, _ = begun({"n": {"type": "queue", "queue": "q"}})
    assert walk.resume("empty", 1001.0) == HangUp(480, "queue_unavailable")
    walk, _ = begun({"n": {"type": "queue", "queue": "q"}})
    assert isinstance(walk.resume("answered", 1001.0), Finished)


class TestMenu:
    NODES: ClassVar[dict[str, Any]] = {
        "n": MENU | {"direct_dial": True, "max_digits": 3, "next": {"1": "v", "12": "b", "else": "a"}},
        "v": VOICEMAIL,
        "b": BYE,
        "a": ANNOUNCEMENT,
    }

    def test_it_tells_its_choices(self) -> None:
        _, action = begun(self.NODES)
        assert action == Menu("welcome", 5.0, 3.0, ("1", "12"), 3, 3, True)

    @pytest.mark.parametrize(
        ("outcome", "expected"),
        [
            ("1", Voicemail(None)),
            ("12", HangUp(403)),
            ("9", Announce("closed", True)),
            ("else", Announce("closed", True)),
            ("timeout", Announce("closed", True)),
            ("invalid", Announce("closed", True)),
        ],
    )
    def test_a_key_leads_on(self, outcome: str, expected: Action) -> None:
        walk, _ = begun(self.NODES)
        assert walk.resume(outcome, 1001.0) == expected

    def test_a_number_may_be_dialled(self) -> None:
        walk, _ = begun(self.NODES)
        assert walk.resume("dialled", 1001.0, "103") == Forward("103", 25.0, inside=True)
        assert walk.hops == 1
        assert walk.resume("busy", 1002.0) == Announce("closed", True)
        assert [t.result for t in walk.path][:2] == ["dialled: 103", "busy: 103 is busy"]

    @pytest.mark.parametrize("digits", ["", "*21", "+3190", "1 2", "1" * 21, "x\n"])
    def test_what_is_no_number_is_invalid(self, digits: str) -> None:
        walk, _ = begun(self.NODES)
        assert walk.resume("dialled", 1001.0, digits) == Announce("closed", True)

    def test_nobody_dials_where_it_is_not_offered(self) -> None:
        walk, _ = begun({"n": MENU | {"next": {"1": "n"}}})
        assert walk.resume("dialled", 1001.0, "103") == HangUp(480, "goodbye")


class TestWebhook:
    NODE: ClassVar[dict[str, Any]] = {"type": "webhook", "url": "https://crm.example/secret"}

    def outcome(self, outcome: str, **following: str) -> tuple[Walk, Action]:
        walk, action = begun({"n": self.NODE | {"next": following}, "v": VOICEMAIL, "b": BYE})
        assert action == Webhook("https://crm.example/secret", 5.0)
        return walk, walk.resume(outcome, 1001.0)

    def test_its_answer_names_what_follows(self) -> None:
        walk, action = self.outcome("vip", vip="v", fallback="b")
        assert action == Voicemail(None)
        assert walk.path[0].result == "vip: crm.example answered so"

    @pytest.mark.parametrize("answer", ["fallback", "v", "else", "", "x" * 10000, "\x00"])
    def test_anything_else_falls_back(self, answer: str) -> None:
        walk, action = self.outcome(answer, vip="v", fallback="b")
        assert action == HangUp(403)
        assert all("secret" not in t.result and len(t.result) < 200 for t in walk.path)


class TestForward:
    def test_it_calls_the_number(self) -> None:
        walk, action = begun(
            {"n": {"type": "forward", "number": "+31612345678", "next": {"else": "b"}}, "b": BYE}
        )
        assert action == Forward("+31612345678", 25.0)
        assert walk.resume("no_answer", 1025.0) == HangUp(403)

    def test_a_call_is_not_forwarded_for_ever(self) -> None:
        walk, action = begun({"n": {"type": "forward", "number": "103", "next": {"else": "n"}}})
        for hop in range(1, 6):
            assert isinstance(action, Forward) and walk.hops == hop
            action = walk.resume("busy", 1000.0 + hop)
        assert action == SAFE_RING
        assert walk.broken is not None

    def test_what_was_forwarded_before_counts(self) -> None:
        node = {"type": "forward", "number": "103"}
        walk = Walk({"f": flow("n", n=node)}, "f", call(), hops=5)
        assert walk.begin(1000.0) == HangUp(500, "failed")


class TestBroken:
    """A broken flow rings the extension, then its mailbox, then ends: never silence."""

    def check(self, walk: Walk, action: Action, sentence: str) -> None:
        assert action == SAFE_RING
        assert walk.broken == sentence
        assert walk.path[-2].result == sentence
        assert walk.resume("no_answer", 1025.0) == Voicemail(None)
        assert walk.resume("unavailable", 1026.0) == HangUp(480, "no_answer")
        assert [(t.flow, t.node) for t in walk.path[-3:]] == [(None, None)] * 3

    def test_an_unknown_flow(self) -> None:
        walk = Walk({}, "f", call())
        self.check(walk, walk.begin(1000.0), "Flow 'f' cannot go on: There is no flow 'f'.")

    def test_an_unknown_flow_further_on(self) -> None:
        walk, action = begun({"n": {"type": "flow", "flow": "g"}})
        self.check(walk, action, "Flow 'f' cannot go on at node 'n': There is no flow 'g'.")

    def test_an_unknown_node(self) -> None:
        walk, _ = begun({"n": ANNOUNCEMENT | {"next": {"done": "x"}}})
        self.check(
            walk, walk.resume("done", 1001.0), "Flow 'f' cannot go on at node 'x': There is no node 'x'."
        )

    def test_an_unknown_start(self) -> None:
        walk, action = begun({"n": BYE}, start="x")
        self.check(walk, action, "Flow 'f' cannot go on at node 'x': There is no node 'x'.")

    def test_an_unknown_calendar(self) -> None:
        walk, action = begun({"n": {"type": "hours", "hours": [], "calendar": "c"}})
        self.check(walk, action, "Flow 'f' cannot go on at node 'n': There is no calendar 'c'.")

    def test_an_unknown_time_zone(self) -> None:
        walk, action = begun({"n": {"type": "hours", "hours": []}}, timezone="Mars/Olympus")
        text = "The time zone of the organisation is unknown"
        self.check(walk, action, f"Flow 'f' cannot go on at node 'n': {text}.")

    def test_round_and_round_without_a_pause(self) -> None:
        language = {"type": "language", "language": "nl", "next": {"done": "m"}}
        walk, action = begun({"n": language, "m": language | {"next": {"done": "n"}}})
        assert action == SAFE_RING and "100 nodes" in str(walk.broken)
        assert len(walk.path) == 102

    def test_from_flow_to_flow_without_a_pause(self) -> None:
        flows = {
            "f": flow("n", n={"type": "flow", "flow": "g"}),
            "g": flow("n", n={"type": "flow", "flow": "f"}),
        }
        walk = Walk(flows, "f", call())
        assert walk.begin(1000.0) == SAFE_RING

    def test_round_and_round_with_pauses(self) -> None:
        walk, action = begun({"n": ANNOUNCEMENT | {"next": {"done": "n"}}})
        count = 0
        while isinstance(action, Announce):
            count += 1
            action = walk.resume("done", 1000.0 + count)
        assert action == SAFE_RING and count == 500
        assert walk.broken is not None and "500 nodes" in walk.broken

    def test_an_error_of_ours(self) -> None:
        walk, action = begun({"n": {"type": "hours", "hours": []}}, now=datetime.max)
        assert action == SAFE_RING
        assert walk.broken == "Flow 'f' cannot go on at node 'n': OverflowError in its evaluation."

    def test_what_nobody_can_answer_still_ends_with_a_prompt(self) -> None:
        walk = Walk({}, "f", call(extension=None))
        assert walk.begin(1000.0) == HangUp(480, "no_answer")

    def test_even_the_safe_default_may_fail(self) -> None:
        walk = Walk({}, "f", call())
        walk.begin(1000.0)
        assert walk.resume("no_answer", float("nan")) == HangUp(480, "failed")


def test_a_walk_begins_once_and_before_it_goes_on() -> None:
    walk = Walk({"f": flow("n", n=RING)}, "f", call())
    with pytest.raises(ValueError, match="not begun"):
        walk.resume("busy", 1000.0)
    walk.begin(1000.0)
    with pytest.raises(ValueError, match="already"):
        walk.begin(1001.0)


def test_a_flow_is_left_for_good() -> None:
    flows = {
        "f": flow("n", n={"type": "flow", "flow": "g"}),
        "g": flow("first", first=RING | {"next": {"else": "n"}}, n=BYE),
    }
    walk = Walk(flows, "f", call())
    walk.begin(1000.0)
    assert walk.resume("busy", 1001.0) == HangUp(403)
    assert [(t.flow, t.node) for t in walk.path] == [("f", "n"), ("g", "first"), ("g", "n")]
