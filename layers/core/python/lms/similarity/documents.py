"""A submission's text or program as it is compared: its tokens without what anybody may share."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, NamedTuple

from bson import ObjectId

from lms.similarity import code, exclusions
from lms.similarity.fingerprints import CODE, TEXT, Fingerprint, Thresholds, winnowed
from lms.similarity.tokens import GAP, Range, Token, inside, without, words

TEXT_KIND = "text"
# Of a file that is plain text by its type: the language that its name says it is in.
_LANGUAGES: Mapping[str, str | None] = {
    **{".py": "python", ".java": "java"},
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx"), "javascript"),
    **dict.fromkeys((".c", ".h", ".cpp", ".hpp", ".cs", ".go", ".rs", ".php", ".rb", ".kt", ".swift", ".ts"), None),
}
# Between two pieces: a sign that is no word, so that no sentence goes from one into the next.
_BETWEEN = "\n\n¶\n\n"


class Piece(NamedTuple):
    """From ``start`` on the document's source is that of this file, or, of none, what was written."""

    start: int
    file_id: ObjectId | None


@dataclass(frozen=True)
class Document:
    """``kind`` is "text" or a programming language ("code" where it is not known); ``tokens`` point into
    ``source``, with a gap wherever something was left out; ``literals`` are a program's values; ``pieces`` are what
    it is joined of."""

    kind: str
    source: str
    tokens: list[Token]
    literals: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = (Piece(0, None),)

    @property
    def thresholds(self) -> Thresholds:
        return TEXT if self.kind == TEXT_KIND else CODE

    @property
    def length(self) -> int:
        """In tokens that count."""
        return sum(token.value != GAP for token in self.tokens)

    def piece(self, characters: Range) -> tuple[Piece, Range]:
        """The piece that these characters of the source are in, and where in it."""
        found = self.pieces[bisect_right(self.pieces, characters.start, key=lambda each: each.start) - 1]
        return found, Range(characters.start - found.start, characters.end - found.start)

    def fingerprints(self) -> list[Fingerprint]:
        return winnowed(self.tokens, self.thresholds, self.kind)


def of_text(text: str, template: str = "") -> Document:
    """Without quotes, references and what the template holds."""
    tokens = words(text)
    left_out = inside(tokens, [*exclusions.quotes(text, tokens), *exclusions.references(text)])
    left_out |= exclusions.of_template(tokens, words(template), TEXT, TEXT_KIND)
    return Document(TEXT_KIND, text, without(tokens, left_out))


def of_code(source: str, language: str | None, template: str = "") -> Document:
    """Without what the template holds."""
    kind = language if language in code.LANGUAGES else "code"
    program, given = code.read(source, language), code.read(template, language)
    left_out = exclusions.of_template(program.tokens, given.tokens, CODE, kind)
    kept = [value for value in program.literals if value not in set(given.literals)]
    return Document(kind, source, without(program.tokens, left_out), tuple(kept))


def of_submission(submission: Mapping[str, Any], template: str) -> dict[str, Document]:
    """What was handed in, written or in files (``file_texts``), by its kind, without what the assignment's template
    holds."""
    found = defaultdict[str, list[tuple[ObjectId | None, Document]]](list)
    for file_id, document in _written(submission, template):
        found[document.kind].append((file_id, document))
    return {kind: _joined(kind, pieces) for kind, pieces in found.items()}


def _written(submission: Mapping[str, Any], template: str) -> Iterator[tuple[ObjectId | None, Document]]:
    if submission["text"]:
        yield None, of_text(submission["text"], template)
    if submission["code"]:
        yield None, of_code(submission["code"], submission["language"], template)
    names = {file["id"]: file["name"] for file in submission.get("files", ())}
    for file_id, read in submission.get("file_texts", {}).items():
        if read.text:
            suffix = PurePath(names.get(file_id, "")).suffix.lower()
            if suffix in _LANGUAGES:
                yield file_id, of_code(read.text, _LANGUAGES[suffix], template)
            else:
                yield file_id, of_text(read.text, template)


def _joined(kind: str, documents: Sequence[tuple[ObjectId | None, Document]]) -> Document:
    source, tokens, literals, pieces = "", list[Token](), list[str](), []
    for file_id, document in documents:
        if source:
            sign = len(source) + _BETWEEN.index("¶")
            tokens.append(Token(GAP, sign, sign))
            source += _BETWEEN
        start = len(source)
        tokens += [Token(each.value, start + each.start, start + each.end) for each in document.tokens]
        literals += document.literals
        pieces.append(Piece(start, file_id))
        source += document.source
    return Document(kind, source, tokens, tuple(literals), tuple(pieces))
