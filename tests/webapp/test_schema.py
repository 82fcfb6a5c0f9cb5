"""The OpenAPI description: complete, of version 3.1, and true when asked at random."""

import re
from typing import Any

import pytest
import schemathesis
import yaml
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

from config.asgi import application
from tests.webapp import signin_cases
from tests.webapp.conftest import World
from tests.webapp.running_core import RunningCore
from tests.webapp.test_outsiders import CASES, patterns
from webapp.people.actions import new_token

BROWSERS = re.compile("/api/v1/(auth/|policies/|push/|me/(password|second-factor|sessions))")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def described(client: Client) -> dict[str, Any]:
    answer = client.get(reverse("api-schema"))
    assert answer.status_code == 200
    return yaml.safe_load(answer.content)


def test_every_endpoint_is_described(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    operations = {(p, m) for p, methods in described["paths"].items() for m in methods}
    cases = sum(len({case.method for case in cases}) for name, cases in CASES.items() if name != "own-calls")
    assert len(operations) == cases + sum(map(len, signin_cases.OPEN.values()))
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), (method, path)
            # One's own sign-in and what its browser is told are matters of browsers; all else is open to
            # programs.
            wanted = "browser" if BROWSERS.match(path) else "token"
            assert {wanted: []} in operation["security"], (method, path)
    assert any(pattern.name == "api-docs" for pattern in patterns())


def test_the_page_shows_it_with_local_files_only(client: Client) -> None:
    page = client.get(reverse("api-docs")).content.decode()
    for part in page.split('src="')[1:] + page.split('href="')[1:]:
        address = part.split('"')[0]
        assert address.startswith("/"), address
        if "/static/" in address:
            assert client.get(address).status_code == 200, address


@pytest.mark.timeout(240)
@pytest.mark.parametrize("who", ["admin", "member"])
def test_random_requests_never_break_it(who: str, world: World, core: RunningCore) -> None:
    """Whatever fits the description, or nearly: an answer, never a failure of ours."""
    _token, text = new_token(world.people[who], "random")
    schema = schemathesis.openapi.from_asgi("/api/v1/schema/", application)
    headers = {"Authorization": f"Bearer {text}", "Host": "localhost"}

    for result in schema.exclude(path_regex="/tokens/|/schema/").get_all_operations():
        operation = result.ok()

        @settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @schemathesis_given(operation)
        def ask(case: Any) -> None:
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=[not_a_server_error])

        ask()


def schemathesis_given(operation: Any) -> Any:
    """Hypothesis' `given` with the cases of one operation."""
    return given(case=operation.as_strategy())
