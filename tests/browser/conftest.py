"""One running product and one Chromium for all tests of screens; a person for each test."""

import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from tests.browser.person import Person
from tests.browser.visitors import Visitors
from tests.operations.house import House, Phones, opened
from tests.phones.browser import CHROMIUM, FLAGS
from tests.running import ROOT

SignIn = Callable[..., Awaitable[Person]]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A screen has to be as quick as people expect, so Chromium gets the machine to itself; the whole product
    and the first browser start within the time of one test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.alone)
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The whole product with its demo organisation, and the screens as their sources are now."""
    subprocess.run([sys.executable, "-m", "config.setup.client", "build"], cwd=ROOT, check=True)
    # Push services and the provider of single sign-on are on this machine.
    local = {"CENTRALE_PUSH_HOSTS": "127.0.0.1", "CENTRALE_PRIVATE_HOOKS": "yes"}
    with opened(tmp_path_factory.mktemp("browser-house"), **local) as found:
        yield found


@pytest.fixture
async def phones(house: House) -> AsyncIterator[Phones]:
    """Desk phones in that house, until the end of the test."""
    found = Phones(house)
    yield found
    await found.close()


@pytest.fixture
async def sign_in(house: House) -> AsyncIterator[SignIn]:
    """await sign_in("user", path="/phone", width=390, scheme="dark", language="nl"): a browser of its own,
    signed in."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        people: list[Person] = []

        async def begin(role: str = "user", path: str = "/phone", **looks: object) -> Person:
            person = await Person.signed_in(house, browser, role, **looks)
            people.append(person)
            await person.open(path)
            return person

        yield begin
        problems = [problem for person in people for problem in person.problems]
        await browser.close()
        assert problems == []


@pytest.fixture
async def visitors(house: House) -> AsyncIterator[Visitors]:
    """Browsers of people who are not signed in."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        found = Visitors(house, browser)
        yield found
        await browser.close()
        assert found.problems == []
