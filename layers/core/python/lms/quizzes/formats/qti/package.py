"""The zip around QTI files, which is read no further than its bounds."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from lms.quizzes.formats.files import refused

_MOST_MEMBERS = 2_000
_LONGEST_NAME = 255
_LARGEST_MEMBER = 100_000_000
_MOST_XML = 20_000_000
"""Bytes of XML, unpacked, in the whole package."""

_LEADS_OUT = re.compile(r"\A[/\\]|\A[A-Za-z]:|(?:\A|[/\\])\.\.(?:[/\\]|\Z)|\\|[\x00-\x1f]")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each XML file: of a package, Canvas's own first, or of the one that ``data`` is.

    Raises `Invalid` with the code FILE_REFUSED and the member's name for a package that is broken, encrypted or too
    large, or whose names lead out of it.
    """
    if not data.startswith(b"PK"):
        yield "", data
        return
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN:
        raise refused("is no zip file that can be read") from None
    with package:
        found = package.infolist()
        _require_sound(found)
        xml = [info for info in found if info.filename.lower().endswith((".xml", ".qti")) and not info.is_dir()]
        if sum(info.file_size for info in xml) > _MOST_XML:
            raise refused(f"its XML files unpack to more than {_MOST_XML // 1_000_000} MB")
        for info in sorted(xml, key=lambda info: not info.filename.startswith("non_cc_assessments/")):
            yield info.filename, _content(package, info)


def _require_sound(found: list[zipfile.ZipInfo]) -> None:
    if len(found) > _MOST_MEMBERS:
        raise refused(f"holds more than {_MOST_MEMBERS:,} files")
    names: set[str] = set()
    for info in found:
        name = info.filename[:200]
        if len(info.filename) > _LONGEST_NAME:
            raise refused("this name is too long", file=name)
        if _LEADS_OUT.search(info.filename):
            raise refused("this name leads out of the package", file=name)
        if info.filename in names:
            raise refused("this name stands twice in the package", file=name)
        if info.flag_bits & 1:
            raise refused("is encrypted", file=name)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refused("is packed by a method that is not read", file=name)
        if info.file_size > _LARGEST_MEMBER:
            raise refused(f"unpacks to more than {_LARGEST_MEMBER // 1_000_000} MB", file=name)
        names.add(info.filename)


def _content(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """No more than the directory says: what is larger than it claims ends in a checksum that does not fit."""
    try:
        with package.open(info) as member:
            return member.read(info.file_size + 1)
    except _BROKEN:
        raise refused("cannot be unpacked", file=info.filename[:200]) from None


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip whose bytes depend on its content alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
