"""What a plan is: a row of steps, and the limits that every plan keeps. A Plan that exists is valid."""

import math
import re
from dataclasses import dataclass

MAX_STEPS = 50
MAX_DEVICES = 100
MIN_SECONDS = 1.0
MAX_SECONDS = 600.0
MIN_CODE = 400
MAX_CODE = 699

_DEVICE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_PROMPT = re.compile(r"[a-z0-9_]{1,64}")


class PlanError(ValueError):
    """A plan is not valid. `path` says where ('steps[2].seconds'), `problem` is a sentence for people."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.path = path
        self.problem = problem

    def below(self, path: str) -> "PlanError":
        """The same error seen from one level up, whose path is `path`."""
        return PlanError(f"{path}.{self.path}" if self.path else path, self.problem)


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring all these devices (ids) at once for `seconds` (1 to 600); the first answer wins.

    No devices at all is allowed: an extension nobody has a phone for is one that is not registered."""

    devices: tuple[str, ...]
    seconds: float

    def __post_init__(self) -> None:
        if len(self.devices) > MAX_DEVICES:
            raise PlanError("devices", f"A step rings at most {MAX_DEVICES} devices at once.")
        for index, device in enumerate(self.devices):
            if not isinstance(device, str) or not _DEVICE.fullmatch(device):
                raise PlanError(
                    f"devices[{index}]", "A device id has 1 to 64 letters, digits or any of '_.:-'."
                )
        if len(set(self.devices)) != len(self.devices):
            raise PlanError("devices", "The same device is named twice.")
        if not math.isfinite(self.seconds) or not MIN_SECONDS <= self.seconds <= MAX_SECONDS:
            raise PlanError("seconds", f"Ring for {MIN_SECONDS:g} to {MAX_SECONDS:g} seconds.")


@dataclass(frozen=True, slots=True)
class End:
    """Refuse the call with a SIP status (400 to 699), after a prompt if one is named."""

    code: int
    prompt: str | None = None

    def __post_init__(self) -> None:
        if not MIN_CODE <= self.code <= MAX_CODE:
            raise PlanError("code", f"A SIP status that ends a call lies between {MIN_CODE} and {MAX_CODE}.")
        if self.prompt is not None and not _PROMPT.fullmatch(self.prompt):
            raise PlanError("prompt", "The name of a prompt has 1 to 64 small letters, digits or '_'.")


Step = Ring | End


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps that a call takes, in order, until one of them answers or ends it."""

    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        if not self.steps:
            raise PlanError("steps", "A plan needs at least one step.")
        if len(self.steps) > MAX_STEPS:
            raise PlanError("steps", f"A plan has at most {MAX_STEPS} steps.")
        for index, step in enumerate(self.steps[:-1]):
            if isinstance(step, End):
                problem = "This step is never reached: the one before ends the call."
                raise PlanError(f"steps[{index + 1}]", problem)
