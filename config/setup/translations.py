"""Compiles translations (.po to .mo) that are newer than what was compiled before."""

import subprocess
import sys
from pathlib import Path

from config.setup.steps import ROOT, SetupError, below, say

PLACES = ("webapp", "config")


def ensure() -> int:
    """Compiles what changed; how many files that were. Raises SetupError with msgfmt's words."""
    stale = [
        path
        for place in PLACES
        for path in below(ROOT / place, "locale/*/LC_MESSAGES/*.po")
        if not fresh(path.with_suffix(".mo"), path)
    ]
    if stale:
        say("==> Compiling translations")
    for path in stale:
        command = ["msgfmt", "--check-format", "-o", str(path.with_suffix(".mo")), str(path)]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except FileNotFoundError:
            raise SetupError("The command msgfmt is missing: install the package gettext.", 2) from None
        except subprocess.CalledProcessError as error:
            raise SetupError(f"{path.relative_to(ROOT)}: {error.stderr.strip()}.") from error
    return len(stale)


def fresh(compiled: Path, source: Path) -> bool:
    return compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime


if __name__ == "__main__":
    try:
        ensure()
    except SetupError as error:
        print(f"centrale: {error}", file=sys.stderr)
        sys.exit(error.code)
