"""Documents of Word, PowerPoint and Excel (ECMA-376): no macros, controls or foreign objects, nothing from afar.

A link that a person clicks may lead anywhere on the web; whatever an office program would load of itself may not.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from lms.files.inspection import archives, signatures, xml
from lms.files.inspection.archives import Archive
from lms.files.inspection.verdict import Reason, Unsafe, broken
from lms.files.purposes import DOCX, PPTX, XLSX

_CONTENT_TYPES = "[Content_Types].xml"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_MAIN: Mapping[str, frozenset[str]] = {
    DOCX: frozenset({f"{_OFFICE}wordprocessingml.document.main+xml"}),
    PPTX: frozenset(
        {f"{_OFFICE}presentationml.presentation.main+xml", f"{_OFFICE}presentationml.slideshow.main+xml"}
    ),
    XLSX: frozenset({f"{_OFFICE}spreadsheetml.sheet.main+xml"}),
}
"""By declared type, the type of the part that a document of this kind begins with."""
_MACRO_TYPES = re.compile(r"macroenabled|vbaproject|vbadata|macrosheet", re.IGNORECASE)
_MACRO_PARTS = re.compile(r"(?:^|/)(?:vbaproject[^/]*\.bin|vbadata\.xml)$|(?:^|/)macrosheets/", re.IGNORECASE)
_CONTROLS = re.compile(r"activex", re.IGNORECASE)
_OBJECTS = re.compile(r"oleobject", re.IGNORECASE)
_CLICKED = {"hyperlink", "video"}
_LINKS = re.compile(r"(?:https?:|mailto:|tel:|#|file:///[a-z]:|(?![a-z][a-z0-9+.-]*:|[\\/]{2}))", re.IGNORECASE)
"""What a link may be: on the web, to somebody, within the document, or to a file beside it."""
_LOCAL = re.compile(r"(?:file:///[a-z]:|[a-z]:[\\/]|(?![a-z][a-z0-9+.-]*:|[\\/]))", re.IGNORECASE)
"""A file on the reader's own machine, as the template that a document was made with: no sender can put it there."""
_COMMAND = re.compile(r"^\s*(?:dde|ddeauto)\b", re.IGNORECASE)


def inspect(path: Path, content_type: str) -> None:
    archives.inspect(path, partial(_visit, content_type))


def inspect_zip(path: Path) -> None:
    """A zip of anything; the documents in it are held to the same."""
    archives.inspect(path, partial(_visit, None))


def _visit(content_type: str | None, archive: Archive) -> archives.Look:
    """Check the archive's document as one of the declared type, or whatever it is inside another archive."""
    declared = content_type if archive.depth == 1 else None
    parts = {entry.filename.lower(): entry for entry in archive.entries}
    if declared is None and _CONTENT_TYPES.lower() not in parts:
        return lambda entry, first: None
    main = _check_types(archive, parts, declared)
    _check_names(archive)
    for name, entry in parts.items():
        if name.endswith(".rels"):
            xml.read(archive.chunks(entry), _check_relationship)
        if name.startswith("xl/externallinks/") and name.endswith(".xml"):
            xml.read(archive.chunks(entry), _check_external_link)
    for name in main:
        _check_main(archive, parts, name)
    return _check_part


def _check_types(archive: Archive, parts: Mapping[str, zipfile.ZipInfo], declared: str | None) -> list[str]:
    """The parts that the document begins with, by name."""
    found: dict[str, str] = {}

    def note(name: str, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("ContentType", "")
        _check_kind(kind)
        if name == "Override":
            found[attributes.get("PartName", "").lstrip("/").lower()] = kind

    xml.read(_part(archive, parts, _CONTENT_TYPES.lower()), note)
    if declared is None:
        return []
    main = [name for name, kind in found.items() if kind in _MAIN[declared]]
    if not main:
        raise Unsafe(
            Reason.TYPE_MISMATCH,
            "The file is no document of the declared kind. Upload it as what it is.",
        )
    return main


def _check_kind(kind: str) -> None:
    if _MACRO_TYPES.search(kind):
        raise _macros()
    if _CONTROLS.search(kind):
        raise Unsafe(Reason.ACTIVE_CONTENT, "The document holds ActiveX controls. Remove them and upload it again.")
    if _OBJECTS.search(kind):
        raise _object()


def _check_names(archive: Archive) -> None:
    for name in archive.names():
        if _MACRO_PARTS.search(name):
            raise _macros()
        if _CONTROLS.search(name):
            _check_kind("activex")


def _check_relationship(name: str, attributes: Mapping[str, str]) -> None:
    if name != "Relationship":
        return
    kind = attributes.get("Type", "").rpartition("/")[2]
    _check_kind(kind)
    if attributes.get("TargetMode", "").lower() != "external":
        return
    target = "".join(attributes.get("Target", "").split())
    if kind not in _CLICKED:
        if _LOCAL.match(target):
            return
        raise Unsafe(
            Reason.EXTERNAL_REFERENCE,
            f"The document loads something from elsewhere when it is opened ({kind[:40]}). "
            "Embed it or remove it, and upload the document again.",
        )
    if not _LINKS.match(target):
        raise Unsafe(Reason.EXTERNAL_REFERENCE, "The document has a link to a server's folder or a program.")


def _check_external_link(name: str, attributes: Mapping[str, str]) -> None:
    if name == "ddeLink":
        raise _commands()
    if name == "oleLink":
        raise _object()


def _check_main(archive: Archive, parts: Mapping[str, zipfile.ZipInfo], name: str) -> None:
    """Read the main part to its end; a field may not give another program commands (DDE)."""
    command: list[str] = []
    inside = False

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside
        inside = element == "instrText"
        if element == "fldChar" and attributes.get("fldCharType") == "begin":
            command.clear()
        if element == "fldSimple" and _COMMAND.match(attributes.get("instr", "")):
            raise _commands()

    def text(piece: str) -> None:
        # Word puts an instruction together from pieces, so that a search of the text would miss it.
        if inside:
            command.append(piece)
            if _COMMAND.match("".join(command[:64])):
                raise _commands()

    xml.read(_part(archive, parts, name), start, text)


def _check_part(entry: zipfile.ZipInfo, first: bytes) -> None:
    if first.startswith(signatures.OLE):
        raise _object()


def _part(archive: Archive, parts: Mapping[str, zipfile.ZipInfo], name: str) -> Iterator[bytes]:
    if name not in parts:
        raise broken("a part of the document is missing")
    return archive.chunks(parts[name])


def _macros() -> Unsafe:
    return Unsafe(Reason.MACROS, "The document holds macros. Save it in a format without macros and upload that.")


def _object() -> Unsafe:
    return Unsafe(
        Reason.EMBEDDED_OBJECT, "The document holds an object of another program. Put in a picture of it instead."
    )


def _commands() -> Unsafe:
    return Unsafe(Reason.ACTIVE_CONTENT, "The document has a field that gives commands to other programs (DDE).")
