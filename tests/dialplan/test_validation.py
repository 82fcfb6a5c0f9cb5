"""What is wrong with flows is found before a call finds it."""

from typing import Any

import pytest

from dialplan import Finding, Flow, default_flow, validate

from .builders import ANNOUNCEMENT, BYE, MENU, RING, VOICEMAIL, flow

OFFICE: dict[str, Any] = {
    "extensions": {"101", "102"},
    "groups": {"sales": ["101"], "nobody": []},
    "devices": {"d1"},
    "mailboxes": {"mb"},
    "sounds": {"welcome"},
    "queues": {"q"},
    "calendars": {"nl"},
    "prompts": {"busy", "closed"},
}


def findings(flows: dict[str, Flow], **office: Any) -> list[Finding]:
    return validate(flows, **OFFICE | office)


def found(start: str = "n", **nodes: object) -> list[tuple[str | None, str, str]]:
    return [(f.node, f.level, f.code) for f in findings({"f": flow(start, **nodes)})]


def then(node: dict[str, Any], **following: str) -> dict[str, Any]:
    return node | {"next": following}


@pytest.mark.parametrize("mailbox", [True, False])
def test_the_usual_flow_is_right(mailbox: bool) -> None:
    assert findings({"f": default_flow(25, mailbox)}) == []


def test_a_whole_office_is_right() -> None:
    nodes: dict[str, dict[str, Any]] = {
        "n": {
            "type": "hours",
            "hours": [{"days": ["mon"], "from": "09:00", "to": "17:00"}],
            "calendar": "nl",
            "next": {"open": "menu", "closed": "shut"},
        },
        "menu": MENU | {"next": {"1": "ring", "2": "q", "else": "ring", "9": "menu"}},
        "ring": then(RING | {"targets": [{"group": "sales"}, {"device": "d1"}]}, no_answer="mail"),
        "q": then({"type": "queue", "queue": "q"}, timeout="wait", **{"else": "mail"}),
        "wait": then(ANNOUNCEMENT, done="q"),
        "mail": VOICEMAIL | {"mailbox": "mb", "greeting": "welcome"},
        "shut": then(ANNOUNCEMENT, done="bye"),
        "bye": BYE | {"prompt": "busy"},
    }
    assert found(**nodes) == []


@pytest.mark.parametrize(
    ("node", "code"),
    [
        (RING | {"targets": [{"extension": "999"}]}, "unknown_extension"),
        (RING | {"targets": [{"group": "g"}]}, "unknown_group"),
        (RING | {"targets": [{"device": "d2"}]}, "unknown_device"),
        (VOICEMAIL | {"mailbox": "mb2"}, "unknown_mailbox"),
        (VOICEMAIL | {"greeting": "gone"}, "missing_prompt"),
        (then(ANNOUNCEMENT | {"sound": "gone"}, done="x"), "missing_prompt"),
        (MENU | {"sound": "gone", "next": {"1": "x", "else": "x"}}, "missing_prompt"),
        (then({"type": "queue", "queue": "q2"}, **{"else": "x"}), "unknown_queue"),
        (
            {"type": "hours", "hours": [{"days": ["mon"], "from": "09:00", "to": "17:00"}], "calendar": "be"}
            | {"next": {"else": "x"}},
            "unknown_calendar",
        ),
        ({"type": "flow", "flow": "g"}, "unknown_flow"),
        (BYE | {"prompt": "gone"}, "missing_prompt"),
        (then(RING, busy="y"), "unknown_node"),
        (RING | {"targets": []}, "empty_ring"),
        (MENU | {"next": {"12": "x", "else": "x"}}, "choice_too_long"),
    ],
)
def test_errors(node: dict[str, Any], code: str) -> None:
    catch = {"type": "menu", "sound": "welcome", "next": {"1": "n", "else": "x2"}}
    assert [f for f in found("c", c=catch, n=node, x=BYE, x2=BYE) if f[2] != "unreachable"] == [
        ("n", "error", code)
    ]


def test_a_start_that_is_not_there() -> None:
    assert found("m", n=BYE) == [(None, "error", "unknown_node")]


@pytest.mark.parametrize(
    ("node", "level", "outcomes"),
    [
        ({"type": "caller", "name": "x"}, "error", ["done"]),
        ({"type": "record", "recording": "on"}, "error", ["done"]),
        ({"type": "condition", "tests": [{"match": "internal"}]}, "error", ["match", "else"]),
        (
            {"type": "hours", "hours": [{"days": ["mon"], "from": "09:00", "to": "17:00"}]},
            "error",
            ["open", "closed"],
        ),
        (ANNOUNCEMENT, "warning", ["done"]),
        ({"type": "webhook", "url": "https://a.example"}, "warning", ["fallback"]),
        ({"type": "queue", "queue": "q"}, "warning", ["timeout", "full", "empty", "unavailable"]),
        (MENU | {"direct_dial": True}, "warning", ["timeout", "invalid"]),
    ],
)
def test_dead_ends(node: dict[str, Any], level: str, outcomes: list[str]) -> None:
    ends = findings({"f": flow("n", n=node)})
    assert [(f.level, f.code) for f in ends] == [(level, "dead_end")] * len(outcomes)
    assert [f"'{outcome}'" in f.text for outcome, f in zip(outcomes, ends, strict=True)] == [True] * len(ends)


def test_what_is_hardly_meant() -> None:
    assert found(n=RING, m=BYE) == [("m", "warning", "unreachable")]
    assert found(n=RING | {"targets": [{"group": "nobody"}]}) == [("n", "warning", "empty_group")]
    assert found(n=then(MENU, **{"else": "x"}), x=BYE) == [("n", "warning", "no_choices")]
    assert found(n={"type": "hours", "hours": [], "next": {"else": "x"}}, x=BYE) == [
        ("n", "warning", "never_open")
    ]
    assert found(n={"type": "condition", "tests": [], "next": {"else": "x"}}, x=BYE) == [
        ("n", "warning", "no_tests")
    ]


class TestLoops:
    LANGUAGE = then({"type": "language", "language": "nl"}, done="n")

    def test_without_a_pause(self) -> None:
        assert found(n=self.LANGUAGE) == [("n", "error", "endless_loop")]
        both = {"type": "condition", "tests": [{"match": "internal"}]}
        assert found(n=then(both, match="l", **{"else": "x"}), l=self.LANGUAGE, x=BYE) == [
            ("n", "error", "endless_loop")
        ]

    def test_without_a_way_out(self) -> None:
        assert found(n=then(ANNOUNCEMENT, done="m"), m=then(ANNOUNCEMENT, done="n")) == [
            ("n", "error", "no_way_out")
        ]
        assert found(n=then(MENU, **{"1": "n", "else": "n"})) == [("n", "error", "no_way_out")]

    def test_until_the_caller_hangs_up(self) -> None:
        assert found(n=then(RING, **{"else": "n"})) == [("n", "warning", "loop")]

    def test_a_menu_may_be_heard_again(self) -> None:
        assert found(n=then(MENU, **{"1": "x", "else": "a"}), a=then(ANNOUNCEMENT, done="n"), x=BYE) == []

    def test_from_flow_to_flow(self) -> None:
        flows = {here: flow("n", n={"type": "flow", "flow": there}) for here, there in ("fg", "gf")}
        (finding,) = findings(flows)
        assert (finding.flow, finding.node, finding.code) == ("f", "n", "endless_loop")
        assert finding.text == "The call goes round without a pause: 'n', 'n' of 'g'."

    def test_from_number_to_number(self) -> None:
        def forward(number: str) -> Flow:
            return flow("n", n={"type": "forward", "number": number})

        flows = {"f": forward("102"), "g": forward("101"), "h": forward("101")}
        numbers = {"101": "f", "102": "g", "103": "h"}
        assert [(f.flow, f.level, f.code) for f in findings(flows, numbers=numbers)] == [
            ("f", "warning", "forward_loop"),
            ("g", "warning", "forward_loop"),
        ]
        assert findings(flows) == []

    def test_large_ones(self) -> None:
        chain = {f"n{at}": then(ANNOUNCEMENT, done=f"n{(at + 1) % 200}") for at in range(200)}
        flows = {f"f{at}": flow("n0", **chain) for at in range(20)}
        assert [f.code for f in findings(flows)] == ["no_way_out"] * 20
        assert findings(flows)[0].text.endswith(" and 195 more.")


def test_the_order_is_that_of_the_flows() -> None:
    broken = flow("n", n=then(RING, busy="y", declined="z"), m=BYE | {"prompt": "gone"})
    places = [(f.flow, f.node) for f in findings({"b": broken, "a": broken})]
    assert places == [(name, node) for name in "ba" for node in ("n", "n", "m", "m")]
