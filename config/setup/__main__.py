"""The commands behind the Makefile: run, setup, test, check, bench, clean. Standard library only."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from config.setup import environment, packages
from config.setup.steps import BUILD, PYTHON, ROOT, SetupError, below, only_one, say, show

HELP = """make run     set up what is missing and start Centrale; Ctrl-C stops it
make setup   set up only
make test    all tests (ARGS="-k name" for some of them)
make check   linters, types, import rules
make bench   benchmarks
make clean   remove what was built; data in var/ stays"""


def tools(lists: tuple[Path, ...], goal: str) -> None:
    """System packages, libraries, PJSIP and the native module: all that programs need, no data yet."""
    packages.ensure(lists, goal)
    environment.ensure()
    if show([PYTHON, "-m", "pbx.native.build"]):
        raise SetupError("PJSIP could not be built; the lines above say why.")
    if client("build"):
        raise SetupError("The browser client could not be built; the lines above say why.")


def client(what: str) -> int:
    """A step of the browser client (config/setup/client.py), in .venv; the answer is its exit code."""
    return show([PYTHON, "-m", "config.setup.client", what])


def translate() -> None:
    """Compiles translations: files of the project, which whoever runs it may not be allowed to write."""
    if show([PYTHON, "-m", "config.setup.translations"]):
        raise SetupError("The translations could not be compiled; the lines above say why.")


def run(arguments: list[str]) -> int:
    """Set-up, then this process becomes the supervisor, so that signals reach it without a go-between."""
    with only_one():
        tools(packages.RUN_LISTS, "run")
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "config.supervisor", *arguments])  # noqa: S606


def setup(arguments: list[str]) -> int:
    """All that is shared by whoever runs it. The data folder is prepared at the start, by its owner."""
    with only_one():
        tools(packages.RUN_LISTS, "setup")
        translate()
    say("Set up. `make run` starts Centrale.")
    return 0


def test(arguments: list[str]) -> int:
    """All tests except benchmarks: those that do not mind in several processes, then those marked `alone`.

    With arguments: one process, whatever the marks, unless the arguments say otherwise (-n 4)."""
    with only_one():
        tools(packages.TEST_LISTS, "test")
        translate()
    pytest: list[str | Path] = [PYTHON, "-m", "pytest", "--ignore=tests/benchmarks"]
    if arguments:
        chosen = any((ROOT / argument.partition("::")[0]).exists() for argument in arguments)
        return show([*pytest, *([] if chosen else ["tests"]), *arguments], test_environment())
    say("==> Tests of the browser client")
    client_code = client("test")
    report = BUILD / "test-report.txt"
    report.unlink(missing_ok=True)
    environment = {**test_environment(), "CENTRALE_TEST_REPORT": str(report)}
    together = ["-m", "not alone", "-n", str(workers()), "--dist", "worksteal"]
    codes = [show([*pytest, "tests", *how], environment) for how in (together, ["-m", "alone"])]
    tell(report.read_text().splitlines() if report.exists() else [])
    return max(client_code, *codes)


def workers() -> int:
    """Tests wait more than they compute, so there are twice as many processes as processors; at most as many
    as have a full share of ports (tests/phones/net.py)."""
    return min(4, 2 * (os.cpu_count() or 1))


def tell(lines: list[str]) -> None:
    """What was not in order in either part of a test run, once more where it is seen."""
    failed = [line for line in lines if line.startswith("FAILED ")]
    second = [line for line in lines if line.startswith("SECOND TRY ")]
    if failed:
        say("\n".join(["==> Failed, twice each:", *failed]))
    if second:
        say(
            "\n".join(
                [
                    "==> Passed only at their second try. These are bugs of test or product: mend them.",
                    *second,
                ]
            )
        )
    if not lines:
        say("==> All tests passed, each at its first try.")


def test_environment() -> dict[str, str]:
    """Tests see neither the settings nor the data of the installation that lives in this clone."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CENTRALE_") or name in ("CENTRALE_CACHE", "CENTRALE_TEST_PORTS")
    }
    return {**env, "CENTRALE_ENV_FILE": os.devnull, "CENTRALE_HOME": str(BUILD / "test-home")}


def check(arguments: list[str]) -> int:
    """Every rule that a program can check, all of them even when one fails."""
    with only_one():
        packages.ensure(packages.RUN_LISTS, "check")
        environment.ensure()
    rules = ("ruff check .", "ruff format --check .", "mypy", "lint-imports --no-logo")
    failed = []
    for rule in rules:
        say(f"==> {rule}")
        tool, *options = rule.split()
        if show([PYTHON.parent / tool, *options]):
            failed.append(rule)
    for rule in ("tsc", "lint"):
        say(f"==> {rule} of the browser client")
        if client(rule):
            failed.append(rule)
    if failed:
        raise SetupError(f"Not in order: {', '.join(failed)}.")
    say("All in order.")
    return 0


def bench(arguments: list[str]) -> int:
    """Benchmarks with their own runner."""
    with only_one():
        tools(packages.TEST_LISTS, "bench")
    return show([PYTHON, "-m", "tests.benchmarks", *arguments], test_environment())


def clean(arguments: list[str]) -> int:
    """Removes what can be made again. Data and the wheel cache are not ours to remove."""
    caches = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis")
    for path in (ROOT / ".venv", BUILD, ROOT / "tests" / "results", *(ROOT / name for name in caches)):
        shutil.rmtree(path, ignore_errors=True)
    browser = ROOT / "webapp" / "client"
    for path in (browser / "node_modules", browser / "src" / "api" / "generated"):
        shutil.rmtree(path, ignore_errors=True)
    (browser / "src" / "live" / "generated.ts").unlink(missing_ok=True)
    for folder in ("config", "dialplan", "pbx", "tests", "webapp"):
        for path in list(below(ROOT / folder, "__pycache__")):
            shutil.rmtree(path, ignore_errors=True)
        for path in list(below(ROOT / folder, "*.mo")):
            path.unlink()
    return 0


def usage(arguments: list[str]) -> int:
    say(HELP)
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "setup": setup,
    "test": test,
    "check": check,
    "bench": bench,
    "clean": clean,
    "help": usage,
}


def main(arguments: list[str]) -> int:
    command = COMMANDS.get(arguments[0] if arguments else "help")
    if command is None:
        say(HELP)
        return 2
    try:
        return command(arguments[1:])
    except SetupError as error:
        print(f"centrale: {error}", file=sys.stderr, flush=True)
        return error.code
    except PermissionError as error:
        print(f"centrale: {error.filename} cannot be written by this user.", file=sys.stderr, flush=True)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
