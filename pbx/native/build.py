"""Brings pjsua2 and pbx_native into the running interpreter: `python -m pbx.native.build`.

Nothing happens when the right builds are installed; a wheel from the cache takes seconds; a first build takes
minutes.
"""

from __future__ import annotations

import fcntl
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pbx.native import keys, module, pjsua2, wheels
from pbx.native.steps import BuildError, say, step

Builder = Callable[[str, Path, Path], Path]


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """One build at a time per cache: whoever waited finds the wheel there."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("==> Waiting for another build of PJSIP to finish")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure(distribution: str, key: str, build: Builder) -> None:
    """The wheel with this key, installed; built when the cache has none."""
    if wheels.installed(distribution, key):
        return
    cache = keys.cache_folder()
    with _alone(cache):
        wheel = wheels.cached(cache / "wheels", distribution, key)
        if not wheel:
            with tempfile.TemporaryDirectory(prefix="build-", dir=cache) as work:
                wheel = build(key, Path(work), cache)
        with step(f"Installing {wheel.name}", "seconds"):
            wheels.install(wheel)


def main() -> int:
    """0 when both are installed, 1 with the reason on stderr."""
    try:
        ensure(pjsua2.DISTRIBUTION, keys.pjsua2_key(), pjsua2.build)
        ensure(module.DISTRIBUTION, keys.module_key(), module.build)
    except (BuildError, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
