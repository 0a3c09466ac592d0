"""As many questions as a lesson allows, of the kinds wished for."""

import pytest

from lms.ai import evidence
from lms.ai.grounded import questions
from lms.ai.grounded.words import stems
from lms.ai.models import Block, Lesson, Quiz, Span
from tests.core.ai.grounded.courses import NAMES, made
from tests.core.ai.grounded.texts import CELL, library

ALL = 1_000


def lesson_of(*paragraphs: str) -> Lesson:
    return Lesson(blocks=[Block(kind="markdown", text=text) for text in paragraphs])


@pytest.mark.parametrize("name", NAMES)
def test_all_questions_of_a_lesson_are_settled_by_it_and_none_is_asked_twice(name: str) -> None:
    for source, plan, lesson, _ in made(name)[:8]:
        found = questions.from_lesson(lesson, count=ALL, title=plan.title, sources=[source])
        if found:
            assert evidence.problems(Quiz(questions=found), lesson) == []
        asked = [stems(question.evidence) for question in found]
        assert len(set(asked)) == len(asked)
        assert len({question.prompt for question in found}) == len(found)


@pytest.mark.parametrize("kind", questions.KINDS)
def test_only_the_kinds_wished_for(kind: str) -> None:
    source, plan, lesson, _ = made("photosynthesis")[6]
    found = questions.from_lesson(lesson, count=3, kinds=[kind], title=plan.title, sources=[source])
    assert [question.kind for question in found] == [kind] * 3


def test_no_more_than_asked_for_and_the_kinds_by_turns() -> None:
    source, plan, lesson, _ = made("photosynthesis")[6]
    for count in range(5):
        found = questions.from_lesson(lesson, count=count, title=plan.title, sources=[source])
        assert [question.kind for question in found] == list(questions.KINDS)[:count]


def test_the_same_call_gives_the_same_and_another_seed_something_else() -> None:
    source, plan, lesson, _ = made("python")[6]
    asked = [
        questions.from_lesson(lesson, count=4, title=plan.title, sources=[source], seed=seed) for seed in "aab"
    ]
    assert asked[0] == asked[1] != asked[2]


def test_what_a_quiz_asks_is_not_asked_again() -> None:
    source, plan, lesson, quiz = made("machine_learning")[6]
    more = questions.from_lesson(lesson, count=ALL, title=plan.title, sources=[source], besides=quiz.questions)
    assert more
    assert not {question.evidence for question in quiz.questions} & {question.evidence for question in more}
    answers = {question.answer for question in quiz.questions if question.kind in ("cloze", "short_text")}
    assert not answers & {question.answer for question in more if question.kind in ("cloze", "short_text")}


def test_a_sentence_that_stands_twice_is_asked_about_once() -> None:
    lesson = lesson_of("A summary.", *["The long war of the two cities ended in the spring of 1204."] * 3)
    assert len(questions.from_lesson(lesson, count=ALL)) == 1


def test_a_lesson_without_sources_gives_wrong_answers_of_its_own() -> None:
    _, plan, lesson, _ = made("photosynthesis")[6]
    found = questions.from_lesson(lesson, count=2, kinds=["single"], title=plan.title)
    assert len(found) == 2


def test_a_lesson_with_nothing_to_ask_about_gives_nothing() -> None:
    assert questions.from_lesson(lesson_of("Well, see below."), count=5) == []


def test_prompts_speak_the_language_asked_for() -> None:
    found = questions.from_lesson(lesson_of("Die Zelle.", CELL), count=1, kinds=["cloze"], language="de")
    assert found[0].prompt.startswith("Füllen Sie die Lücke: ")


def test_questions_point_to_their_source() -> None:
    source = library()[0]
    start = source.text.index("\n\n", 200) + 2
    block = Block(
        kind="markdown",
        text=source.text[start : start + 2_000],
        source=Span(source_id=source.id, start=start, end=start + 2_000),
    )
    for question in questions.from_lesson(Lesson(blocks=[block]), count=ALL, sources=[source]):
        assert question.source
        assert source.text[question.source.start : question.source.end] == question.evidence
