"""The virtual environment in .venv, filled from the pinned requirements.txt."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from config.setup.steps import PYTHON, ROOT, VENV, cache, run, say, step

REQUIREMENTS = ROOT / "requirements.txt"
KEY = VENV / "centrale-key"


def key() -> str:
    """What the environment depends on: the pins and the Python series. Same key, nothing to do."""
    series = f"{sys.version_info.major}.{sys.version_info.minor}"
    return hashlib.sha256(series.encode() + b"\n" + REQUIREMENTS.read_bytes()).hexdigest()


def ready() -> bool:
    """True when .venv was filled from exactly these pins and its Python still exists."""
    return PYTHON.exists() and KEY.exists() and KEY.read_text() == key()


def ensure() -> None:
    """Makes or updates .venv. The key is written last, so an interrupted attempt is done again."""
    if ready():
        return
    with step("Installing Python libraries into .venv", "1 to 3 minutes"):
        KEY.unlink(missing_ok=True)
        if not usable():
            create()
        pip: list[str | Path] = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input"]
        quiet: list[str | Path] = ["--progress-bar", "off", "--cache-dir", cache() / "pip"]
        run([*pip, "install", *quiet, "-r", REQUIREMENTS])
        KEY.write_text(key())


def usable() -> bool:
    """True when .venv has a Python of our series with pip in it; anything else is made anew."""
    series = f"{sys.version_info.major}.{sys.version_info.minor}"
    probe = "import pip, sys; print(f'{sys.version_info.major}.{sys.version_info.minor}')"
    if not PYTHON.exists():
        return False
    answer = subprocess.run([PYTHON, "-c", probe], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == series


def create() -> None:
    """An empty environment, made by the Python below any environment that happens to be active."""
    if VENV.exists():
        say("    .venv cannot be used as it is; making it anew")
        shutil.rmtree(VENV)
    base = Path(getattr(sys, "_base_executable", sys.executable))
    env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONHOME")}
    run([base, "-m", "venv", VENV], env)
