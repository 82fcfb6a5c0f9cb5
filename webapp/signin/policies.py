"""Versioned texts that people accept: what is current, who has still to accept what, acceptance.

What is not held back until then stands in `OPEN`: the phone itself, so that nobody who must call the
emergency number reads terms first. Desk phones and API tokens know nothing of policies.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import structlog
from django.core.cache import cache
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest

from webapp.common.middleware import client_address
from webapp.people.models import User
from webapp.signin.models import Acceptance, Policy
from webapp.signin.problems import Problem

log = structlog.get_logger(__name__)

CACHE_KEY, CACHE_SECONDS = "signin.policies", 15
ACCEPTED = "signin.accepted"  # in the session: the current policies, once all are accepted
TEXTS = Path(__file__).parent / "texts"

# Below /api/v1/: who am I, signing in and out, these texts, the phone and commands on calls, descriptions.
OPEN = re.compile(r"/api/v1/(me|auth|policies|phone|calls|live|schema|docs)(/|$)")


def current() -> list[Policy]:
    """The latest version of each kind."""
    latest = Policy.objects.values("kind").annotate(version=Max("version"))
    wanted = {(row["kind"], row["version"]) for row in latest}
    return [policy for policy in Policy.objects.order_by("kind") if (policy.kind, policy.version) in wanted]


def _current_keys() -> list[str]:
    keys: list[str] | None = cache.get(CACHE_KEY)
    if keys is None:
        keys = sorted(str(policy.pk) for policy in current())
        cache.set(CACHE_KEY, keys, CACHE_SECONDS)
    return keys


def pending(user: Any) -> list[Policy]:
    """What `user` has not accepted of what is current."""
    accepted = set(Acceptance.objects.filter(user=user.pk).values_list("policy_id", flat=True))
    return [policy for policy in current() if policy.pk not in accepted]


def held_back(request: HttpRequest) -> bool:
    """Whether this request of a signed-in person waits for acceptance. Cheap: the session remembers."""
    if OPEN.match(request.path):
        return False
    keys = _current_keys()
    if not keys or request.session.get(ACCEPTED) == keys:
        return False
    if pending(request.user):
        return True
    request.session[ACCEPTED] = keys
    return False


@transaction.atomic
def accept(request: HttpRequest, user: User, versions: dict[str, int]) -> None:
    """Writes that `user` accepts these versions (kind -> version). Raises Problem when one is not current."""
    known = {policy.kind: policy for policy in current()}
    for kind, version in versions.items():
        policy = known.get(kind)
        if policy is None or policy.version != version:
            raise Problem("version", 409)
        Acceptance.objects.get_or_create(
            user=user, policy=policy, defaults={"address": client_address(request)}
        )
        log.info("policy.accepted", person=str(user.pk), policy=kind, version=version)


def publish(policy: Policy) -> Policy:
    """The next version of its kind; everyone is asked again. Raises ValidationError."""
    with transaction.atomic():
        last = Policy.objects.filter(kind=policy.kind).aggregate(last=Max("version"))["last"] or 0
        policy.version = last + 1
        policy.full_clean()
        policy.save(force_insert=True)
    cache.delete(CACHE_KEY)
    log.info("policy.published", policy=policy.kind, version=policy.version)
    return policy


def publish_first() -> int:
    """The texts that come with the product, for each kind of which there is none; gives how many."""
    count = 0
    for kind in Policy.Kind.values:
        if not Policy.objects.filter(kind=kind).exists():
            texts = tomllib.loads((TEXTS / f"{kind}.toml").read_text())
            publish(Policy(kind=kind, **texts))
            count += 1
    return count
