"""Programs with one habit each, for tests of the supervisor: `python -m tests.operations.standins <habit> …`.

They are not in the place of Centrale's parts to make tests easy: they do what no real part does on
demand, such as ignoring SIGTERM, dying at once, or leaving a process behind.
"""

import http.server
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from config.supervise.part import Spec
from config.supervisor import main


def note(name: str) -> None:
    """Adds a line to the file that TEST_NOTES names: the order in which things happened."""
    with Path(os.environ["TEST_NOTES"]).open("a") as file:
        file.write(f"{name}\n")


def begin(name: str) -> None:
    """From here on SIGTERM waits until it is asked for."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    print(f"{name} is here", flush=True)


def polite(name: str) -> None:
    """Waits for SIGTERM, notes it, goes."""
    begin(name)
    signal.sigwait({signal.SIGTERM})
    note(f"{name} stopped")


def stubborn(name: str) -> None:
    """Hears SIGTERM, notes it, stays."""
    begin(name)
    while True:
        signal.sigwait({signal.SIGTERM})
        note(f"{name} heard")


def parent(name: str) -> None:
    """Leaves a process behind in its group when it is killed."""
    child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    print(f"{name} has child {child.pid}", flush=True)
    polite(name)


def refusing(name: str) -> None:
    """Says what is wrong with its configuration and ends with code 2, as the core does."""
    print(f"CENTRALE_{name.upper()}: this value cannot be used.", file=sys.stderr)
    sys.exit(2)


def dying(name: str) -> None:
    """Ends at once with code 1."""
    print(f"{name} dies", flush=True)
    sys.exit(1)


def talking(name: str) -> None:
    """Writes much, an endless line and bytes that are no text among it."""
    sys.stdout.buffer.write(b"\xff\xfe" + b"x" * 300_000 + b"\n")
    for number in range(2000):
        print(f"line {number}", flush=False)
    print("end of talk", flush=True)
    note(f"{name} talked")
    polite(name)


def web(name: str) -> None:
    """Answers /healthz: 503 with a reason until the file TEST_WELL exists, then 200."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            well = Path(os.environ["TEST_WELL"]).exists()
            body = json.dumps({"parts": {"web": "ok", "core": "ok" if well else "is warming up"}}).encode()
            self.send_response(200 if well else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    signal.signal(signal.SIGTERM, lambda *_: (note(f"{name} stopped"), os._exit(0)))
    server = http.server.HTTPServer(("127.0.0.1", int(os.environ["CENTRALE_HTTP_PORT"])), Handler)
    server.serve_forever()


def preparing(name: str) -> None:
    """A set-up that ends with the code in the file TEST_CODE, while there is one."""
    path = Path(os.environ["TEST_CODE"])
    if path.exists():
        print(f"{name} fails", flush=True)
        sys.exit(int(path.read_text()))


def supervisor(*arguments: str) -> None:
    """The supervisor with stand-ins: `supervisor name=habit …`; the web always is the one above."""
    module = (sys.executable, "-m", "tests.operations.standins")
    seconds = float(os.environ.get("TEST_STOP_SECONDS", "30"))
    specs = [
        Spec(name=name, argv=(*module, habit, name), stop_seconds=seconds)
        for name, habit in (argument.split("=") for argument in arguments)
    ]
    specs.append(Spec(name="web", argv=(*module, "web", "web"), stop_seconds=seconds))
    sys.exit(main([], specs, (*module, "preparing", "preparing")))


HABITS = {
    function.__name__: function
    for function in (polite, stubborn, parent, refusing, dying, talking, web, preparing, supervisor)
}

if __name__ == "__main__":
    HABITS[sys.argv[1]](*sys.argv[2:])
