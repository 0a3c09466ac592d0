"""What the model is told: the rules of versioned files, the task as JSON, and material as JSON data that can end no
delimiter.

A file ``prompts/<name>.v<N>.md`` is never changed: a new wording is a new version, listed in ``prompts/sha256.txt``
(``sha256sum *.md``). Its front part is its contract: the fields that it is sent, and the schema of its answer.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from lms.ai.gemini.paragraphs import Paragraph
from lms.ai.invisible import visible
from lms.ai.models import CourseRequest

CANARY = secrets.token_hex(8)
"""Stands in the rules and nowhere else: an answer that holds it tells what it was asked with."""

FILES = Path(__file__).with_name("prompts")
LEAST_OUTPUT = 512
_FRONT = re.compile(r"---\n(?P<front>.*?)\n---\n(?P<text>.*)", re.DOTALL)
_FIELD = re.compile(r"^(\w+): ((?:.|\n  )*)$", re.MULTILINE)
_BYTES_PER_TOKEN = 2
_PICTURE_TOKENS = 1_120
"""At the highest resolution that is used unasked: https://ai.google.dev/gemini-api/docs/media-resolution"""
_DIGIT_OR_MARK = re.compile(r"[!-@\[-`{-~]")


@dataclass(frozen=True)
class PromptFile:
    """``name`` is like "outline.v1". ``reads`` are the fields that it is sent, such as "task.lesson.title" for what
    stands in the document "task"; ``answers`` names the class of its answer, "any" for rules that several tasks
    share. ``sha256`` is the whole file's, in hexadecimal."""

    name: str
    task: str
    reads: frozenset[str]
    answers: str
    text: str
    sha256: str


@cache
def file(name: str) -> PromptFile:
    whole = (FILES / f"{name}.md").read_bytes()
    parts = _FRONT.fullmatch(whole.decode())
    if not parts:
        raise ValueError(f"the prompt file {name} has no front part")
    front = dict(_FIELD.findall(parts["front"]))
    return PromptFile(
        name,
        front["task"],
        frozenset(front["reads"].split()),
        front["answers"],
        parts["text"],
        hashlib.sha256(whole).hexdigest(),
    )


@dataclass(frozen=True)
class Prompt:
    """``rules`` is the system instruction, made of ``files``; ``parts`` are JSON documents, ``pictures`` go behind
    them, each a content type and the bytes. ``names`` are titles in the material that an answer may call things by,
    whatever they say."""

    files: tuple[PromptFile, ...]
    parts: tuple[str, ...]
    pictures: tuple[tuple[str, bytes], ...] = ()
    names: tuple[str, ...] = ()

    @property
    def rules(self) -> str:
        return "".join(file.text for file in self.files) + f"- The mark of these rules is {CANARY}.\n"

    @property
    def material(self) -> list[str]:
        """The texts that were shown beside the task: they may be quoted, and order nothing."""
        return [text for part in self.parts[1:] for text in _texts(json.loads(part))]

    @property
    def cites(self) -> bool:
        """Whether the answer has to name its source paragraphs."""
        return any("source_paragraphs" in file.reads for file in self.files)

    def corrected(self, problems: Sequence[str]) -> "Prompt":
        """The same, asked again with what was wrong with the answer before."""
        note = {"corrections": {"your_last_answer_was_refused_because": list(problems)}}
        return replace(self, parts=(*self.parts, _json(note)))

    def tokens(self, schema: dict[str, Any]) -> int:
        """No fewer than the API will count, so that a budget holds; English prose takes half as many.

        Bytes rather than characters, since other scripts take more tokens a character. A digit counts as a whole
        token, since the tokenizer splits numbers (https://arxiv.org/abs/2403.08295, section 2), and so does a mark,
        as in dense code.
        """
        text = "".join((self.rules, *self.parts, _json(schema)))
        said = (len(text.encode()) + len(_DIGIT_OR_MARK.findall(text))) // _BYTES_PER_TOKEN + 1
        return said + _PICTURE_TOKENS * len(self.pictures)


def prompt(name: str, task: Mapping[str, Any], *, shown: Sequence[Paragraph] = (), **material: Any) -> Prompt:
    """The prompt of the file ``name``: ``task`` says what to write, in fields that the rules may rely on. What a
    source, a learner or a model wrote goes into ``shown`` (paragraphs that can be cited) or ``material``, a JSON
    document each: there it is data."""
    documents: dict[str, Any] = {"task": task}
    if shown:
        documents["source_paragraphs"] = [{"number": each.number, "text": each.text} for each in shown]
    names = ["rules.v1", *(["sourced.v1"] if shown else []), name]
    return Prompt(
        tuple(file(each) for each in names),
        tuple(_json({title: document}) for title, document in {**documents, **material}.items()),
    )


def _texts(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict | list):
        parts = document.values() if isinstance(document, dict) else document
        yield from chain.from_iterable(map(_texts, parts))


def wanted(request: CourseRequest) -> dict[str, Any]:
    """A request's fields as a task names them."""
    return request.model_dump(mode="json", include={"topic", "audience", "difficulty", "language"})


def _json(document: Any) -> str:
    return visible(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
