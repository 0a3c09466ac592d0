"""Zip archives, read as a stream within hard bounds: what they claim of their sizes is not believed."""

import itertools
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from lms.files.inspection import signatures
from lms.files.inspection.verdict import Reason, Unsafe, broken

MEGABYTE = 1024 * 1024
MOST_ENTRIES = 10_000
MOST_BYTES = 4096 * MEGABYTE
"""Of all that comes out of an archive and those in it."""
MOST_RATIO = 100
"""Bytes that come out for one that is stored; deflate reaches 1,032, documents of XML seldom 30."""
_RATIO_COUNTS_FROM = 32 * MEGABYTE
DEEPEST = 3
"""A zip (1) that holds a document (2) that holds a worksheet (3)."""
_LONGEST_NAME = 512
_CHUNK = 256 * 1024
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 0x2041
"""Bits 0, 6 and 13 of the flags: encrypted, strongly encrypted, a masked directory (APPNOTE.TXT, section 4.4.4)."""
_VBA = "_VBA_PROJECT".encode("utf-16-le")
"""A stream of each VBA project (MS-OVBA, section 2.2.1)."""
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass
class Allowance:
    """What may still come out of one upload, over all the archives in it. ``stored`` is the upload's size."""

    stored: int
    entries: int = 0
    bytes: int = 0

    def take_entries(self, count: int) -> None:
        self.entries += count
        if self.entries > MOST_ENTRIES:
            raise _bomb(f"it holds more than {MOST_ENTRIES:,} files")

    def take_bytes(self, count: int) -> None:
        self.bytes += count
        if self.bytes > MOST_BYTES:
            raise _bomb(f"it unpacks to more than {MOST_BYTES // MEGABYTE:,} MB")
        if self.bytes > _RATIO_COUNTS_FROM and self.bytes > MOST_RATIO * self.stored:
            raise _bomb(f"it unpacks to more than {MOST_RATIO} times its size")


@dataclass
class Archive:
    """An opened archive whose directory has been checked."""

    zip: zipfile.ZipFile
    allowance: Allowance
    depth: int
    entries: list[zipfile.ZipInfo] = field(default_factory=list)

    def names(self) -> list[str]:
        return [entry.filename for entry in self.entries]

    def chunks(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        """What the entry holds, charged to the allowance; its length and checksum are compared at the end."""
        try:
            with self.zip.open(entry) as stream:
                while chunk := stream.read(_CHUNK):
                    self.allowance.take_bytes(len(chunk))
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, struct.error) as error:
            raise broken(f"{_shown(entry.filename)} in the archive is damaged") from error


Look = Callable[[zipfile.ZipInfo, bytes], None]
"""Given an entry and how its content begins."""
Visit = Callable[[Archive], Look]
"""Given each archive, the one inside another too; looks for what its kind must not hold."""


def inspect(path: Path, visit: Visit) -> None:
    """Check the archive and those inside it to their last byte."""
    with path.open("rb") as file:
        _inspect(file, Allowance(path.stat().st_size), 1, visit)


def _inspect(file: BinaryIO, allowance: Allowance, depth: int, visit: Visit) -> None:
    if depth > DEEPEST:
        raise Unsafe(
            Reason.ARCHIVE_NESTED, f"The archive holds archives more than {DEEPEST} deep. Unpack it first."
        )
    try:
        opened = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error) as error:
        raise broken("the archive's directory is missing or damaged") from error
    with opened:
        archive = Archive(opened, allowance, depth, opened.infolist())
        _check_directory(file, archive)
        look = visit(archive)
        for entry in archive.entries:
            _unpack(archive, entry, visit, look)


def _check_directory(file: BinaryIO, archive: Archive) -> None:
    entries, allowance = archive.entries, archive.allowance
    allowance.take_entries(len(entries))
    if allowance.bytes + sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise _bomb(f"it unpacks to more than {MOST_BYTES // MEGABYTE:,} MB")
    seen: set[str] = set()
    for entry in entries:
        _check_entry(entry)
        if entry.filename.lower() in seen:
            raise _unsafe(f"names {_shown(entry.filename)} twice")
        seen.add(entry.filename.lower())
    _check_places(file, archive)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    # As it stands in the file: zipfile cuts a name at its first NUL and turns the system's separators.
    name = entry.orig_filename
    parts = name.replace("\\", "/").split("/")
    if (
        len(name) > _LONGEST_NAME
        or any(ord(character) < 32 for character in name)
        or name.startswith(("/", "\\"))
        or name[1:2] == ":"
        or ".." in parts
    ):
        raise _unsafe(f"holds a file that would be written outside of its folder: {_shown(name)}")
    if (kind := stat.S_IFMT(entry.external_attr >> 16)) and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise _unsafe(f"holds a link or a device: {_shown(name)}")
    if entry.flag_bits & _ENCRYPTED:
        raise Unsafe(Reason.ENCRYPTED, "The archive is protected with a password. Save it without one.")
    if entry.compress_type not in _METHODS:
        raise _unsafe("is compressed in a way that cannot be looked into; pack it anew as an ordinary zip")


def _check_places(file: BinaryIO, archive: Archive) -> None:
    """Refuse entries that share bytes with each other or the directory, and bytes before the first entry.

    Overlapping entries unpack to far more than any ratio of one entry tells; source: D. Fifield, A better zip bomb
    (WOOT 2019).
    """
    end = 0
    for entry in sorted(archive.entries, key=lambda each: each.header_offset):
        if not end and entry.header_offset:
            raise Unsafe(Reason.POLYGLOT, "Something stands before the archive in the file. Pack it anew.")
        if entry.header_offset < end:
            raise _bomb("its files overlap")
        file.seek(entry.header_offset)
        header = file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(signatures.ZIP):
            raise broken("the archive's directory points to nothing")
        _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        end = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length + entry.compress_size
    if end > archive.zip.start_dir:
        raise _bomb("its files overlap")


def _unpack(archive: Archive, entry: zipfile.ZipInfo, visit: Visit, look: Look) -> None:
    """Read an entry to its end and look into it where it is an archive itself."""
    chunks = archive.chunks(entry)
    first = next(chunks, b"")
    look(entry, first)
    if signatures.is_program(first):
        raise Unsafe(Reason.PROGRAM, f"The archive holds a program: {_shown(entry.filename)}. Leave it out.")
    if signatures.is_archive(first):
        raise Unsafe(
            Reason.ARCHIVE_NESTED,
            f"The archive holds one that cannot be looked into: {_shown(entry.filename)}. Unpack it first.",
        )
    if not first.startswith(signatures.ZIP):
        _read(entry, first, chunks)
        return
    with tempfile.TemporaryFile() as inner:
        inner.write(first)
        for chunk in chunks:
            inner.write(chunk)
        _inspect(inner, archive.allowance, archive.depth + 1, visit)


def _read(entry: zipfile.ZipInfo, first: bytes, chunks: Iterator[bytes]) -> None:
    """Read the rest; a document of the old kind tells of its macros by a name that may stand anywhere in it."""
    old, before = first.startswith(signatures.OLE), b""
    for chunk in itertools.chain((first,), chunks):
        if old and _VBA in before + chunk:
            raise Unsafe(Reason.MACROS, f"The archive holds a document with macros: {_shown(entry.filename)}.")
        before = chunk[-len(_VBA) :]


def _shown(name: str) -> str:
    return ascii(name if len(name) <= 60 else name[:57] + "...")


def _bomb(why: str) -> Unsafe:
    return Unsafe(Reason.ARCHIVE_BOMB, f"The archive is not opened: {why}.")


def _unsafe(what: str) -> Unsafe:
    return Unsafe(Reason.ARCHIVE_UNSAFE, f"The archive {what}.")
