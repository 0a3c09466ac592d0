"""What the grounded provider asks about texts that are in no library (`benchmarks/texts`), each made into a course
and every lesson asked about as far as it goes; and what a course costs with Gemini.

Goals: every question passes all gates and is settled by a sentence of its lesson, none is a duplicate, and there
are at least 8 usable ones per 1,000 words. Usable is what passes and repeats no other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from lms.ai import evidence, gates, library
from lms.ai.gemini import pricing
from lms.ai.gemini.provider import Gemini
from lms.ai.gemini.retries import Retries
from lms.ai.grounded import outlining, questions, summarising
from lms.ai.grounded.material import capacity, read
from lms.ai.grounded.relevance import segments_for
from lms.ai.models import CourseRequest, Lesson, Question, Quiz, Source
from lms.jobs.models import Usage
from lms.telemetry import logger
from tests.gemini_server import FakeGemini

LEAST_PER_1000 = 8.0
TEXTS = Path(__file__).with_name("texts")
_WORDS_PER_LESSON = 250
_LESSONS = 15
_MODELS = ("gemini-2.5-flash-lite", "gemini-3.5-flash-lite", "gemini-3.5-flash", "gemini-3.1-pro")


@dataclass
class Tally:
    """Of one text: how many questions, and how many of them are what they should be."""

    words: int
    lessons: int
    asked: list[Question] = field(default_factory=list)
    passing: int = 0
    answerable: int = 0
    duplicates: int = 0

    def count(self, found: list[Question], lesson: Lesson) -> None:
        self.duplicates += len(repeated(found, self.asked))
        self.asked += found
        for each in found:
            self.answerable += not evidence.problems(Quiz(questions=[each]), lesson)
            self.passing += not gates.question(each, lesson)

    @property
    def usable_per_1000(self) -> float:
        return max(0, self.passing - self.duplicates) / self.words * 1_000


def repeated(found: list[Question], before: list[Question]) -> set[int]:
    """Which questions ask what an earlier one asks, by the gate's rule or on the same sentence, or offer an option
    twice; counted from 1."""
    repeats = set(gates.duplicates(found, before))
    sentences = {_bare(each.evidence) for each in before}
    for number, each in enumerate(found, start=1):
        options = [_bare(option) for option in each.options] if each.kind == "single" else []
        if _bare(each.evidence) in sentences or len(set(options)) < len(options):
            repeats.add(number)
        sentences.add(_bare(each.evidence))
    return repeats


def _bare(text: str) -> str:
    return " ".join(text.split()).casefold()


def tally(text: str) -> Tally:
    """Of a course on the text, with a lesson for each 250 words."""
    heading, _, _ = text.partition("\n")
    source = Source(id="held-out", title=heading.removeprefix("# ") if heading.startswith("# ") else "", text=text)
    words = sum(unit.words for unit in read(source).units)
    found = Tally(words, 0)
    for lesson, title in _lessons(source, words):
        asked = questions.from_lesson(lesson, count=words, title=title, sources=[source], besides=found.asked)
        found.count(asked, lesson)
        found.lessons += 1
    return found


def _lessons(source: Source, words: int) -> Iterator[tuple[Lesson, str]]:
    one = _request(source.title or "The text", 1, source.text)
    most = capacity(segments_for(one, [read(source)]))
    request = one.model_copy(update={"lesson_count": max(1, min(most, round(words / _WORDS_PER_LESSON)))})
    for plan in outlining.outline(request, [source]).lessons:
        yield summarising.lesson(plan, [source]), plan.title


def _request(topic: str, lessons: int, text: str | None = None) -> CourseRequest:
    return CourseRequest(
        topic=topic, audience="students", difficulty="intermediate", lesson_count=lessons, source_text=text
    )


def run() -> None:
    print("\nQuestions of the grounded provider on texts that are in no library")
    _line("text", "words", "lessons", "asked", "pass gates", "answerable", "duplicates", "usable/1,000")
    tallies = {path.stem: tally(path.read_text(encoding="utf-8")) for path in sorted(TEXTS.glob("*.md"))}
    for name, each in tallies.items():
        _line(name, each.words, each.lessons, len(each.asked), *_shares(each), f"{each.usable_per_1000:.1f}")
    worst = min(each.usable_per_1000 for each in tallies.values())
    asked = sum(len(each.asked) for each in tallies.values())
    passing = sum(each.passing for each in tallies.values())
    answerable = sum(each.answerable for each in tallies.values())
    duplicates = sum(each.duplicates for each in tallies.values())
    _goal("pass all gates", f"{passing} of {asked}", "all", passing == asked)
    _goal("settled by their lesson", f"{answerable} of {asked}", "all", answerable == asked)
    _goal("duplicates", str(duplicates), "0", duplicates == 0)
    _goal("usable per 1,000 words, worst text", f"{worst:.1f}", f"{LEAST_PER_1000:.0f}", worst >= LEAST_PER_1000)
    _costs()


def _shares(each: Tally) -> tuple[str, str, int]:
    total = max(1, len(each.asked))
    return f"{each.passing / total:.0%}", f"{each.answerable / total:.0%}", each.duplicates


def _costs() -> None:
    """Per library text as the source of a course of 15 lessons: tokens and dollars.

    The prompts are those that the code really sends, their tokens the code's own estimate, by which it holds
    budgets: two bytes a token, about twice what English prose takes. The answers are those of the tests' server,
    which speaks the protocol and writes as much as its prompt holds; counted in the same way, with its thoughts.
    """
    print(
        f"\nA course of {_LESSONS} lessons with Gemini: computed, at most (prompts as sent, at two bytes a token;"
    )
    print("answers as recorded by the tests' server; prices of lms/ai/gemini/pricing.py); English takes about half")
    _line("source", "calls", "input", "output", *(f"${model.removeprefix('gemini-')}" for model in _MODELS))
    today = datetime.now(UTC).date()
    for path in sorted(Path(library.__file__).with_name("library").glob("*.md")):
        calls = recorded_course(path.stem, path.read_text(encoding="utf-8"))
        told = [sum(each) for each in zip(*calls, strict=True)]
        _line(path.stem, len(calls), *told, *(f"{_dollars(model, calls, today):.3f}" for model in _MODELS))


def _dollars(model: str, calls: list[tuple[int, int]], on: date) -> float:
    return sum(pricing.cost_usd(model, read, written, on) or 0.0 for read, written in calls)


def recorded_course(name: str, text: str) -> list[tuple[int, int]]:
    """Per call of a whole course, the tokens of its input by the code's estimate and of its output."""
    # What is wrong with an answer is asked for again, and counts; the log of it would break the table.
    logger.setLevel("WARNING")
    source = Source(id="0" * 24, title=name, text=text)
    request = _request(name.replace("_", " "), _LESSONS)
    read_tokens: list[int] = []
    used: list[Usage] = []

    def hold(model: str, input_tokens: int, most_output: int) -> int:
        read_tokens.append(input_tokens)
        return most_output

    with FakeGemini() as server:
        gemini = Gemini(
            "a-key",
            model="gemini-3.5-flash-lite",
            base_url=server.url,
            remaining_seconds=lambda: 600.0,
            hold=hold,
            record=used.append,
            budget_left=lambda: None,
            retries=Retries(base=0.0),
            circuit_table="",
        )
        outline = gemini.outline(request, [source])
        for plan in outline.lessons:
            gemini.quiz(request, plan, gemini.lesson(request, outline, plan, [source]), [source])
    written = [usage.output_tokens for usage in used if usage.output_tokens]
    return list(zip(read_tokens, written, strict=True))


def _line(name: str, *figures: object) -> None:
    print(f"{name:20}" + "".join(f"{figure!s:>14}" for figure in figures), flush=True)


def _goal(what: str, figure: str, goal: str, held: bool) -> None:
    print(f"{what:40}{figure:>14}   goal {goal}: {'held' if held else 'MISSED'}", flush=True)
