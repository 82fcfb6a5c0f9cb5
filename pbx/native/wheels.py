"""Writes wheels (PEP 427), keeps them in the cache, installs them in the running interpreter."""

from __future__ import annotations

import base64
import hashlib
import sys
import sysconfig
import zipfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from pbx.native.steps import run

LICENSE = "GPL-3.0-or-later"


def tag() -> str:
    """Compatibility tag of this interpreter, such as cp311-cp311-linux_x86_64."""
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"{python}-{python}-{platform}"


def installed(distribution: str, key: str) -> bool:
    """Is the build with this key in the running interpreter?"""
    try:
        return metadata.version(distribution).partition("+")[2] == key
    except metadata.PackageNotFoundError:
        return False


def cached(folder: Path, distribution: str, key: str) -> Path | None:
    """The newest wheel with this key."""
    name = distribution.replace("-", "_")
    found = sorted(folder.glob(f"{name}-*+{key}-{tag()}.whl"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None


def write(
    folder: Path, distribution: str, version: str, summary: str, files: Iterable[tuple[str, Path]]
) -> Path:
    """A wheel of these files, each with its place below site-packages. It appears in the folder only when
    complete."""
    name = distribution.replace("-", "_")
    info = f"{name}-{version}.dist-info"
    wheel = folder / f"{name}-{version}-{tag()}.whl"
    partial = wheel.with_suffix(".partial")
    records = []
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:

        def add(place: str, content: bytes) -> None:
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            records.append(f"{place},sha256={digest},{len(content)}")
            archive.writestr(place, content)

        for place, path in files:
            add(place, path.read_bytes())
        about = ["Metadata-Version: 2.1", f"Name: {distribution}", f"Version: {version}"]
        about += [f"Summary: {summary}", f"License: {LICENSE}"]
        add(f"{info}/METADATA", "".join(line + "\n" for line in about).encode())
        add(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag()}\n".encode())
        records.append(f"{info}/RECORD,,")
        archive.writestr(f"{info}/RECORD", "\n".join(records) + "\n")
    return partial.rename(wheel)


def install(wheel: Path) -> None:
    """Puts a wheel in the running interpreter's site-packages, in place of another version."""
    options = [
        "--no-deps",
        "--no-index",
        "--force-reinstall",
        "--no-warn-script-location",
        "--disable-pip-version-check",
    ]
    run([sys.executable, "-m", "pip", "install", "-q", *options, str(wheel)], "pip install")
