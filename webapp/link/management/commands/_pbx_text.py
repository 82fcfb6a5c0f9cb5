"""How the `pbx` command shows things to people: tables, times of this machine's zone, one line per event."""

import os
import time
from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pbx.control.messages import BanState, BindingState, CallRecord, Event, Health, TraceMessage


def local_zone() -> tzinfo | None:
    """The zone of the person at the terminal. Django sets TZ of this process to UTC, so the environment that
    the process was started with is read, then the machine's own setting."""
    try:
        started_with = Path("/proc/self/environ").read_bytes().split(b"\0")
        for item in started_with:
            if item.startswith(b"TZ=") and len(item) > 3:
                return ZoneInfo(os.fsdecode(item[3:]).lstrip(":"))
    except (OSError, ValueError, ZoneInfoNotFoundError):
        pass
    try:
        with Path("/etc/localtime").open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return None


def clean(text: str | None) -> str:
    """Text that came from the network, without anything that moves a terminal's cursor."""
    return "".join(c if c.isprintable() else "·" for c in text or "")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], none: str) -> str:
    """Columns as wide as they need to be; `none` when there are no rows."""
    if not rows:
        return none
    cells = [list(heads), *[[clean(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


class Clock:
    """Moments and lengths as text. `zone` None is UTC."""

    def __init__(self, zone: tzinfo | None) -> None:
        self._zone = zone

    def moment(self, at: float | None) -> str:
        """12:34:56, with the date when it is not today."""
        if at is None:
            return "-"
        when = datetime.fromtimestamp(at, self._zone)
        today = datetime.fromtimestamp(time.time(), self._zone).date()
        return f"{when:%H:%M:%S}" if when.date() == today else f"{when:%Y-%m-%d %H:%M:%S}"

    def call_row(self, call: CallRecord) -> list[str]:
        end = call.ended_at or time.time()
        state = "talking" if call.answered_at else "ringing"
        since = call.answered_at or call.started_at
        rung = [leg.extension or leg.number for leg in call.legs if leg.role == "callee"]
        return [
            call.id,
            call.tenant,
            f"{call.caller_number} {call.caller_name}".strip(),
            call.dialled,
            ",".join(dict.fromkeys(rung)) or "-",
            call.outcome or state,
            self.moment(call.started_at),
            length(end - since),
        ]

    def calls(self, calls: Sequence[CallRecord]) -> str:
        heads = ["CALL", "TENANT", "FROM", "DIALLED", "RINGS", "STATE", "STARTED", "FOR"]
        return table(heads, [self.call_row(call) for call in calls], "No calls.")

    def bindings(self, bindings: Sequence[BindingState]) -> str:
        heads = ["AOR", "DEVICE", "SOURCE", "VIA", "REGISTERED", "EXPIRES IN", "RTT", "PHONE"]
        rows = [
            [
                binding.aor,
                binding.device,
                binding.source,
                binding.transport,
                self.moment(binding.registered_at),
                length(binding.expires_at - time.time()),
                "-" if binding.rtt_ms is None else f"{binding.rtt_ms:.0f} ms",
                binding.user_agent,
            ]
            for binding in bindings
        ]
        return table(heads, rows, "No phones are registered.")

    def bans(self, bans: Sequence[BanState]) -> str:
        rows = [
            [b.address, str(b.failures), self.moment(b.since), self.moment(b.until), str(b.dropped)]
            for b in bans
        ]
        return table(["ADDRESS", "FAILURES", "SINCE", "UNTIL", "DROPPED"], rows, "No address is banned.")

    def health(self, health: Health) -> str:
        lines = [f"core {health.version}: {'ready' if health.ready else 'NOT READY'}"]
        lines += [f"  {name}: {clean(state)}" for name, state in health.parts.items()]
        lines.append(f"  started {self.moment(health.started_at)}, {health.calls} calls, {health.legs} legs,")
        lines.append(
            f"  {health.bindings} bindings, event {health.last_number} ({health.acknowledged} acknowledged)"
        )
        return "\n".join(lines)

    def event(self, event: Event) -> str:
        """One line."""
        tenant = event.tenant or "-"
        return f"{event.number:>8} {self.moment(event.at)} {tenant:<12} {event.kind:<15} {self._about(event)}"

    def _about(self, event: Event) -> str:
        if event.call is not None:
            call = event.call
            legs = ", ".join(f"{clean(leg.number)} {leg.state}" for leg in call.legs)
            end = f" {call.outcome or ''} {call.reason or ''}".rstrip() if event.kind == "call.ended" else ""
            return f"{call.id} {clean(call.caller_number)} → {clean(call.dialled)}{clean(end)} [{legs}]"
        if event.binding is not None:
            binding = event.binding
            return clean(f"{binding.aor} {binding.source} {binding.transport} {binding.user_agent}")
        if event.ban is not None:
            return clean(f"{event.ban.address} after {event.ban.failures} failures")
        if event.alarm is not None:
            return clean(f"{event.alarm.name}: {event.alarm.text}")
        return "" if event.version is None else f"version {event.version}"

    def trace(self, message: TraceMessage) -> str:
        """The message as on the wire, under a line that says whose it is."""
        arrow = "from" if message.direction == "in" else "to"
        head = (
            f"--- {self.moment(message.at)} {arrow} {message.peer} {message.transport} {message.device or ''}"
        )
        return "\n".join([clean(head), *[clean(line) for line in message.text.splitlines()], ""])


def length(seconds: float) -> str:
    """1:02:03 or 2:03."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
