"""No number, quantity or percentage gets through that is not one of the figures that its sentence names."""

from itertools import pairwise

import pytest

from lms.ai import narration
from lms.ai.grounded.narrating import narrative
from lms.ai.narration import Sentence
from lms.figures import Figure

FIGURES = [
    Figure("percent", "Share of the course completed", 66.7, "percent", 3),
    Figure("completed", "Lessons completed", 2, "lessons", 3),
    Figure("big", "Seconds in all", 12345, "seconds", 7),
    Figure("gain", "Change from the first to the last attempt", -4.5, "points", 2),
    Figure("none", "Attempts handed in late", 0, "attempts", 4),
    Figure("best", "Score in the best quiz", 80, "percent", 1, "Quiz 7: 30 facts"),
    Figure("idle", "Learners idle for 14 days or more", 5, "learners", 9),
]


def wrong(text: str, *ids: str, language: str = "en") -> list[str]:
    return narration.problems([Sentence(text, ids)], FIGURES, language)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("The learner has completed 66.7 percent.", ["percent"]),
        ("The learner has completed 67 % of the course.", ["percent"]),
        ("2 of 3 lessons are completed, 66.7 percent.", ["completed", "percent"]),
        ("12,345 seconds together.", ["big"]),
        ("12345 seconds together.", ["big"]),
        ("The score fell by 4.5 points.", ["gain"]),
        ("The score fell by 4.5 percentage points.", ["gain"]),
        ("0 attempts were late.", ["none"]),
        ("None of the attempts was late.", ["none"]),
        ("The best score is 80 percent, in “Quiz 7: 30 facts”.", ["best"]),
        ("5 of 9 learners were idle for 14 days or more.", ["idle"]),
    ],
)
def test_what_the_figures_say_may_be_said(text: str, ids: list[str]):
    assert wrong(text, *ids) == []


@pytest.mark.parametrize("language", ["de", "fr", "es", "it", "pt", "nl"])
def test_other_languages_write_numbers_their_own_way(language: str):
    assert wrong("66,7 % – 12.345.", "percent", "big", language=language) == []


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("The learner has completed 70 percent.", ["percent"]),
        ("The learner has completed 66.8 percent.", ["percent"]),
        ("The learner has completed 66.7 lessons.", ["percent"]),
        ("2 percent of the lessons are completed.", ["completed"]),
        ("The learner has completed 66.7 percent.", ["completed"]),
        ("The learner has completed 66.7 percent.", []),
        ("The learner has completed 66.7 percent.", ["unknown"]),
        ("The learner has completed two lessons.", ["completed"]),
        ("The learner has completed two thirds.", ["percent"]),
        ("The score doubled.", ["gain"]),
        ("Half of the lessons are left.", ["completed"]),
        ("All lessons are completed.", ["completed"]),
        ("The learner has completed no lesson.", ["completed"]),
        ("٩٩ lessons are completed.", ["completed"]),
        ("９９ lessons are completed.", ["completed"]),
        ("Ⅳ lessons are completed.", ["completed"]),
        ("五 lessons are completed.", ["completed"]),
        ("½ of it is completed.", ["completed"]),
        ("The learner is among the top-10.", ["completed"]),
        ("Quiz 7 went well with 80 percent.", ["best"]),
        ("80 percent in “Quiz 7: 30 facts”, 30 more than before.", ["best"]),
        ("12.345 percent.", ["big"]),
        ("1 2 345 seconds.", ["big"]),
        ("", ["completed"]),
        ("Completed. " * 60, ["completed"]),
    ],
)
def test_what_no_figure_says_is_refused(text: str, ids: list[str]):
    assert wrong(text, *ids)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Die Hälfte ist geschafft.", "de"),
        ("Sieben Lektionen sind geschafft.", "de"),
        ("Alle Lektionen sind geschafft.", "de-AT"),
        ("La moitié est faite.", "fr"),
        ("Dos tercios.", "es"),
        ("Un terzo.", "it"),
        ("Metade feita.", "pt"),
        ("De helft is klaar.", "nl"),
    ],
)
def test_numbers_in_words_are_refused_in_each_language(text: str, language: str):
    assert wrong(text, "completed", language=language)


def test_a_narrative_needs_a_sentence_and_has_no_end_of_them():
    assert narration.problems([], FIGURES, "en")
    assert narration.problems([Sentence("2 of 3.", ("completed",))] * 21, FIGURES, "en")


def learner(completed: int, lessons: int, percents: list[float], **more: float) -> list[Figure]:
    share = 100 * completed // lessons if lessons else 0
    figures = [
        Figure("progress.percent", "Share of the course completed", share, "percent", lessons),
        Figure("progress.completed", "Lessons completed", completed, "lessons", lessons),
        Figure("progress.started", "Lessons started", completed, "lessons", lessons),
        Figure("quizzes.published", "Quizzes in the course", 5, "quizzes", 5),
        Figure("quizzes.scored", "Quizzes with a score", len(percents), "quizzes", 5),
        Figure("attempts.handed_in", "Attempts handed in", len(percents), "attempts", len(percents)),
    ]
    if percents:
        average = round(sum(percents) / len(percents), 1)
        figures.append(Figure("quizzes.mean", "Average score of the quizzes", average, "percent", len(percents)))
    if len(percents) > 1:
        figures += [
            Figure("quizzes.best", "Score in the best quiz", max(percents), "percent", 1, "Light"),
            Figure("quizzes.weakest", "Score in the weakest quiz", min(percents), "percent", 1, "Roots 2"),
        ]
    for name, value in more.items():
        _id = name.replace("__", ".")
        figures.append(Figure(_id, name, value, "points" if "gain" in name else "attempts", 4))
    return figures


COUNTS = [0, 1, 2, 3, 4]
CASES = [
    learner(completed, lessons, [10.0, 55.5, 80.0, 100.0][:taken], attempts__gain=gain, attempts__late=1)
    for completed, lessons in [*((0, each) for each in COUNTS), *pairwise(COUNTS)]
    for taken in COUNTS
    for gain in (-3.5, 0.0, 12.0)
]


@pytest.mark.parametrize("about", ["you", "learner", "course"])
def test_the_grounded_sentences_pass_whatever_the_figures_are(about: narration.About):
    for figures in CASES:
        told = narrative(figures, about) if about != "course" else narrative(course(len(figures)), "course")
        known = figures if about != "course" else course(len(figures))
        assert narration.problems(told, known, "en") == [], told


def course(count: int) -> list[Figure]:
    return [
        Figure("learners.active", "Learners in the course", count, "learners", count),
        Figure("learners.mean_percent", "Share completed", 33.3, "percent", count),
        Figure("learners.finished", "Learners who have completed the course", 0, "learners", count),
        Figure("learners.not_started", "Learners who have not begun", 1, "learners", count),
        Figure("learners.idle", "Learners idle for 14 days or more", 1, "learners", count),
        Figure("lessons.least_completed", "Share of the least completed", 12.5, "percent", count, "Week 3"),
        Figure("results.scored", "Results with a score", count, "results", count),
        Figure("results.mean", "Average score", 61.3, "percent", count),
        Figure("results.passed", "Share of results that pass", 40.0, "percent", count),
        Figure("attempts.late", "Share of attempts handed in late", 12.5, "percent", count),
        Figure("attempts.waiting", "Attempts that wait", 1, "attempts", count),
    ]


def text_of(figures: list[Figure], about: narration.About = "learner") -> str:
    return " ".join(sentence.text for sentence in narrative(figures, about))


def test_too_little_evidence_is_said_and_nothing_is_judged():
    assert text_of(learner(0, 5, [])) == (
        "There are not enough answers yet to judge by: 0 quizzes with a score and 0 lessons begun."
    )
    few = text_of(learner(1, 5, [40.0]))
    assert "not enough answers yet to judge by: 1 quiz with a score" in few
    assert "average" not in few
    assert "average" not in text_of(course(2), "course")


def test_with_evidence_the_average_is_told():
    told = text_of(learner(2, 5, [40.0, 60.0, 80.0]))
    assert "The average score over 3 quizzes is 60 percent." in told
    assert "The learner has completed 2 of 5 lessons, 40 percent of the course." in told
    assert "not enough" not in told
