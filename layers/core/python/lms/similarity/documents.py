"""A submission's text or program as it is compared: its tokens without what anybody may share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms.similarity import code, exclusions
from lms.similarity.fingerprints import CODE, TEXT, Fingerprint, Thresholds, winnowed
from lms.similarity.tokens import GAP, Token, inside, without, words

TEXT_KIND = "text"


@dataclass(frozen=True)
class Document:
    """``kind`` is "text" or a programming language ("code" where it is not known); ``tokens`` point into
    ``source``, with a gap wherever something was left out; ``literals`` are a program's values."""

    kind: str
    source: str
    tokens: list[Token]
    literals: tuple[str, ...] = ()

    @property
    def thresholds(self) -> Thresholds:
        return TEXT if self.kind == TEXT_KIND else CODE

    @property
    def length(self) -> int:
        """In tokens that count."""
        return sum(token.value != GAP for token in self.tokens)

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
    """What was handed in as text and as code, by these names, without what the assignment's template holds."""
    found = {}
    if submission["text"]:
        found["text"] = of_text(submission["text"], template)
    if submission["code"]:
        found["code"] = of_code(submission["code"], submission["language"], template)
    return found
