"""What quizzes say about a learner, and about a course's learners, in figures.

A learner's are of those scores alone that the reader may see: to the learner what is released, to graders all.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from bson import ObjectId

from lms.attempts import repository, results, showing
from lms.blind import pseudonyms
from lms.courses.access import CourseAccess
from lms.figures import Figure, mean, percent
from lms.mongo import Document
from lms.quizzes import published


def of_learner(access: CourseAccess, user_id: ObjectId) -> list[Figure]:
    quizzes = {quiz["_id"]: quiz for quiz in published.in_course(access.course_id)}
    attempts = [row for row in repository.attempts_of(access.course_id, user_id) if row["quiz_id"] in quizzes]
    ended = [row for row in attempts if row["status"] != "open"]
    seen = _seen(access, quizzes, ended)
    scores = {_id: results.percentage(share) for _id, share in _together(quizzes, seen).items()}
    return [
        Figure("quizzes.published", "Quizzes in the course", len(quizzes), "quizzes", len(quizzes)),
        Figure("quizzes.scored", "Quizzes with a score", len(scores), "quizzes", len(quizzes)),
        Figure("attempts.handed_in", "Attempts handed in", len(ended), "attempts", len(ended)),
        *_of_attempts(ended),
        *_of_scores(quizzes, scores),
        *_of_repeated(seen),
    ]


def shares_seen(access: CourseAccess, user_id: ObjectId) -> dict[ObjectId, Fraction]:
    """The learner's share of what is possible in each published quiz in which the reader sees a result."""
    quizzes = {quiz["_id"]: quiz for quiz in published.in_course(access.course_id)}
    attempts = [row for row in repository.attempts_of(access.course_id, user_id) if row["status"] != "open"]
    return _together(quizzes, _seen(access, quizzes, attempts))


def _seen(
    access: CourseAccess, quizzes: Mapping[ObjectId, Document], attempts: Sequence[Document]
) -> dict[ObjectId, list[Fraction]]:
    """By quiz, of the attempts whose score the reader sees by the learner's name, in their order."""
    seen: dict[ObjectId, list[Fraction]] = {_id: [] for _id in quizzes}
    for row in attempts:
        quiz = quizzes.get(row["quiz_id"])
        if quiz and not pseudonyms.are_needed(quiz):
            score = showing.summary(access, row, quiz, None)["score"]
            if score and score["score"] is not None:
                seen[quiz["_id"]].append(results.share(score))
    return seen


def _together(
    quizzes: Mapping[ObjectId, Document], seen: Mapping[ObjectId, Sequence[Fraction]]
) -> dict[ObjectId, Fraction]:
    """Of the quizzes with a result."""
    combined = {_id: results.combined(quizzes[_id]["score_policy"], shares) for _id, shares in seen.items()}
    return {_id: share for _id, share in combined.items() if share is not None}


def _of_attempts(ended: Sequence[Document]) -> list[Figure]:
    late = sum(1 for row in ended if row["score"]["late_seconds"] > 0)
    waiting = sum(1 for row in ended if row["status"] == "submitted")
    found = []
    if late:
        found.append(Figure("attempts.late", "Attempts handed in late", late, "attempts", len(ended)))
    if waiting:
        found.append(Figure("attempts.waiting", "Attempts that wait for a grader", waiting, "attempts", len(ended)))
    return found


def _of_scores(quizzes: Mapping[ObjectId, Document], known: Mapping[ObjectId, float]) -> list[Figure]:
    found: list[Figure] = []
    if not known:
        return found
    found.append(
        Figure("quizzes.mean", "Average score of the quizzes", mean(list(known.values())), "percent", len(known))
    )
    failable = [_id for _id in known if quizzes[_id]["passing_percent"] is not None]
    passed = sum(1 for _id in failable if known[_id] >= quizzes[_id]["passing_percent"])
    if failable:
        found.append(Figure("quizzes.passed", "Quizzes passed", passed, "quizzes", len(failable)))
    return found + _extremes(quizzes, known, {_id: 1 for _id in known}, "Score")


def _extremes(
    quizzes: Mapping[ObjectId, Document], scores: Mapping[ObjectId, float], n: Mapping[ObjectId, int], what: str
) -> list[Figure]:
    """The best and the weakest quiz; none where there is no difference."""
    best, weakest = max(scores, key=lambda _id: scores[_id]), min(scores, key=lambda _id: scores[_id])
    if scores[best] == scores[weakest]:
        return []
    return [
        Figure(name, f"{what} in the {word} quiz", round(scores[_id], 1), "percent", n[_id], quizzes[_id]["title"])
        for name, word, _id in (("quizzes.best", "best", best), ("quizzes.weakest", "weakest", weakest))
    ]


def _of_repeated(seen: Mapping[ObjectId, Sequence[Fraction]]) -> list[Figure]:
    gains = [results.percentage(shares[-1] - shares[0]) for shares in seen.values() if len(shares) > 1]
    if not gains:
        return []
    name = "Change from the first to the last attempt, on average"
    return [Figure("attempts.gain", name, mean(gains), "points", len(gains))]


def of_learners(access: CourseAccess, user_ids: Sequence[ObjectId]) -> list[Figure]:
    """Of these learners together."""
    quizzes = {quiz["_id"]: quiz for quiz in published.in_course(access.course_id)}
    found = [Figure("quizzes.published", "Quizzes in the course", len(quizzes), "quizzes", len(quizzes))]
    by_quiz = repository.results_by_quiz(list(quizzes), user_ids) if quizzes and user_ids else {}
    counted = sum(row["count"] for row in by_quiz.values())
    found.append(Figure("results.scored", "Results with a score", counted, "results", counted))
    if not counted:
        return found
    total = sum(row["mean"] * row["count"] for row in by_quiz.values())
    found.append(Figure("results.mean", "Average score", round(total / counted, 1), "percent", counted))
    failable = {_id: row for _id, row in by_quiz.items() if quizzes[_id]["passing_percent"] is not None}
    tried = sum(row["count"] for row in failable.values())
    if tried:
        share = percent(sum(row["passed"] for row in failable.values()), tried)
        found.append(Figure("results.passed", "Share of results that pass", share, "percent", tried))
    means = {_id: row["mean"] for _id, row in by_quiz.items()}
    found += _extremes(quizzes, means, {_id: row["count"] for _id, row in by_quiz.items()}, "Average score")
    return found + _of_all_attempts(repository.handed_in(list(quizzes), user_ids))


def _of_all_attempts(counts: Mapping[str, int]) -> list[Figure]:
    handed_in = counts["count"]
    found = [Figure("attempts.handed_in", "Attempts handed in", handed_in, "attempts", handed_in)]
    if counts["late"]:
        share = percent(counts["late"], handed_in)
        found.append(Figure("attempts.late", "Share of attempts handed in late", share, "percent", handed_in))
    if counts["waiting"]:
        waiting = Figure(
            "attempts.waiting", "Attempts that wait for a grader", counts["waiting"], "attempts", handed_in
        )
        found.append(waiting)
    return found
