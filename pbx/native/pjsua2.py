"""The wheel centrale-pjsua2: PJSIP's shared libraries, their headers, and the Python wrapper on top."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from pbx.native import source, wheels
from pbx.native.keys import CFLAGS, CONFIGURE, LIBRARIES, SWIG_FLAGS, WRAPPER_FLAGS
from pbx.native.steps import BuildError, run, step

DISTRIBUTION = "centrale-pjsua2"
PACKAGE = "centrale_pjsip"  # folder in site-packages with lib/ and include/
# What pj/config.h needs to know and otherwise guesses (wrongly, outside its own build).
DEFINES = ["-DPJ_AUTOCONF=1", "-DPJ_IS_BIG_ENDIAN=0", "-DPJ_IS_LITTLE_ENDIAN=1"]
_PARTS = ("pjlib", "pjlib-util", "pjnath", "pjmedia", "pjsip")


def python_include() -> str:
    return "-I" + sysconfig.get_paths()["include"]


def suffix() -> str:
    """Of extension modules, such as .cpython-311-x86_64-linux-gnu.so."""
    return str(sysconfig.get_config_var("EXT_SUFFIX"))


def link_options(libraries: Path) -> list[str]:
    """Links against PJSIP's libraries here, to be found later in the package's folder beside the extension.

    RPATH and not RUNPATH: it holds for what the libraries themselves need, too."""
    names = [f"-l{name}" for name in LIBRARIES.split()]
    return [f"-L{libraries}", f"-Wl,--disable-new-dtags,-rpath,$ORIGIN/{PACKAGE}/lib", *names]


def build(key: str, work: Path, cache: Path) -> Path:
    """Builds the wheel into cache/wheels. BuildError with the last lines of what failed."""
    tarball = source.fetch(work, cache)
    tree, prefix = work / "pjproject", work / "prefix"
    with step("Configuring PJSIP", "10 to 20 s"):
        version = source.unpack(tarball, tree)
        run(
            ["./configure", f"--prefix={prefix}", f"CFLAGS={CFLAGS}", *CONFIGURE],
            "configure",
            cwd=tree,
        )
    with step(f"Building PJSIP {version} and its Python wrapper", "1 to 3 minutes"):
        wrapper = _begin_wrapper(tree)
        run(["make", f"-j{os.cpu_count() or 1}", "lib"], "make", cwd=tree)
        run(["make", "install"], "make install", cwd=tree)
        extension = _finish_wrapper(wrapper, tree, prefix)
    with step("Packing the wheel", "seconds"):
        (cache / "wheels").mkdir(parents=True, exist_ok=True)
        files = [*_files(prefix), (extension.name, extension), ("pjsua2.py", extension.parent / "pjsua2.py")]
        return wheels.write(
            cache / "wheels",
            DISTRIBUTION,
            f"{version}+{key}",
            "PJSIP and pjsua2, configured for Centrale",
            files,
        )


def _swig_folder(tree: Path) -> Path:
    return tree / "pjsip-apps" / "src" / "swig" / "python"


def _begin_wrapper(tree: Path) -> subprocess.Popen[str]:
    """Starts compiling the wrapper, which takes as long as the libraries and needs only their headers."""
    folder = _swig_folder(tree)
    includes = [f"-I{tree / part / 'include'}" for part in _PARTS]
    run(["swig", *SWIG_FLAGS, "-I..", *includes, "-o", "wrap.cpp", "../pjsua2.i"], "swig", cwd=folder)
    command = ["g++", *WRAPPER_FLAGS, *DEFINES, python_include(), *includes, "-c", "wrap.cpp", "-o", "wrap.o"]
    return subprocess.Popen(  # noqa: S603
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _finish_wrapper(compiler: subprocess.Popen[str], tree: Path, prefix: Path) -> Path:
    printed, _ = compiler.communicate()
    if compiler.returncode:
        raise BuildError(f"compiling the wrapper failed:\n{printed}")
    folder = _swig_folder(tree)
    extension = folder / f"_pjsua2{suffix()}"
    run(
        ["g++", "-shared", "-s", "wrap.o", "-o", extension.name, *link_options(prefix / "lib")],
        "g++",
        cwd=folder,
    )
    return extension


def _files(prefix: Path) -> Iterator[tuple[str, Path]]:
    """The libraries under their sonames, stripped, and the headers."""
    for library in sorted((prefix / "lib").glob("*.so.*")):
        stripped = prefix / library.name
        run(["strip", "--strip-unneeded", "-o", str(stripped), str(library)], "strip")
        yield f"{PACKAGE}/lib/{library.name}", stripped
    for header in sorted((prefix / "include").rglob("*")):
        if header.is_file():
            yield f"{PACKAGE}/include/{header.relative_to(prefix / 'include')}", header
