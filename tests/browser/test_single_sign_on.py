"""Single sign-on in Chromium, with a real OpenID provider on this machine."""

import secrets
from collections.abc import AsyncIterator

import httpx
import oidc_provider_mock
import pytest
from playwright.async_api import Page, expect

from tests.browser.looks import blameless
from tests.browser.visitors import Visitors, accept, inside
from tests.operations.house import House

DOMAIN = "company.test"


@pytest.fixture
async def issuer(house: House) -> AsyncIterator[str]:
    """A provider with which people of that domain sign in."""
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
        issuer = f"http://localhost:{server.server_port}"
        provider = await house.admin.post(
            "identity-providers/",
            name="Company account",
            kind="entra",
            issuer=issuer,
            client_id="centrale",
            client_secret="between-us-two",
            domains=[DOMAIN],
        )
        yield issuer
        await house.admin.wants(204, "DELETE", f"identity-providers/{provider['id']}/")


async def account(issuer: str, email: str) -> str:
    """Somebody's account at the provider: its subject."""
    subject = secrets.token_hex(4)
    async with httpx.AsyncClient() as client:
        made = await client.put(f"{issuer}/users/{subject}", json={"email": email, "email_verified": True})
    assert made.status_code == 204
    return subject


async def leave(page: Page, email: str) -> None:
    """To the provider, by the button that comes with the address."""
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_role("button", name="Sign in with Company account").click()
    await expect(page.locator("input[name=sub]")).to_be_visible()


async def prove(page: Page, subject: str) -> None:
    """Sign in at the provider, which sends the browser back."""
    await page.locator("input[name=sub]").fill(subject)
    await page.keyboard.press("Enter")


async def test_in_with_the_account_of_the_company(visitors: Visitors, issuer: str) -> None:
    who = await visitors.newcomer(domain=DOMAIN, password="")
    subject = await account(issuer, who.email)
    page = await visitors.page(width=390)
    await page.goto("/app/contacts")
    await page.get_by_label("E-mail address").fill(who.email)
    await expect(page.get_by_role("button", name="Sign in with Company account")).to_be_visible()
    await blameless(page)
    await leave(page, who.email)
    await prove(page, subject)
    await accept(page)
    await inside(page)
    assert page.url.endswith("/app/contacts")
    # Who has no password is not asked for one.
    await page.goto("/app/settings/security")
    await expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    await blameless(page)
    await page.goto("/app/settings/sessions")
    await expect(page.get_by_text("This browser")).to_be_visible()
    # The next time there is nothing to accept.
    other = await visitors.page(scheme="dark")
    await other.goto("/app/sign-in")
    await leave(other, who.email)
    await prove(other, subject)
    await inside(other)


async def test_who_is_not_known_here_is_told(visitors: Visitors, issuer: str) -> None:
    page = await visitors.page()
    await page.goto("/app/sign-in")
    await leave(page, f"somebody@{DOMAIN}")
    await prove(page, await account(issuer, f"stranger@{DOMAIN}"))
    await expect(page.get_by_role("alert")).to_contain_text("Nobody here has the address")
    await blameless(page)
    await expect(page.get_by_label("E-mail address")).to_be_visible()
