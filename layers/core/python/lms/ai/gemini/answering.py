"""An answer to a question about a course: what is asked, what is answered, and what of it the passages say."""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from lms.ai import gates
from lms.ai.gemini import markup, prompts
from lms.ai.gemini.answers import Answer, Text
from lms.ai.gemini.prompts import Prompt
from lms.ai.tutoring import AnswerSentence, Citation, Passage

_LEAST_QUOTED = 3


class PassageCitation(Answer):
    passage: Annotated[int, Field(description="a passage's number")]
    quote: Annotated[Text, Field(description="at least 3 words copied letter for letter from that passage")]


class CourseAnswerSentence(Answer):
    text: Text
    citations: Annotated[list[PassageCitation], Field(min_length=1)]


class CourseAnswer(Answer):
    answered: bool
    sentences: Annotated[list[CourseAnswerSentence], Field(max_length=12)]


def prompt(question: str, passages: Sequence[Passage], language: str) -> Prompt:
    shown = [
        {"number": number, "lesson": passage.lesson_title, "text": passage.text}
        for number, passage in enumerate(passages, 1)
    ]
    return prompts.prompt("answer.v1", {"write": "answer", "language": language}, question=question, passages=shown)


def answer(given: CourseAnswer, passages: Sequence[Passage], language: str) -> list[AnswerSentence]:
    """The sentences in that language that stand in what they cite; the others are dropped."""
    if not given.answered:
        return []
    made = [AnswerSentence(each.text, _citations(each.citations, passages)) for each in given.sentences]
    return [sentence for sentence in made if sentence.citations and _is_sound(sentence, language)]


def _citations(cited: Sequence[PassageCitation], passages: Sequence[Passage]) -> list[Citation]:
    """Those whose quote stands word for word in the passage that they name."""
    found = []
    for each in cited:
        passage = passages[each.passage - 1] if 1 <= each.passage <= len(passages) else None
        quote = _standing(each.quote, passage.text) if passage else None
        if passage and quote and _is_long_enough(quote, passage.text):
            found.append(Citation(passage, quote))
    return found


def _is_long_enough(quote: str, passage: str) -> bool:
    return len(quote.split()) >= _LEAST_QUOTED or len(quote) * 2 >= len(passage)


def _standing(quote: str, passage: str) -> str | None:
    """The quote as it stands in the passage, whatever its line breaks; None where it does not."""
    pattern = r"\s+".join(map(re.escape, quote.split()))
    found = re.search(rf"(?<!\w){pattern}(?!\w)", passage)
    return found.group() if found else None


def _is_sound(sentence: AnswerSentence, language: str) -> bool:
    cited = [citation.passage for citation in sentence.citations]
    ground, titles = ("\n".join(each) for each in ([c.text for c in cited], [c.lesson_title for c in cited]))
    return not markup.forbidden(sentence.text) and not gates.answer(sentence.text, ground, language, titles)
