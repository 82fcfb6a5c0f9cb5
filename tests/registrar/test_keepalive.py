"""Keep-alive: an even spread, two misses, any answer counts, a REGISTER counts more."""

from collections import Counter
from dataclasses import replace

import pytest

from pbx.registrar.bindings import Bindings
from pbx.registrar.keepalive import KeepAlive

from .test_bindings import binding


def started(*contacts: str, interval: float = 60.0) -> tuple[Bindings, KeepAlive]:
    table = Bindings()
    alive = KeepAlive(table, interval=interval)
    for contact in contacts or ("sip:u1@h",):
        made = binding(contact, expires_at=1e9)
        table.put(made)
        alive.watch(made, 0.0)
    return table, alive


KEY = ("t1", "d1", "sip:u1@h")


def test_five_thousand_phones_are_asked_evenly() -> None:
    table = Bindings()
    alive = KeepAlive(table)
    for number in range(5000):
        made = binding(f"sip:{number}@10.0.0.1", f"d{number}", expires_at=1e9)
        table.put(made)
        alive.watch(made, 0.0)
    asked: Counter[int] = Counter()
    who: Counter[str] = Counter()
    for second in range(1, 181):
        for each in alive.due(float(second)):
            asked[second] += 1
            who[each.contact] += 1
            alive.answered(each.key, 200, second + 0.01)
    assert set(who.values()) == {3}
    assert max(asked.values()) < 140, "83 each second on average"
    assert min(asked[second] for second in range(1, 181)) > 40


def test_two_misses_in_a_row_are_death() -> None:
    table, alive = started()
    assert alive.due(60.0) == list(table.all())
    assert alive.due(60.0) == []
    assert alive.answered(KEY, 408, 92.0).removed is None
    assert len(alive.due(121.0)) == 1
    sign = alive.answered(KEY, 503, 121.1)
    assert sign.removed is not None and sign.removed.key == KEY and len(table) == 0 == len(alive)
    assert alive.due(1000.0) == [] and alive.next_due() is None


@pytest.mark.parametrize("code", [200, 404, 405, 486, 401, 481, 500, 603])
def test_any_other_answer_is_life_and_gives_the_round_trip_time(code: int) -> None:
    table, alive = started()
    alive.due(60.0)
    alive.answered(KEY, 408, 92.0)
    alive.due(121.0)
    sign = alive.answered(KEY, code, 121.0254)
    assert sign.changed is not None and sign.changed.rtt_ms == 25.4
    assert table.get(KEY) == sign.changed
    alive.due(181.0)
    assert alive.answered(KEY, 408, 213.0).removed is None, "misses in a row only"


def test_answers_nobody_waits_for_are_ignored() -> None:
    table, alive = started()
    assert alive.answered(KEY, 408, 1.0) == alive.answered(("x", "y", "z"), 200, 1.0)
    alive.due(60.0)
    alive.answered(KEY, 200, 60.1)
    before = table.get(KEY)
    assert alive.answered(KEY, 200, 99.0).changed is None and table.get(KEY) == before


def test_only_a_marked_change_of_the_round_trip_time_is_news() -> None:
    table, alive = started()
    known = []
    for turn, milliseconds in enumerate([20, 25, 29, 31, 200, 150, 99]):
        asked = 60.0 * (turn + 1)
        alive.due(asked)
        if alive.answered(KEY, 200, asked + milliseconds / 1000).changed is not None:
            known.append(milliseconds)
    assert known == [20, 31, 200, 99]
    binding_ = table.get(KEY)
    assert binding_ is not None and binding_.rtt_ms == 99.0


def test_a_register_meanwhile_counts_for_more_than_a_miss() -> None:
    table, alive = started()
    alive.due(60.0)
    alive.answered(KEY, 408, 92.0)
    alive.due(121.0)
    fresh = replace(binding(expires_at=1e9), registered_at=130.0)
    table.put(fresh)
    alive.watch(fresh, 130.0)
    assert alive.answered(KEY, 408, 153.0).removed is None
    alive.due(181.0)
    assert alive.answered(KEY, 408, 213.0).removed is None
    alive.due(241.0)
    assert alive.answered(KEY, 408, 273.0).removed is not None


def test_an_answer_over_the_old_way_says_nothing_of_the_new_one() -> None:
    table, alive = started()
    alive.due(60.0)
    moved = replace(binding(expires_at=1e9), source_port=9)
    table.put(moved)
    alive.watch(moved, 61.0)
    assert alive.answered(KEY, 408, 92.0).removed is None
    assert alive.answered(KEY, 200, 92.0).changed is None


def test_a_removed_or_expired_binding_is_not_asked_and_not_asked_twice_when_it_returns() -> None:
    table, alive = started()
    table.remove(KEY)
    assert alive.due(60.0) == [] and len(alive) == 0
    table.put(binding(expires_at=90.0))
    alive.watch(binding(), 60.0)
    assert len(alive.due(91.0)) == 0, "expired"
    table, alive = started()
    alive.due(60.0)
    alive.answered(KEY, 408, 61.0)
    alive.due(121.0)
    alive.answered(KEY, 408, 122.0)
    table.put(binding(expires_at=1e9))
    alive.watch(binding(), 122.0)
    asked = 0
    for second in range(123, 123 + 240):
        asked += len(alive.due(float(second)))
        alive.answered(KEY, 200, float(second))
    assert asked == 4


def test_a_result_that_never_comes_does_not_stop_the_asking() -> None:
    _, alive = started(interval=10.0)
    asked = [second for second in range(1, 200) if alive.due(float(second))]
    assert 2 <= len(asked) <= 3 and asked[1] - asked[0] > 64


def test_after_a_pause_nobody_is_asked_twice() -> None:
    _, alive = started()
    alive.due(60.0)
    alive.answered(KEY, 200, 60.1)
    assert len(alive.due(1000.0)) == 1
    alive.answered(KEY, 200, 1000.1)
    assert alive.due(1029.0) == [] and len(alive.due(1031.0)) == 1
    assert alive.next_due() is not None
    with pytest.raises(ValueError, match="interval"):
        KeepAlive(Bindings(), interval=0)
