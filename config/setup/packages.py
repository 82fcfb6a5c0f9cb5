"""Debian packages: which ones are missing, and one call that installs them."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from config.setup.steps import ROOT, SetupError, run, say, step

RUN_LISTS = (ROOT / "config" / "setup" / "apt.txt", ROOT / "pbx" / "native" / "apt.txt")
TEST_LISTS = (*RUN_LISTS, ROOT / "config" / "setup" / "apt-test.txt")


def wanted(lists: tuple[Path, ...]) -> list[str]:
    """The package names in these files (one per line, # starts a comment), without doubles."""
    names = {}
    for path in lists:
        for line in path.read_text().splitlines():
            for name in line.partition("#")[0].split():
                names[name] = True
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        names[f"python3.{sys.version_info.minor}-venv"] = True
    return list(names)


def missing(names: list[str]) -> list[str]:
    """Those of the packages that dpkg does not know as installed."""
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package}\t${db:Status-Status}\n", *names],
        capture_output=True,
        text=True,
        check=False,
    )
    present = {
        line.split("\t")[0] for line in answer.stdout.splitlines() if line.split("\t")[1:] == ["installed"]
    }
    return [name for name in names if name not in present]


def ensure(lists: tuple[Path, ...], goal: str) -> None:
    """Installs what is missing. Raises SetupError (code 2) with the command to type when we may not.

    goal: the name of the make target, for the advice."""
    names = wanted(lists)
    if not (shutil.which("dpkg-query") and shutil.which("apt-get")):
        say(f"==> No apt on this system; it needs what Debian calls: {' '.join(names)}")
        return
    lacking = missing(names)
    if not lacking:
        return
    if os.geteuid() != 0:
        install = f"sudo apt-get install -y --no-install-recommends {' '.join(lacking)}"
        raise SetupError(
            f"Packages are missing: run `sudo apt-get update && {install}`, then `make {goal}` again.", 2
        )
    with step(f"Installing {len(lacking)} system packages", "1 to 5 minutes"):
        install_as_root(lacking)


def install_as_root(names: list[str]) -> None:
    """One apt-get call that asks nothing. An unreachable extra source of the machine is no reason to stop."""
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive", NEEDRESTART_MODE="a", LC_ALL="C.UTF-8")
    patience = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]
    try:
        run(["apt-get", *patience, "-q", "update"], env)
    except SetupError:
        say("    apt-get update had problems; trying with the lists there are")
    keep = ["-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold"]
    run(["apt-get", *patience, *keep, "-qy", "--no-install-recommends", "install", *names], env)
