"""A narrative in English: sentences with gaps, each filled with the figures that it names."""

from collections.abc import Callable, Mapping, Sequence

from lms.ai.narration import About, Sentence, has_evidence, is_enough
from lms.figures import Figure

Figures = Mapping[str, Figure]

_WHO = {"you": "You have", "learner": "The learner has"}
_SINGULAR = {
    "attempts": "attempt",
    "days": "day",
    "learners": "learner",
    "lessons": "lesson",
    "minutes": "minute",
    "quizzes": "quiz",
    "results": "result",
}


def narrative(figures: Sequence[Figure], about: About) -> list[Sentence]:
    """What the figures say, and where there are too few answers, that."""
    known = {figure.id: figure for figure in figures}
    told = _SENTENCES if has_evidence(figures) else ()
    return [
        *(Sentence(write(known, about), ids) for ids, write in told if _can_tell(known, ids)),
        *_too_little(known, has_evidence(figures)),
    ]


def _can_tell(known: Figures, ids: Sequence[str]) -> bool:
    """An average or a share of too few says nothing, and a count of nothing neither."""
    if not known.keys() >= set(ids) or not known[ids[0]].n:
        return False
    return all(is_enough(known[_id]) for _id in ids if _id in _AVERAGES)


_AVERAGES = {
    "quizzes.mean",
    "results.mean",
    "results.passed",
    "learners.mean_percent",
    "lessons.least_completed",
}


def _too_little(known: Figures, has_any: bool) -> list[Sentence]:
    """Where no average of scores could be told."""
    average = next((known[_id] for _id in ("quizzes.mean", "results.mean") if _id in known), None)
    if average and is_enough(average):
        return []
    ids = tuple(_id for _id in ("quizzes.scored", "results.scored") if _id in known)
    if not has_any:
        ids += tuple(_id for _id in ("progress.started", "learners.active") if _id in known)
    told = " and ".join(_TOO_LITTLE[_id](known[_id]) for _id in ids)
    return [Sentence(f"There are not enough answers yet to judge by: {told}.", ids)] if ids else []


_TOO_LITTLE: Mapping[str, Callable[[Figure], str]] = {
    "quizzes.scored": lambda figure: f"{_counted(figure.value, 'quizzes')} with a score",
    "results.scored": lambda figure: f"{_counted(figure.value, 'results')} with a score",
    "progress.started": lambda figure: f"{_counted(figure.value, 'lessons')} begun",
    "learners.active": lambda figure: f"{_counted(figure.value, 'learners')} in the course",
}


def _counted(value: float, noun: str) -> str:
    return f"{_number(value)} {_SINGULAR[noun] if value == 1 else noun}"


def _number(value: float) -> str:
    return f"{abs(value):.1f}".removesuffix(".0")


def _of(figure: Figure) -> str:
    """E.g. ``3 of 5 lessons``."""
    return f"{_share(figure)} {_SINGULAR[figure.unit] if figure.n == 1 else figure.unit}"


def _share(figure: Figure) -> str:
    return f"{_number(figure.value)} of {figure.n}"


def _progress(known: Figures, about: About) -> str:
    share = known["progress.percent"]
    return (
        f"{_WHO[about]} completed {_of(known['progress.completed'])}, {_number(share.value)} percent of the course."
    )


def _minutes(known: Figures, about: About) -> str:
    minutes = known["progress.minutes"]
    return f"{_WHO[about]} spent {_counted(minutes.value, 'minutes')} on {_counted(minutes.n, 'lessons')}."


def _idle(known: Figures, about: About) -> str:
    days = known["progress.idle_days"].value
    return f"The last activity was {_counted(days, 'days') if days else 'less than a day'} ago."


def _extremes(known: Figures, about: About) -> str:
    best, weakest = known["quizzes.best"], known["quizzes.weakest"]
    what = "average score" if about == "course" else "score"
    return (
        f"The best {what} is {_number(best.value)} percent, in “{best.label}”, "
        f"and the weakest {_number(weakest.value)} percent, in “{weakest.label}”."
    )


def _gain(known: Figures, about: About) -> str:
    gain = known["attempts.gain"]
    over = f"over {_counted(gain.n, 'quizzes')}"
    if not gain.value:
        return f"From the first to the last attempt the score stayed the same on average, {over}."
    verb = "rose" if gain.value > 0 else "fell"
    return (
        f"From the first to the last attempt the score {verb} by {_number(gain.value)} points on average, {over}."
    )


def _late(known: Figures, about: About) -> str:
    late = known["attempts.late"]
    if late.unit == "percent":
        return f"{_number(late.value)} percent of {_counted(late.n, 'attempts')} came late."
    return f"{_of(late)} came late."


def _waiting(known: Figures, about: About) -> str:
    waiting = known["attempts.waiting"].value
    return f"{_counted(waiting, 'attempts')} still {'waits' if waiting == 1 else 'wait'} for a grader."


def _course_progress(known: Figures, about: About) -> str:
    share = known["learners.mean_percent"]
    return f"The {share.n} learners have completed {_number(share.value)} percent of the course on average."


def _least_completed(known: Figures, about: About) -> str:
    least = known["lessons.least_completed"]
    return (
        f"“{least.label}” is the lesson that fewest have completed: {_number(least.value)} percent of the learners."
    )


def _results(known: Figures, about: About) -> str:
    average = known["results.mean"]
    return f"The average score is {_number(average.value)} percent, over {_counted(average.n, 'results')}."


def _passed(known: Figures, about: About) -> str:
    passed = known["results.passed"]
    return f"{_number(passed.value)} percent of {_counted(passed.n, 'results')} pass."


def _quiz_average(known: Figures, about: About) -> str:
    average = known["quizzes.mean"]
    return f"The average score over {_counted(average.n, 'quizzes')} is {_number(average.value)} percent."


def _plainly(_id: str) -> tuple[tuple[str, ...], Callable[[Figures, About], str]]:
    return (_id,), lambda known, _: f"{known[_id].name}: {_share(known[_id])}."


_SENTENCES: Sequence[tuple[tuple[str, ...], Callable[[Figures, About], str]]] = (
    (("progress.completed", "progress.percent"), _progress),
    (("progress.minutes",), _minutes),
    (("progress.idle_days",), _idle),
    (("learners.mean_percent",), _course_progress),
    _plainly("learners.finished"),
    _plainly("learners.not_started"),
    _plainly("learners.idle"),
    (("lessons.least_completed",), _least_completed),
    _plainly("quizzes.scored"),
    (("quizzes.mean",), _quiz_average),
    (("results.mean",), _results),
    _plainly("quizzes.passed"),
    (("results.passed",), _passed),
    (("quizzes.best", "quizzes.weakest"), _extremes),
    (("attempts.gain",), _gain),
    (("attempts.late",), _late),
    (("attempts.waiting",), _waiting),
)
