"""Which trunks a call takes, in which order."""

from pbx.control.configuration import EmergencyConfig, RouteConfig
from pbx.outside.routing import Ways, emergency, normal

from .offices import office, trunk


def no(_trunk: str) -> bool:
    return False


def names(ways: Ways) -> list[str]:
    return [each.id for each in ways.trunks]


TRUNKS = [trunk("one"), trunk("two"), trunk("three"), trunk("off", enabled=False)]


def test_priority_comes_before_the_longest_prefix() -> None:
    routes = [
        RouteConfig(id="all", prefixes=["+"], trunks=["one"]),
        RouteConfig(id="nl", prefixes=["+31", "+32"], trunks=["two"]),
        RouteConfig(id="mobile", prefixes=["+316"], trunks=["three", "two"]),
        RouteConfig(id="last", prefixes=["+316"], trunks=["one"], priority=200),
    ]
    snapshot = office(trunks=TRUNKS, routes=routes)
    assert names(normal(snapshot, "+31612345678", down=no, full=no)) == ["three", "two", "one"]
    assert names(normal(snapshot, "+31201234567", down=no, full=no)) == ["two", "one"]
    assert names(normal(snapshot, "+4930123456", down=no, full=no)) == ["one"]
    first = [*routes, RouteConfig(id="first", prefixes=["+"], trunks=["one"], priority=1, seconds=3)]
    ways = normal(office(trunks=TRUNKS, routes=first), "+31612345678", down=no, full=no)
    assert names(ways) == ["one", "three", "two"]
    assert ways.seconds == 3


def test_what_is_down_is_tried_last_and_what_is_full_not_at_all() -> None:
    route = RouteConfig(id="r", prefixes=["+"], trunks=["one", "two", "three", "off", "unknown"])
    snapshot = office(trunks=TRUNKS, routes=[route])
    assert names(normal(snapshot, "+31", down=lambda t: t == "one", full=no)) == ["two", "three", "one"]
    assert names(normal(snapshot, "+31", down=no, full=lambda t: t == "one")) == ["two", "three"]
    ways = normal(snapshot, "+31", down=no, full=lambda _: True)
    assert not ways.trunks
    assert ways.full


def test_without_a_route_there_is_no_way() -> None:
    route = RouteConfig(id="r", prefixes=["+31"], trunks=["one"])
    ways = normal(office(routes=[route]), "+442071838750", down=no, full=no)
    assert not ways.trunks
    assert not ways.full


def test_an_emergency_tries_its_own_trunks_then_all_others() -> None:
    snapshot = office(trunks=TRUNKS, routes=[], emergency=EmergencyConfig(trunks=["three"]))
    ways = emergency(snapshot, down=no)
    assert names(ways) == ["three", "one", "two"]
    assert {486, 503, 603, 302} <= ways.failover
    assert names(emergency(snapshot, down=lambda t: t == "three")) == ["one", "two", "three"]
