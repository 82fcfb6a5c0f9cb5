"""What a wheel is keyed by: two builds with the same key are interchangeable."""

from __future__ import annotations

import hashlib
import os
import sysconfig
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
PJPROJECT = HERE / "pjproject"  # config_site.h, patches, SWIG features
MODULE = HERE / "src"  # the native module

CONFIGURE = [
    "--enable-shared",
    "--enable-epoll",
    "--enable-speex-resample",
    "--with-external-srtp",
    "--with-external-speex",
    "--with-external-gsm",
    "--disable-sound",
    "--disable-video",
    "--disable-v4l2",
    "--disable-sdl",
    "--disable-ffmpeg",
    "--disable-libwebrtc",
    "--disable-ilbc-codec",
    "--disable-g7221-codec",
    "--disable-silk",
    "--disable-opencore-amr",
    "--disable-libyuv",
    "--disable-bcg729",
    "--disable-upnp",
    "--disable-openh264",
    "--disable-vpx",
    "--disable-lyra",
]
# Assertions stay off: with them one malformed INVITE (`m=audio 0` without a `c=` line) ends the process.
CFLAGS = "-O3 -fPIC -DNDEBUG"
# The wrapper is glue: optimising it harder costs a minute and gains nothing.
WRAPPER_FLAGS = ["-O1", "-fPIC", "-DNDEBUG", "-w", "-fno-strict-aliasing", "-fvisibility=hidden"]
MODULE_FLAGS = [
    "-std=c++17",
    "-O2",
    "-fPIC",
    "-DNDEBUG",
    "-Wall",
    "-Wextra",
    "-Wno-unused-parameter",
    "-fno-strict-aliasing",
    "-fvisibility=hidden",
]
SWIG_FLAGS = ["-c++", "-python", "-threads", "-w312"]
LIBRARIES = (
    "pjsua2 pjsua pjsip-ua pjsip-simple pjsip pjmedia-codec pjmedia-videodev pjmedia-audiodev pjmedia "
    "pjnath pjlib-util pj"
)


def cache_folder() -> Path:
    """${CENTRALE_CACHE}, ~/.cache/centrale by default."""
    given = os.environ.get("CENTRALE_CACHE")
    return Path(given).expanduser() if given else Path.home() / ".cache" / "centrale"


def _digest(parts: Iterable[bytes]) -> str:
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big") + part)
    return hashed.hexdigest()[:12]


def _files(folder: Path) -> Iterable[bytes]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        yield str(path.relative_to(folder)).encode()
        yield path.read_bytes()


def _system() -> str:
    """The libraries' ABI: distribution, its release, architecture, Python."""
    release = Path("/etc/os-release")
    lines = release.read_text().splitlines() if release.exists() else []
    names = sorted(line for line in lines if line.startswith(("ID=", "VERSION_ID=")))
    return " ".join([*names, sysconfig.get_platform(), sysconfig.get_config_var("SOABI")])


def pjsua2_key() -> str:
    """Key of the configuration of PJSIP and its wrapper; with PJPROJECT_TARBALL, of that file too."""
    flags = " ".join([*CONFIGURE, CFLAGS, *WRAPPER_FLAGS, *SWIG_FLAGS, LIBRARIES])
    parts = [flags.encode(), _system().encode(), *_files(PJPROJECT)]
    tarball = os.environ.get("PJPROJECT_TARBALL")
    if tarball:
        parts.append(Path(tarball).read_bytes())
    return _digest(parts)


def module_key() -> str:
    """Key of the native module: its sources and the PJSIP they are compiled against."""
    return _digest([pjsua2_key().encode(), " ".join(MODULE_FLAGS).encode(), *_files(MODULE)])
