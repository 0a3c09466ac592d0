"""Questions about lessons that there are, of the kinds and about as hard as asked for."""

from collections.abc import Sequence

from lms.ai import gates
from lms.ai.grounded import questions, readability
from lms.ai.grounded.readability import HARDEST
from lms.ai.lesson_texts import Asked, LessonText, Questions, QuestionTask
from lms.ai.models import Block, Lesson, Question, Source, TrueFalse
from lms.fields import Difficulty

_LEVELS = list(Difficulty)
_SPARE = 2
_RECALLED = {"cloze", "short_text"}


def ask(task: QuestionTask, lesson: LessonText, sources: Sequence[Source]) -> Questions:
    """At most ``count`` questions, the kinds by turns; fewer where the lesson holds no more, none where it is in
    another language."""
    prose = [block for block in lesson.blocks if block.kind == "markdown"]
    if not prose:
        return Questions()
    blocks = [Block(kind="markdown", text=block.text, source=block.source) for block in prose]
    # Its first block counts as a lesson's summary, of which nothing is asked.
    laid = Lesson(blocks=[blocks[0], *blocks])
    found = questions.from_lesson(
        laid,
        count=_SPARE * task.count + len(task.kinds),
        kinds=task.kinds,
        title=lesson.title,
        language=task.language,
        sources=sources,
        besides=[TrueFalse(prompt="?", answer=True, evidence=each) for each in task.besides],
    )
    kept = gates.passing(found, laid)
    if gates.foreign(kept, task.language):
        return Questions()
    asked = [Asked(question=each, difficulty=difficulty(each)) for each in kept]
    return Questions(asked=_by_turns(asked, task)[: task.count])


def _by_turns(asked: Sequence[Asked], task: QuestionTask) -> list[Asked]:
    """The kinds by turns, in each of them and among them those nearest to the difficulty first."""
    wanted = _LEVELS.index(task.difficulty)

    def distance(each: Asked) -> int:
        return abs(_LEVELS.index(each.difficulty) - wanted)

    series = [sorted((each for each in asked if each.question.kind == kind), key=distance) for kind in task.kinds]
    places = [(place, distance(each), each) for one in series for place, each in enumerate(one)]
    return [each for _, _, each in sorted(places, key=lambda row: row[:2])]


def difficulty(question: Question) -> Difficulty:
    """To recognise what an easy sentence says is for beginners; to recall it is a step up, to understand a hard one
    too."""
    steps = (question.kind in _RECALLED) + (readability.lix(question.evidence) > HARDEST[Difficulty.INTERMEDIATE])
    return _LEVELS[steps]
