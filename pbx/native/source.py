"""Gets the source of pjproject: from PJPROJECT_TARBALL, else from Debian's source package of asterisk.

Debian carries pjproject as a component of asterisk (suite sid), signed, on every Debian mirror. apt fetches
and checks it
with a configuration of its own; the machine's apt sources and lists are left alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pbx.native.keys import PJPROJECT
from pbx.native.steps import BuildError, run, step

DEFAULT_MIRROR = "http://deb.debian.org/debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
OLDEST = (2, 17)


def fetch(work: Path, cache: Path) -> Path:
    """A tarball of pjproject; from Debian it is kept in cache/sources and not fetched twice. BuildError when
    there is none.

    work: an empty folder to use."""
    given = os.environ.get("PJPROJECT_TARBALL")
    if given:
        if not Path(given).is_file():
            raise BuildError(f"PJPROJECT_TARBALL names {given}, which is not a file.")
        return Path(given)
    sources = cache / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    kept = sorted(sources.glob("pjproject*.tar.*"), key=lambda path: path.stat().st_mtime)
    if kept:
        return kept[-1]
    if not shutil.which("apt-get"):
        raise BuildError(
            "Without apt, download a release of pjproject (2.17 or newer) and name the file "
            "in PJPROJECT_TARBALL."
        )
    with step("Fetching the source of PJSIP from Debian", "seconds; 20 MB"):
        return _from_debian(work / "apt", sources)


def _from_debian(folder: Path, sources: Path) -> Path:
    """Tries the machine's own mirrors, then the general one."""
    problems = []
    for mirror in _mirrors():
        apt = _private_apt(folder, mirror)
        try:
            run([*apt, "update"], "apt-get update")
            printed = run([*apt, "--only-source", "--print-uris", "source", "asterisk"], "apt-get source")
            found = re.search(r"'(\S+Xpjproject\.tar\.\w+)' \S+ \d+ (\S+)", printed)
            if not found:
                raise BuildError(f"{mirror} has no pjproject in its source package of asterisk")
            uri, checksum = found.groups()
            suffix = uri.rpartition(".tar.")[2]
            partial = sources / f".partial.tar.{suffix}"
            # apt-helper checks the sum, which apt read from the signed index.
            run(
                ["/usr/lib/apt/apt-helper", *apt[1:], "download-file", uri, str(partial), checksum],
                "download",
            )
            return partial.rename(sources / f"pjproject-{checksum.rpartition(':')[2][:12]}.tar.{suffix}")
        except BuildError as problem:
            problems.append(str(problem))
    raise BuildError("No source of pjproject:\n" + "\n".join(problems))


def _mirrors() -> Iterator[str]:
    """Debian mirrors that this machine uses, without security and other archives."""
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(COMPONENT)", "Created-By: Packages"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    seen = set()
    for line in [*targets.stdout.splitlines(), f"{DEFAULT_MIRROR} main"]:
        uri, _, component = line.partition(" ")
        uri = uri.rstrip("/")
        if component == "main" and uri.endswith("/debian") and uri not in seen:
            seen.add(uri)
            yield uri


def _private_apt(folder: Path, mirror: str) -> list[str]:
    """apt-get with lists and sources of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    (folder / "sources.list").write_text(f"deb-src {signed}{mirror} sid main\n")
    options = {
        "Dir::Etc::SourceList": folder / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "",  # root's temporary folder is closed to the user _apt
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        # A mirror may lag behind the date in sid's index; what comes is still checked against its signature.
        "Acquire::Check-Valid-Until": "false",
        "APT::Get::List-Cleanup": "0",
    }
    apt = ["apt-get", "-q"]
    for name, value in options.items():
        apt += ["-o", f"{name}={value}"]
    return apt


def unpack(tarball: Path, folder: Path) -> str:
    """Unpacks and prepares the source in `folder`; gives its version, such as '2.17'. BuildError when it does
    not fit."""
    folder.mkdir()
    run(["tar", "xf", str(tarball), "-C", str(folder), "--strip-components=1"], "tar")
    version = _version(folder)
    for patch in sorted((PJPROJECT / "patches").glob("*.patch")):
        try:
            run(["patch", "-p1", "--forward", "-i", str(patch)], patch.name, cwd=folder)
        except BuildError as problem:
            raise BuildError(
                f"{patch.name} does not fit pjproject {version}. Adapt it (docs/native.md), or name "
                f"a tarball that it fits in PJPROJECT_TARBALL.\n{problem}"
            ) from problem
    shutil.copy(PJPROJECT / "config_site.h", folder / "pjlib" / "include" / "pj" / "config_site.h")
    shutil.copy(PJPROJECT / "pbx_features.i", folder / "pjsip-apps" / "src" / "swig" / "pbx_features.i")
    # Debian strips this file as non-free; the makefile wants it, the build has no use for it.
    (folder / "pjmedia" / "src" / "pjmedia-audiodev" / "bdimad_dev.c").touch()
    return version


def _version(folder: Path) -> str:
    text = (folder / "version.mak").read_text()
    fields = dict(re.findall(r"export PJ_VERSION_(\w+)\s*:=[ \t]*(\S*)", text))
    numbers = [fields.get("MAJOR", ""), fields.get("MINOR", "")]
    if not all(number.isdigit() for number in numbers) or tuple(map(int, numbers)) < OLDEST:
        raise BuildError(f"This is pjproject {'.'.join(numbers)}; Centrale needs 2.17 or newer.")
    return ".".join([*numbers, *([fields["REV"]] if fields.get("REV", "").isdigit() else [])])
