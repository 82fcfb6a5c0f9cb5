"""The guard: slow, ban, double, forget; live flows stay free; bounded against floods of addresses."""

from collections.abc import Sequence

import pytest

from pbx.registrar.bindings import Bindings
from pbx.registrar.guard import Guard, GuardSettings
from tests.registrar.test_bindings import binding

HERE = "192.0.2.10"
PORT = 5062


class Office:
    """One phone is registered from HERE, port 1111."""

    def live(self, address: str, port: int) -> bool:
        return (address, port) == (HERE, 1111)

    def ports(self, address: str) -> Sequence[int]:
        return [1111] if address == HERE else []


def fail(guard: Guard, times: int, now: float = 0.0, address: str = HERE, *, proven: bool = True) -> None:
    for _ in range(times):
        guard.failed(address, now, proven=proven)


def admitted(guard: Guard, of: int = 100, now: float = 0.0, port: int = PORT) -> int:
    return sum(guard.admits(HERE, port, now) for _ in range(of))


def test_an_address_that_did_nothing_wrong_is_not_even_remembered() -> None:
    guard = Guard()
    assert admitted(guard) == 100
    guard.succeeded(HERE, 0.0)
    assert len(guard) == 0


def test_slowed_after_ten_failures_and_free_again_with_time() -> None:
    guard = Guard()
    fail(guard, 9)
    assert admitted(guard) == 100
    fail(guard, 1)
    assert admitted(guard) == 25
    assert admitted(guard, now=61.0) == 100, "one failure is forgotten each minute"
    assert guard.bans(0.0) == []


def test_banned_after_thirty_failures_for_five_minutes() -> None:
    guard = Guard()
    fail(guard, 30, now=100.0)
    assert admitted(guard, now=100.0) == 0
    (ban,) = guard.bans(101.0)
    assert (ban.address, ban.failures, ban.since, ban.until, ban.dropped) == (HERE, 30, 100.0, 400.0, 100)
    (change,) = guard.news()
    assert change.begins and change.ban.address == HERE and guard.news() == []
    assert guard.banned(HERE, 399.0) and not guard.banned(HERE, 400.0)
    assert admitted(guard, now=400.0) == 100
    guard.tick(399.0)
    assert guard.news() == []
    guard.tick(400.0)
    (change,) = guard.news()
    assert not change.begins and change.ban.dropped == 100
    assert guard.bans(400.0) == []


def test_each_ban_lasts_twice_as_long_up_to_a_day_and_this_is_forgotten_too() -> None:
    guard = Guard()
    now, lengths = 0.0, []
    for _ in range(11):
        fail(guard, 30, now=now)
        (ban,) = guard.bans(now)
        lengths.append(ban.until - now)
        now = ban.until
        guard.tick(now)
    assert lengths == [300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 76800, 86400, 86400]
    now += 86400 * 11
    fail(guard, 30, now=now)
    assert guard.bans(now)[0].until - now == 300


def test_one_wrong_password_a_minute_never_ends_in_a_ban() -> None:
    guard = Guard()
    for minute in range(1000):
        fail(guard, 1, now=minute * 60.0)
        assert guard.admits(HERE, PORT, minute * 60.0)


def test_registered_phones_of_a_banned_or_slowed_address_stay_in() -> None:
    guard = Guard(flows=Office())
    fail(guard, 15)
    assert admitted(guard, port=1111) == 100
    fail(guard, 15)
    assert admitted(guard, port=1111) == 100
    assert admitted(guard, port=2222) == 0
    assert guard.news()[0].ports == (1111,)


def test_failures_that_anybody_could_forge_slow_but_never_ban() -> None:
    guard = Guard()
    fail(guard, 1000, proven=False)
    assert guard.bans(0.0) == []
    assert admitted(guard) == 25
    fail(guard, 1, proven=True)
    assert len(guard.bans(0.0)) == 1


def test_unban_forgets_everything() -> None:
    guard = Guard()
    fail(guard, 30)
    guard.news()
    assert guard.unban(HERE)
    assert admitted(guard) == 100 and guard.bans(0.0) == []
    assert [change.begins for change in guard.news()] == [False]
    assert not guard.unban(HERE)
    fail(guard, 30, now=1.0)
    assert guard.bans(1.0)[0].until == 301.0, "not twice as long"
    fail(guard, 12, address="198.51.100.1")
    assert guard.unban("198.51.100.1") and guard.news()[-1].ban.address == HERE


def test_bans_outlive_a_restart_and_the_next_one_is_longer() -> None:
    before = Guard()
    fail(before, 30)
    fail(before, 30, now=300.0)
    fail(before, 30, now=300.0, address="198.51.100.1")
    after = Guard(flows=Office())
    after.restore(before.bans(700.0), 700.0)
    assert admitted(after, now=700.0) == 0
    assert [(change.begins, change.ban.until, change.ports) for change in after.news()] == [
        (True, 900.0, (1111,))
    ]
    after.tick(900.0)
    fail(after, 30, now=900.0)
    assert after.bans(900.0)[0].until == 900.0 + 1200.0


def test_answers_without_credentials_are_limited_and_a_long_flood_is_banned() -> None:
    guard = Guard(GuardSettings(rate=200, burst=400))
    assert sum(guard.spend(HERE, PORT, 0.0) for _ in range(500)) == 400
    assert sum(guard.spend(HERE, PORT, 1.0) for _ in range(300)) == 200
    assert guard.bans(1.0) == []
    for _ in range(600):
        guard.spend(HERE, PORT, 1.0)
    assert guard.banned(HERE, 1.0)


def test_five_thousand_phones_behind_one_address_register_freely() -> None:
    guard = Guard()
    for phone in range(5000):
        now = phone / 2000.0
        assert guard.admits(HERE, PORT + phone, now)
        assert guard.spend(HERE, PORT + phone, now)
        assert guard.admits(HERE, PORT + phone, now)
        guard.succeeded(HERE, now)
    assert guard.bans(3.0) == []


def test_a_registered_phone_may_ask_when_the_bucket_is_empty() -> None:
    guard = Guard(GuardSettings(burst=1), Office())
    assert guard.spend(HERE, 2222, 0.0)
    assert not guard.spend(HERE, 2222, 0.0)
    assert guard.spend(HERE, 1111, 0.0)


def test_success_gives_no_more_than_the_burst() -> None:
    guard = Guard(GuardSettings(burst=2))
    guard.spend(HERE, PORT, 0.0)
    for _ in range(10):
        guard.succeeded(HERE, 0.0)
    assert [guard.spend(HERE, PORT, 0.0) for _ in range(3)] == [True, True, False]


def test_phones_that_register_after_the_start_are_known() -> None:
    """A table that is still empty when the guard is made counts all the same."""
    bindings = Bindings()
    guard = Guard(flows=bindings)
    bindings.put(binding())  # from HERE, PORT
    fail(guard, 100)
    assert guard.banned(HERE, 0.0)
    assert guard.admits(HERE, PORT, 0.0)
    assert not guard.admits(HERE, PORT + 1, 0.0)


def test_malformed_messages_count_a_tenth_and_never_ban() -> None:
    guard = Guard()
    guard.malformed(HERE, 0, 0.0)
    guard.malformed(HERE, 99, 0.0)
    assert admitted(guard) == 100
    guard.malformed(HERE, 2, 0.0)
    assert admitted(guard) == 25
    guard.malformed(HERE, 10_000, 0.0)
    assert not guard.banned(HERE, 0.0)
    fail(guard, 1)
    assert guard.banned(HERE, 0.0), "what is proven counts on top"


def test_addresses_of_our_own_are_never_touched() -> None:
    guard = Guard(GuardSettings(never=frozenset({HERE}), burst=1))
    fail(guard, 100)
    guard.malformed(HERE, 10_000, 0.0)
    assert all(guard.spend(HERE, PORT, 0.0) for _ in range(100))
    assert admitted(guard) == 100


def test_a_flood_of_addresses_is_bounded_and_lifts_no_ban() -> None:
    guard = Guard(GuardSettings(max_addresses=100, max_bans=10))
    fail(guard, 30)
    for number in range(1000):
        guard.spend(f"10.0.{number // 250}.{number % 250}", PORT, 1.0)
    assert len(guard) == 100
    assert admitted(guard, now=1.0) == 0
    for number in range(50):
        fail(guard, 30, now=2.0, address=f"10.1.0.{number}")
    assert len(guard.bans(2.0)) == 10
    begun = [change.begins for change in guard.news()]
    assert begun.count(True) - begun.count(False) == 10, "whoever follows the news denies as many"


@pytest.mark.parametrize("back", [-50.0, -0.1])
def test_a_clock_that_goes_back_does_no_harm(back: float) -> None:
    guard = Guard()
    fail(guard, 12, now=100.0)
    assert admitted(guard, now=100.0 + back) == 25
