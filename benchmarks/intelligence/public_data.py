"""Public data to measure with; it lies beside the checkout and never in it."""

import csv
import gzip
import sys
from dataclasses import dataclass
from pathlib import Path

from lms.intelligence.precedents import Label

FOLDER = Path(__file__).parents[3] / "shared/data"
CORPORA = ("scientsbank", "beetle")


@dataclass(frozen=True)
class Row:
    """An answer of SemEval-2013 task 7 with its label of three (Dzikovska et al. 2013)."""

    question_id: str
    question: str
    references: tuple[str, ...]
    answer: str
    label: Label


def short_answers(corpus: str, part: str) -> list[Row]:
    """``part`` is train or unseen_answers. Exits with a message where the data is missing."""
    file = FOLDER / "short_answers" / f"{corpus}_{part}.csv.gz"
    if not file.exists():
        sys.exit(f"{file.name} is missing: the public data belongs into ../shared/data/short_answers")
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        return [
            Row(
                each["question_id"],
                each["question"],
                tuple(each["reference_answers"].split(" ||| ")),
                each["student_answer"],
                each["label"],  # type: ignore[arg-type]
            )
            for each in csv.DictReader(lines)
        ]
