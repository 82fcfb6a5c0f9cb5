"""The program that makes square photos of a picture: `python -m webapp.profile.picture_maker FROM FOLDER`.

A process of its own, with bounds on memory and time: what it reads was uploaded by someone, and decoders are
not written for malice. The pictures are drawn anew, so nothing else of the file (place, camera, comments)
comes along. Exit status 3: no picture that we read; 4: too large.
"""

import os
import resource
import sys
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

from PIL import Image, ImageOps, UnidentifiedImageError

SIZES = (256, 64)
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # told by the contents, whatever the file is called
MOST_PIXELS = 50_000_000
MEMORY = 2**30  # bytes of address space
CPU_SECONDS = 30
UNREADABLE, TOO_LARGE = 3, 4


def bound() -> None:
    """No more memory or time than this needs, and no core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def make(source: Path, folder: Path) -> int:
    """A WebP of each size in `folder`; gives the exit status."""
    Image.MAX_IMAGE_PIXELS = None  # we look at the size ourselves, before anything is decoded
    with Image.open(source, formats=FORMATS) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            return TOO_LARGE
        picture.draft("RGB", (2 * SIZES[0], 2 * SIZES[0]))
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail((4 * SIZES[0], 4 * SIZES[0]))
    paper = Image.new("RGBA", upright.size, "white")
    flat = Image.alpha_composite(paper, upright).convert("RGB")
    for size in SIZES:
        square = ImageOps.fit(flat, (size, size), Image.Resampling.LANCZOS)
        square.save(folder / f"{size}.webp", "WEBP", quality=82, method=4)
    return 0


def main(source: str, folder: str) -> int:
    bound()
    try:
        return make(Path(source), Path(folder))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError, EOFError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return UNREADABLE


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
