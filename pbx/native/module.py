"""The wheel centrale-native: the extension `pbx_native`, compiled against the installed centrale-pjsua2."""

from __future__ import annotations

import os
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pybind11

from pbx.native import pjsua2, wheels
from pbx.native.keys import MODULE, MODULE_FLAGS
from pbx.native.steps import run, step

DISTRIBUTION = "centrale-native"
VERSION = "1.0"


def build(key: str, work: Path, cache: Path) -> Path:
    """Builds the wheel into cache/wheels. BuildError with the compiler's messages."""
    package = Path(sysconfig.get_paths()["platlib"]) / pjsua2.PACKAGE
    includes = [f"-I{package / 'include'}", pjsua2.python_include(), f"-I{pybind11.get_include()}"]

    def compile_one(path: Path) -> str:
        compiled = str(work / f"{path.stem}.o")
        run(["g++", *MODULE_FLAGS, *pjsua2.DEFINES, *includes, "-c", str(path), "-o", compiled], path.name)
        return compiled

    with step("Building the native module", "10 to 30 s"):
        # The biggest first, so that no core waits for it at the end.
        sources = sorted(MODULE.glob("*.cpp"), key=lambda path: path.name != "python.cpp")
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            objects = list(pool.map(compile_one, sources))
        libraries = _development_links(package / "lib", work / "lib")
        extension = work / f"pbx_native{pjsua2.suffix()}"
        run(["g++", "-shared", "-s", *objects, "-o", str(extension), *pjsua2.link_options(libraries)], "g++")
        (cache / "wheels").mkdir(parents=True, exist_ok=True)
        return wheels.write(
            cache / "wheels",
            DISTRIBUTION,
            f"{VERSION}+{key}",
            "What Centrale needs of PJSIP below pjsua2",
            [(extension.name, extension)],
        )


def _development_links(libraries: Path, folder: Path) -> Path:
    """lib*.so names for the linker, which the installed package has no use for."""
    folder.mkdir()
    for library in libraries.glob("*.so.*"):
        (folder / library.name).symlink_to(library)
        (folder / (library.name.partition(".so")[0] + ".so")).symlink_to(library)
    return folder
