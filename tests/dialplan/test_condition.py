"""Conditions on who calls and what was dialled."""

from typing import Any

import pytest

from .builders import walk_of


def decided(*tests: dict[str, Any], **facts: Any) -> str:
    walk, _ = walk_of(
        {"type": "condition", "tests": list(tests), "next": {"match": "match", "else": "else"}}, **facts
    )
    return walk.path[0].result


@pytest.mark.parametrize(
    ("test", "facts", "fits"),
    [
        ({"match": "number", "value": "+31 (20) 123-4567"}, {}, True),
        ({"match": "number", "value": "+3120123456"}, {}, False),
        ({"match": "prefix", "value": "+3120"}, {}, True),
        ({"match": "prefix", "value": "+3110"}, {}, False),
        ({"match": "prefix", "value": "+3120"}, {"caller": ""}, False),
        ({"match": "list", "value": ["101", "+31201234567"]}, {}, True),
        ({"match": "list", "value": ["101"]}, {}, False),
        ({"match": "name", "value": "ann"}, {}, True),
        ({"match": "name", "value": "Bob"}, {}, False),
        ({"match": "anonymous"}, {"caller": ""}, True),
        ({"match": "anonymous"}, {}, False),
        ({"match": "internal"}, {"internal": True}, True),
        ({"match": "internal"}, {}, False),
        ({"match": "external"}, {}, True),
        ({"match": "external"}, {"internal": True}, False),
        ({"match": "dialled", "value": "102"}, {}, True),
        ({"match": "dialled", "value": "103"}, {}, False),
    ],
)
def test_each_kind(test: dict[str, Any], facts: dict[str, Any], fits: bool) -> None:
    assert decided(test, **facts).startswith("match: " if fits else "else: ")


def test_one_that_fits_is_enough_and_is_told() -> None:
    text = decided({"match": "anonymous"}, {"match": "prefix", "value": "+3120"})
    assert text == "match: the caller's number begins with +3120"


def test_what_does_not_fit_is_told() -> None:
    assert decided(caller="") == "else: nothing fits an anonymous caller who dialled 102"
