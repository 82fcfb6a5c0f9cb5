"""Plans as JSON: `{"steps": [{"do": "ring", "devices": ["d1"], "seconds": 30}, {"do": "end", "code": 486}]}`.

`parse` trusts nothing: whatever it is given, it returns a valid Plan or raises PlanError. A field it does not
know is an error, so that a typing mistake, or a plan from a newer version, never loses a part in silence.
"""

from collections.abc import Mapping
from typing import Any

from dialplan.plan import MAX_DEVICES, MAX_STEPS, End, Plan, PlanError, Ring, Step


def parse(data: object) -> Plan:
    """JSON data (as json.loads gives it) to a Plan. Raises PlanError with the path and a sentence."""
    fields = _object(data, "", required={"steps"}, optional=set())
    steps = _list(fields["steps"], "steps", MAX_STEPS)
    return Plan(tuple(_step(step, f"steps[{index}]") for index, step in enumerate(steps)))


def to_json(plan: Plan) -> dict[str, Any]:
    """A Plan to JSON data that `parse` turns into the same Plan."""
    return {"steps": [_step_to_json(step) for step in plan.steps]}


def _step_to_json(step: Step) -> dict[str, Any]:
    match step:
        case Ring(devices, seconds):
            return {"do": "ring", "devices": list(devices), "seconds": seconds}
        case End(code, None):
            return {"do": "end", "code": code}
        case End(code, prompt):
            return {"do": "end", "code": code, "prompt": prompt}


def _step(data: object, path: str) -> Step:
    if not isinstance(data, Mapping):
        raise PlanError(path, "A step is an object.")
    kind = data.get("do")
    try:
        if kind == "ring":
            return _ring(_object(data, "", required={"do", "devices", "seconds"}, optional=set()))
        if kind == "end":
            return _end(_object(data, "", required={"do", "code"}, optional={"prompt"}))
    except PlanError as error:
        raise error.below(path) from None
    raise PlanError(f"{path}.do", "A step does 'ring' or 'end'.")


def _ring(fields: Mapping[str, Any]) -> Ring:
    devices = _list(fields["devices"], "devices", MAX_DEVICES)
    seconds = fields["seconds"]
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise PlanError("seconds", "A number of seconds is expected.")
    try:
        seconds = float(seconds)
    except OverflowError:
        raise PlanError("seconds", "This number is too large.") from None
    return Ring(tuple(devices), seconds)


def _end(fields: Mapping[str, Any]) -> End:
    code, prompt = fields["code"], fields.get("prompt")
    if isinstance(code, bool) or not isinstance(code, int):
        raise PlanError("code", "A SIP status, a whole number, is expected.")
    if prompt is not None and not isinstance(prompt, str):
        raise PlanError("prompt", "The name of a prompt, or null, is expected.")
    return End(code, prompt)


def _object(data: object, path: str, *, required: set[str], optional: set[str]) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise PlanError(path, "An object is expected.")
    for name in sorted(required):
        if name not in data:
            raise PlanError(_join(path, name), "This field is missing.")
    for name in data:
        if name not in required and name not in optional:
            raise PlanError(_join(path, str(name)[:64]), "There is no such field.")
    return data


def _list(data: object, path: str, longest: int) -> list[Any]:
    if not isinstance(data, list | tuple):
        raise PlanError(path, "A list is expected.")
    if len(data) > longest:
        raise PlanError(path, f"At most {longest} entries are allowed.")
    return list(data)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
