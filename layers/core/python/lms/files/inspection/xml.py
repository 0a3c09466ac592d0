"""XML as a stream of elements. Nothing is looked up, no entity of the file's own is expanded."""

from collections.abc import Callable, Iterable, Mapping
from xml.parsers import expat

from lms.files.inspection.verdict import Reason, Unsafe, broken

Start = Callable[[str, Mapping[str, str]], None]
"""Given an element's name and its attributes, both without prefixes."""
_DEEPEST = 512


class _Reader:
    def __init__(self, start: Start, text: Callable[[str], None] | None) -> None:
        self.start = start
        self.depth = 0
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self.open
        parser.EndElementHandler = self.close
        parser.StartDoctypeDeclHandler = self.doctype
        parser.ProcessingInstructionHandler = self.instruction
        if text:
            parser.CharacterDataHandler = text

    def open(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unsafe(Reason.TOO_COMPLEX, f"The file's elements are nested more than {_DEEPEST} deep.")
        named = {_local(key): value for key, value in attributes.items() if not key.startswith("xmlns")}
        self.start(_local(name), named)

    def close(self, name: str) -> None:
        self.depth -= 1

    def doctype(self, name: str, system: str | None, public: str | None, has_declarations: bool) -> None:
        # A bare document type is what drawing programs write; one that declares things can only mean harm here.
        if has_declarations:
            raise Unsafe(Reason.ACTIVE_CONTENT, "The file declares XML entities of its own. Save it without them.")

    def instruction(self, target: str, data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise Unsafe(Reason.EXTERNAL_REFERENCE, "The file loads a style sheet from elsewhere.")


def read(chunks: Iterable[bytes], start: Start, text: Callable[[str], None] | None = None) -> None:
    """Call ``start`` for each element and ``text`` for each piece of text; raise Unsafe where it is no XML."""
    parser = _Reader(start, text).parser
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise broken(f"it is no well-formed XML in line {error.lineno}") from error
    except (ValueError, LookupError) as error:
        raise broken("it is written in an encoding that XML does not know") from error


def _local(name: str) -> str:
    return name.rpartition(":")[2]
