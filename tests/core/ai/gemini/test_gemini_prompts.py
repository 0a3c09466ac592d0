"""Prompt files: what is sent and read back is what each one's front part says, and no version ever changes."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bson import ObjectId

from lms.ai.gemini import prompts
from lms.ai.gemini.provider import Gemini
from lms.ai.lesson_texts import LessonText, Picture, QuestionTask, Task, TextBlock
from lms.ai.models import Span
from lms.ai.tutoring import Passage
from lms.fields import Difficulty
from lms.figures import Figure
from tests.core.ai.assessed import graded
from tests.core.ai.gemini.desk import OUTLINE, PLAN, SOURCE, Desk, request

NAMES = sorted(path.stem for path in prompts.FILES.glob("*.md"))
SHARED = {"rules.v1", "sourced.v1"}


FIGURES = [Figure("progress.percent", "Share of the course completed", 40.0, "percent", 5)]
PASSAGE = Passage(ObjectId(), "Cells", "b1", "Membranes hold a cell together.")


START = SOURCE.text.index("Photosynthesis is")
TEXT = LessonText(
    id="b" * 24,
    title="Light",
    audience="beginners",
    difficulty=Difficulty.BEGINNER,
    language="en",
    blocks=[
        TextBlock(
            id="1",
            kind="markdown",
            text=SOURCE.text[START : START + 600],
            source=Span(source_id=SOURCE.id, start=START, end=START + 600),
        ),
        TextBlock(id="2", kind="image", text="A leaf", file_id="c" * 24),
    ],
)
PICTURE = Picture(block_id="2", content_type="image/png", data=b"a picture")
DESCRIBE = Task(action="alt_text", block_ids=["2"], pictures=[PICTURE])
QUESTIONS = QuestionTask(count=2, kinds=["single", "cloze"], difficulty=Difficulty.BEGINNER, language="en")


def _task(action: Any, **more: Any) -> Task:
    return Task(action=action, block_ids=["1"], **more)


def _quiz(gemini: Gemini) -> object:
    return gemini.quiz(request(), PLAN, gemini.lesson(request(), OUTLINE, PLAN, [SOURCE]), [SOURCE])


CALLS: dict[str, Callable[[Gemini], object]] = {
    "outline.v1": lambda gemini: gemini.outline(request(), [SOURCE]),
    "lesson.v1": lambda gemini: gemini.lesson(request(), OUTLINE, PLAN, [SOURCE]),
    "quiz.v1": _quiz,
    "rewrite.v2": lambda gemini: gemini.enhance(_task("rewrite", level="beginner"), TEXT, [SOURCE]),
    "shorten.v2": lambda gemini: gemini.enhance(_task("shorten"), TEXT, [SOURCE]),
    "translate.v2": lambda gemini: gemini.enhance(_task("translate", language="de"), TEXT, [SOURCE]),
    "expand.v2": lambda gemini: gemini.enhance(_task("expand"), TEXT, [SOURCE]),
    "summary.v2": lambda gemini: gemini.enhance(_task("summary"), TEXT, [SOURCE]),
    "key_terms.v2": lambda gemini: gemini.enhance(_task("key_terms"), TEXT, [SOURCE]),
    "alt_text.v2": lambda gemini: gemini.enhance(DESCRIBE, TEXT, [SOURCE]),
    "questions.v2": lambda gemini: gemini.questions(QUESTIONS, TEXT, [SOURCE]),
    "narrative.v1": lambda gemini: gemini.narrate(FIGURES, "learner", "en"),
    "answer.v1": lambda gemini: gemini.answer("What do membranes hold?", [PASSAGE], "en"),
    "grade.v1": lambda gemini: gemini.grade(graded("Leaves are green.")),
}
"""By the file that is in use for a task: a call whose last request to the model is that task's."""


def test_every_file_in_use_is_called_here():
    newest = {name.partition(".")[0]: name for name in sorted(NAMES, key=lambda each: int(each.split(".v")[1]))}
    assert CALLS.keys() | SHARED == set(newest.values())


@pytest.mark.parametrize("name", CALLS)
def test_what_is_sent_and_answered_is_what_the_file_says(desk: Desk, name: str):
    gemini = desk.gemini()
    # The last good answer is refused once, so that corrections are sent as well.
    desk.server.fail("malformed_json", task=prompts_task(desk, name))
    CALLS[name](gemini)
    body = desk.server.calls[-1]["body"]
    sent = [json.loads(part["text"]) for part in body["contents"][0]["parts"] if "text" in part]
    assert all(len(document) == 1 for document in sent)
    files = [prompts.file(each) for each in gemini.prompts if each in SHARED | {name}]
    used = [file for file in files if file.text in body["systemInstruction"]["parts"][0]["text"]]
    assert name in {file.name for file in used}
    assert {path for document in sent for path in _paths(document)} == set().union(*(each.reads for each in used))
    assert body["generationConfig"]["responseJsonSchema"]["title"] == prompts.file(name).answers


def prompts_task(desk: Desk, name: str) -> str:
    """What the prompt of that file calls its task."""
    CALLS[name](desk.gemini())
    return str(desk.server.calls[-1]["task"])


def _paths(document: dict[str, Any], inside: str = "") -> Iterator[str]:
    for key, value in document.items():
        if isinstance(value, dict):
            yield from _paths(value, f"{inside}{key}.")
        else:
            yield f"{inside}{key}"


def test_a_version_that_was_recorded_never_changes():
    """Red? Restore the file, put the new wording into ``<name>.v<N+1>.md``, and list that: ``sha256sum *.md``."""
    lines = (prompts.FILES / "sha256.txt").read_text(encoding="utf-8").splitlines()
    recorded = {name.removesuffix(".md"): sha256 for sha256, name in map(str.split, lines)}
    assert {name: prompts.file(name).sha256 for name in NAMES} == recorded


@pytest.mark.parametrize("name", NAMES)
def test_a_file_says_only_fields_that_exist(name: str):
    """A field that a text names as ``task.x`` is one of those that its contract, or the common rules', reads."""
    file = prompts.file(name)
    known = file.reads | prompts.file("rules.v1").reads
    named = {word.strip(".,:;") for word in file.text.split() if word.startswith("task.")}
    assert {field for field in named if not any(path.startswith(field) for path in known)} == set()


def test_the_provider_tells_which_files_it_used(desk: Desk):
    gemini = desk.gemini()
    assert gemini.prompts == {}
    gemini.outline(request(), [])
    assert gemini.prompts == {name: prompts.file(name).sha256 for name in ("rules.v1", "outline.v1")}
    gemini.outline(request(), [SOURCE])
    assert "sourced.v1" in gemini.prompts
