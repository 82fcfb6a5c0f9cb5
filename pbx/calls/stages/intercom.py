"""Intercom and paging: the called phones pick up by themselves (T19)."""

from typing import TYPE_CHECKING

from pbx.calls.outcomes import FAILURES
from pbx.calls.stages.base import Stage
from pbx.calls.stages.ring import Ring

if TYPE_CHECKING:
    from pbx.calls.call import Call
    from pbx.calls.stages.routing import Routing

SECONDS = 15.0


def intercom(call: "Call", routing: "Routing", number: str) -> None:
    """Call an extension whose phone is asked to answer at once. One that does not just rings."""
    extension = call.tenant.extension(number)
    state = call.world.states.of(call.tenant.id, number)
    if extension is None:
        call.fail_as("unknown_number")
        return
    if call.tenant.blocks(number, call.presented[0]):
        call.fail(FAILURES["blocked"], reason=f"blocked by {number}")
        return
    if state.do_not_disturb:
        call.fail_as("busy")
        return
    devices = [device.id for device in call.tenant.devices_of(number)]
    step: Stage = Ring(
        call,
        [devices],
        SECONDS,
        number,
        finish=lambda outcome, detail: call.fail_as(outcome),
        connect=routing.connect,
        redirect=lambda leg, target: call.fail_as("declined"),
        shown={"auto_answer": True},
    )
    routing.run(step)
