"""Cases of test_outsiders for sign-in, and the things of Alpha that they ask for."""

from typing import Any

from tests.webapp.cases import Case
from tests.webapp.conftest import World
from webapp.organisations.owned_actions import save_owned
from webapp.signin.models import Acceptance, KnownSession, Policy, Provider, SignInRules
from webapp.signin.policies import publish

# Open to visitors, and the same for everyone: name -> its methods. tests/webapp/test_sign_in.py and its
# neighbours go through them.
OPEN = {
    "auth-state": {"get"},
    "auth-sign-in": {"post"},
    "auth-second-factor": {"post"},
    "auth-mail-code": {"post"},
    "auth-enrol": {"post"},
    "auth-enrol-confirm": {"post"},
    "auth-sign-out": {"post"},
    "auth-forgotten": {"post"},
    "auth-link": {"post"},
    "auth-redeem": {"post"},
    "auth-providers": {"get"},
    "auth-oidc": {"post"},
    "auth-oidc-callback": {"get"},
    "policies": {"get"},
}

USER, SESSION = {"pk": "$user"}, {"pk": "$user", "session": "$session"}
ORGANISATION, PROVIDER = {"pk": "$organisation"}, {"pk": "$provider"}
PASSWORD: dict[str, Any] = {"password": "Wrong-password-1"}

CASES: dict[str, list[Case]] = {
    "me": [Case("get", 200, 200, 200), Case("patch", 200, 200, 200, body={"language": "nl"})],
    "me-password": [
        Case("post", 400, 400, 400, body={"current": "Wrong-password-1", "password": "New-password-1"})
    ],
    "me-second-factor": [Case("get", 200, 200, 200)],
    "me-totp": [Case("post", 400, 400, 400, body=PASSWORD)],
    "me-totp-confirm": [Case("post", 400, 400, 400, body={"code": "000000"})],
    "me-totp-remove": [Case("post", 400, 400, 400, body=PASSWORD)],
    "me-recovery-codes": [Case("post", 400, 400, 400, body=PASSWORD)],
    "me-mail-factor": [Case("post", 400, 400, 400, body={"on": "true", **PASSWORD})],
    "me-sessions": [Case("get", 200, 200, 200)],
    "me-sessions-end-others": [Case("post", 200, 200, 200)],
    "me-session": [Case("delete", 404, 404, 404, {"pk": "$session"})],
    "policies-accept": [Case("post", 400, 400, 400, body={})],
    "user-invite": [Case("post", 403, 400, 404, USER)],
    "user-sessions": [Case("get", 403, 200, 404, USER), Case("delete", 403, 200, 404, USER)],
    "user-session": [Case("delete", 403, 204, 404, SESSION)],
    "user-reset-second-factor": [Case("post", 403, 204, 404, USER)],
    "sign-in-rules": [
        Case("get", 403, 200, 404, ORGANISATION),
        Case("patch", 403, 200, 404, ORGANISATION, {"second_factor": False}),
    ],
    "identity-provider-list": [
        Case("get", 403, 200, 200),
        Case(
            "post",
            403,
            201,
            400,
            body={
                "name": "New",
                "issuer": "https://accounts.google.com",
                "client_id": "new",
                "organisation": "$organisation",
            },
        ),
    ],
    "identity-provider-detail": [
        Case("get", 403, 200, 404, PROVIDER),
        Case("patch", 403, 200, 404, PROVIDER, {"name": "Changed"}),
        Case("delete", 403, 204, 404, PROVIDER),
    ],
}


def things(world: World) -> dict[str, str]:
    """The agent's session; single sign-on of Alpha."""
    world.client("agent")
    session = KnownSession.objects.get(user=world.people["agent"])
    provider = save_owned(
        Provider(
            organisation=world.alpha,
            name="Alpha's account",
            issuer="https://login.alpha.test",
            client_id="alpha",
        )
    )
    return {"$session": str(session.pk), "$provider": str(provider.pk)}


def admin_rows(world: World, things: dict[str, str]) -> dict[str, Any]:
    """Models of the admin, and a row of Alpha (of the operator: policies) of each."""
    policy = publish(
        Policy(kind="terms", title_en="Alpha's", title_nl="Alpha", text_en="alpha", text_nl="alpha")
    )
    for person in world.people.values():
        Acceptance.objects.create(user=person, policy=policy)
    accepted = Acceptance.objects.get(user=world.people["agent"])
    return {
        "signin.provider": things["$provider"],
        "signin.signinrules": save_owned(SignInRules(organisation=world.alpha)).pk,
        "signin.policy": policy.pk,
        "signin.acceptance": accepted.pk,
    }
