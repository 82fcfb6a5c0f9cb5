"""A web hook decides how a flow goes on; without an answer in time it goes on by itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from dialplan import actions
from pbx.calls.stages.base import Stage
from pbx.ports import CallHook

if TYPE_CHECKING:
    from pbx.calls.call import Call


class Hook(Stage):
    """Asks the URL with what is known of the call; the caller hears ringing meanwhile."""

    def __init__(
        self, call: "Call", action: actions.Webhook, target: str, finish: Callable[[str, str], None]
    ) -> None:
        super().__init__(call)
        self._action = action
        self._target = target
        self._finish = finish

    def begin(self) -> None:
        call, ledger = self.call, self.call.ledger
        body = {
            "call": call.id,
            "caller": call.presented[0],
            "caller_name": call.presented[1],
            "dialled": self._target,
            "direction": ledger.direction,
        }
        call.talk.alert()
        call.do(CallHook(call=call.id, url=self._action.url, body=body, seconds=self._action.timeout))
        call.start_timer("hook", self._action.timeout + 1.0)

    def end(self) -> None:
        self.call.stop_timer("hook")

    def hooked(self, answer: str | None) -> None:
        if answer is None:
            self._finish("fallback", "the web hook failed")
        else:
            self._finish(answer, "the web hook says so")

    def timer(self, name: str) -> None:
        if name == "hook":
            self._finish("fallback", "the web hook did not answer in time")
