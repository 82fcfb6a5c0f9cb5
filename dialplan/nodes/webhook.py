"""webhook: a program of the organisation's says what comes next."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from dialplan import actions
from dialplan.nodes.base import ELSE, Node, Pass, Step, Wait
from dialplan.reading import Fields, plain
from dialplan.scene import Scene

MAX_URL = 500
FALLBACK = "fallback"

_KEY = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook(Node):
    """Ask `url`, for `timeout` seconds at most. It answers {"next": key} with a key of `next`; anything else
    is 'fallback'."""

    type: ClassVar[str] = "webhook"
    outcomes: ClassVar[tuple[str, ...]] = (FALLBACK,)
    waits: ClassVar[bool] = True
    leaves: ClassVar[tuple[str, ...]] = outcomes

    url: str
    timeout: float

    @classmethod
    def accepts(cls, outcome: str) -> bool:
        return _KEY.fullmatch(outcome) is not None

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        url = fields.text("url", MAX_URL)
        if not _is_url(url):
            problem = "An address that begins with https:// or http:// and holds no user name is expected."
            raise fields.error("url", problem)
        return cls(next=following, url=url, timeout=fields.seconds("timeout", 1, 10, 5))

    def own_fields(self) -> dict[str, Any]:
        return {"url": self.url, "timeout": plain(self.timeout)}

    def enter(self, scene: Scene) -> Step:
        return Wait(actions.Webhook(self.url, self.timeout), f"asks {self._host}")

    def settle(self, outcome: str, detail: str, scene: Scene) -> Step:
        more = f" ({detail})" if detail else ""
        if outcome in self.next and outcome not in (FALLBACK, ELSE):
            return Pass(outcome, f"{self._host} answered so{more}")
        if outcome == FALLBACK:
            return Pass(FALLBACK, f"{self._host} gave no answer{more}")
        return Pass(FALLBACK, f"{self._host} named an outcome that this node does not have{more}")

    def possible(self) -> tuple[str, ...]:
        return (FALLBACK, *(key for key in self.next if key not in (FALLBACK, ELSE)))

    @property
    def _host(self) -> str:
        """What the path may show: the rest of the address may hold a secret."""
        return urlsplit(self.url).hostname or ""


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        valid_port = parts.port != 0
    except ValueError:
        return False
    named = bool(parts.hostname) and parts.username is None and parts.password is None
    return parts.scheme in ("http", "https") and named and valid_port and " " not in text
