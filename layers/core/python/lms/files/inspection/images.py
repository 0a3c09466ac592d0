"""Pictures: the size that the header tells first, then whether the picture can be read to its end."""

import mmap
import re
import warnings
from collections.abc import Mapping
from pathlib import Path

from lms.files.inspection.verdict import Reason, Unsafe, broken

MOST_PIXELS = 64_000_000
"""Of one picture: 256 MB when it is unpacked."""
LONGEST_SIDE = 32_768
MOST_FRAMES = 2_000
FORMATS: Mapping[str, str] = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
}
_CODE = re.compile(rb"<script[\s>/]|<\?php\s", re.IGNORECASE)


def inspect(path: Path, content_type: str) -> None:
    # Imported here: most files are no pictures.
    from PIL import Image

    _check_for_code(path)
    try:
        # Pillow's own guard would warn first; ours is the same for every picture.
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=[FORMATS[content_type]]) as image:
            _check_size(*image.size)
            if getattr(image, "n_frames", 1) > MOST_FRAMES:
                raise Unsafe(Reason.IMAGE_TOO_LARGE, f"The picture has more than {MOST_FRAMES:,} frames.")
            image.load()
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError) as error:
        raise broken("the picture is damaged or cut off") from error


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise _too_large()


def _check_for_code(path: Path) -> None:
    """Refuse code in a picture's comments, from where pages that show them would run it."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if _CODE.search(data):
            raise Unsafe(Reason.SCRIPT, "The picture carries a script. Export it without comments.")


def _too_large() -> Unsafe:
    return Unsafe(
        Reason.IMAGE_TOO_LARGE,
        f"A picture may have {MOST_PIXELS // 1_000_000} million pixels and sides of {LONGEST_SIDE:,}. Reduce it.",
    )
