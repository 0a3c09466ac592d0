"""A question's Markdown texts by path, and the HTML of each, made once when the question is written.

A path names its place: ``prompt``, ``options/{id}/text``, ``answers/{index}/feedback``, ``feedback/general``,
``gaps/{id}/options/{id}/feedback``, ``hints/{index}``; a path can be a field's name in MongoDB. What is shown as
plain text (matching answers, an essay's template) has none. HTML, never the source, is for learners: a source may
hold an author's comments, which HTML drops.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lms import markdown
from lms.errors import Invalid
from lms.quizzes.fields import GAP

if TYPE_CHECKING:
    from lms.quizzes.contents import Choice, Content, NumericAnswer, Question, TextAnswer

_MOST_HTML_BYTES = 2_000_000


def texts(question: Question) -> dict[str, str]:
    """The texts that are not empty."""
    found = {"prompt": question.prompt, **dict(_content_texts(question.content))}
    found |= {f"feedback/{name}": text for name, text in vars(question.feedback).items()}
    found |= {f"hints/{index}": text for index, text in enumerate(question.hints)}
    return {path: text for path, text in found.items() if text}


def rendered(question: Question) -> dict[str, str]:
    """The safe HTML of each text. Gaps stay in the prompt's as ``{{id}}``.

    Raise 422 where markup swallows a gap, or the HTML grows too large.
    """
    html = {path: markdown.html(text) for path, text in texts(question).items()}
    if sum(len(each.encode()) for each in html.values()) > _MOST_HTML_BYTES:
        raise Invalid(errors=[{"pointer": "/prompt", "message": "the question grows too large as HTML"}])
    if question.content.kind == "cloze":
        from nh3 import clean

        standing = GAP.findall(clean(html["prompt"], tags=set()))
        if sorted(standing) != sorted(gap.id for gap in question.content.gaps):
            message = "a gap must stand in plain text, and its id must be no markup"
            raise Invalid(errors=[{"pointer": "/prompt", "message": message}])
    return html


def _content_texts(content: Content) -> Iterator[tuple[str, str]]:
    match content.kind:
        case "single" | "multiple":
            yield from _choices(content.options)
        case "true_false":
            yield "true/feedback", content.feedback_true
            yield "false/feedback", content.feedback_false
        case "numeric":
            yield from _answers(content.answers)
        case "short_text":
            yield from _answers(content.answers)
        case "matching":
            yield from ((f"pairs/{pair.id}/prompt", pair.prompt) for pair in content.pairs)
        case "ordering":
            yield from ((f"items/{item.id}/text", item.text) for item in content.items)
        case "cloze":
            for gap in content.gaps:
                inner = _choices(gap.options) if gap.kind == "single" else _answers(gap.answers)
                yield from ((f"gaps/{gap.id}/{path}", text) for path, text in inner)
        case "essay":
            yield "notes", content.notes


def _choices(options: Sequence[Choice]) -> Iterator[tuple[str, str]]:
    for option in options:
        yield f"options/{option.id}/text", option.text
        yield f"options/{option.id}/feedback", option.feedback


def _answers(answers: Sequence[NumericAnswer | TextAnswer]) -> Iterator[tuple[str, str]]:
    for index, answer in enumerate(answers):
        yield f"answers/{index}/feedback", answer.feedback
