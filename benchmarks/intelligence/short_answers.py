"""The grader of short answers on SemEval-2013 task 7, unseen answers: macro-F1 with two labels and with three.

Published beside it: a light model (MiniLM int8, lexical overlap, gradient boosting) trained on the same part.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from benchmarks.intelligence.public_data import CORPORA, Row, short_answers
from benchmarks.intelligence.short_answers_training import train
from lms.intelligence import short_answers as grader
from lms.intelligence.precedents import LABELS, Graded

__all__ = ["run", "train"]

PUBLISHED = {"scientsbank": 0.767, "beetle": 0.853}
AIMS = {"scientsbank": 0.77, "beetle": 0.855}


def run() -> None:
    print("Short answers, unseen answers (SemEval-2013 task 7), macro-F1; trained on the training parts alone")
    print(f"{'':14}{'answers':>9}{'by references':>22}{'and graded answers':>22}{'published':>12}{'aim':>8}")
    print(f"{'':23}{'2-way':>14}{'3-way':>8}{'2-way':>14}{'3-way':>8}{'2-way':>12}{'2-way':>8}")
    for corpus in CORPORA:
        train_rows, rows = short_answers(corpus, "train"), short_answers(corpus, "unseen_answers")
        alone = judged(rows, {})
        beside = judged(rows, graded_by_question(train_rows))
        aim = f"{AIMS[corpus]:8.3f} {'reached' if beside[0] >= AIMS[corpus] else 'missed'}"
        print(
            f"{corpus:14}{len(rows):9}{alone[0]:14.3f}{alone[1]:8.3f}{beside[0]:14.3f}{beside[1]:8.3f}"
            f"{PUBLISHED[corpus]:12.3f}{aim}",
            flush=True,
        )


def graded_by_question(rows: Sequence[Row]) -> dict[str, list[Graded]]:
    found = defaultdict(list)
    for row in rows:
        found[row.question_id].append(Graded(row.answer, row.label))
    return found


def judged(rows: Sequence[Row], graded: Mapping[str, Sequence[Graded]]) -> tuple[float, float]:
    """Macro-F1 with two labels, correct from a score of one half on, and with three."""
    two, three = [], []
    for row in sorted(rows, key=lambda each: each.question_id):
        judgement = grader.score(row.answer, row.references, row.question, graded.get(row.question_id, ()))
        two.append((row.label == "correct", judgement.score >= 0.5))
        three.append((row.label, judgement.label))
    return macro_f1(two, (True, False)), macro_f1(three, LABELS)


def macro_f1(pairs: Sequence[tuple[object, object]], labels: Sequence[object]) -> float:
    """Of (true, given): the mean over labels of F1, the harmonic mean of precision and recall."""
    return sum(_f1(pairs, label) for label in labels) / len(labels)


def _f1(pairs: Sequence[tuple[object, object]], label: object) -> float:
    both = sum(true == given == label for true, given in pairs)
    either = sum((true == label) + (given == label) for true, given in pairs)
    return 2 * both / either if either else 0.0
