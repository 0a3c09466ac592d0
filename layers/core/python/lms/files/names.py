"""A file's name: refused where it would mislead, and written into headers so that nothing can be smuggled in."""

import re
import unicodedata
from urllib.parse import quote

from lms.files import purposes

_LONGEST = 200
_JOINERS = "\u200c\u200d"
"""Persian words and emoji are written with them."""

_EXTENSIONS = {
    purposes.PDF: ("pdf",),
    purposes.DOCX: ("docx",),
    purposes.PPTX: ("pptx",),
    purposes.XLSX: ("xlsx",),
    "text/markdown": ("md", "markdown"),
    "text/html": ("html", "htm"),
    "text/csv": ("csv",),
    "text/vtt": ("vtt",),
    "application/json": ("json",),
    "application/zip": ("zip",),
    "image/svg+xml": ("svg",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "audio/mpeg": ("mp3",),
    "audio/mp4": ("m4a", "mp4"),
    "audio/ogg": ("ogg", "oga"),
    "audio/wav": ("wav",),
    "video/mp4": ("mp4", "m4v"),
    "video/webm": ("webm",),
}
_RUN_BY_WINDOWS = re.compile(
    r"\.(application|appref-ms|bat|cmd|com|cpl|exe|hta|iqy|jar|jnlp|jse?|library-ms|lnk|msc|msi|pif|ps1|ps1xml|psm1|rdp"
    r"|reg|scf|scr|sct|search-ms|settingcontent-ms|slk|url|vb[es]?|wsb|ws[cfh]?)$",
    re.IGNORECASE,
)


def checked(name: str) -> str:
    """The name in NFC. ValueError where it names a folder or holds what nobody sees: control characters, and those
    that turn the direction of writing, which make ``gpj.exe`` look like ``exe.jpg``."""
    name = unicodedata.normalize("NFC", name).strip()
    if not name.strip(". "):
        raise ValueError("is no name of a file")
    if len(name) > _LONGEST:
        raise ValueError(f"holds more than {_LONGEST} characters")
    if "/" in name or "\\" in name:
        raise ValueError("names a folder: send the file's own name alone")
    if any(
        unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn") and char not in _JOINERS
        for char in name
    ):
        raise ValueError("holds a character that is not seen")
    return name


def saved_as(name: str, content_type: str) -> str:
    """The name with an extension that fits the type, so that no system runs what was checked as a document."""
    known = _EXTENSIONS.get(content_type)
    if known:
        fits = name.rpartition(".")[2].lower() in known
        return name if fits else f"{name}.{known[0]}"
    return f"{name}.txt" if _RUN_BY_WINDOWS.search(name) else name


def disposition(name: str, content_type: str, *, inline: bool) -> str:
    """A Content-Disposition field: an ASCII name for old clients, the true one beside it (RFC 6266, RFC 8187)."""
    name = saved_as(name, content_type)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w .()+,=@-]", "_", plain, flags=re.ASCII).strip()
    if not plain.strip(".") or plain.startswith("."):
        plain = f"file{plain}"
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
