"""A new submission of 300 words against 1,000, 10,000 and 100,000 earlier ones of its course: its fingerprints are
saved, its candidates looked up and compared with it, span by span. Goal: a hundred times as many take at most ten
times as long.

Beside it copydetect, which fingerprints everything anew and compares all pairs: on the smallest number, as ten
thousand take it minutes.

The earlier ones are what is in the database of each: as many hashes as such a text has, among them those of two
sentences of the library. So the more there are, the more share a sentence with the new one. One of them is a real
text, of which the new one has a passage of 60 words: it must be found first.

And by meaning, within the assignment: the pass over the vectors of the earlier ones, fifteen sentences each.
"""

import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bson import ObjectId

from benchmarks.rows import row, title

GOAL = 10.0
_SIZES = (1_000, 10_000, 100_000)
_COPYDETECT_SIZE = 1_000
_WORDS, _COPIED, _ASSIGNMENT = 300, 60, 1_000
_BATCH = 2_000
_SENTENCES, _LONGEST_PASS = 15, 2.0
_ROUNDS = 11


class Texts:
    """Words as frequent as in the library, and two of its sentences."""

    def __init__(self, seed: int) -> None:
        from lms.ai import library
        from lms.similarity.documents import of_text

        files = sorted(Path(library.__file__).with_name("library").glob("*.md"))
        text = "\n".join(file.read_text("utf-8") for file in files)
        self.words = text.split()
        self.sentences = [each for each in text.replace("\n", " ").split(". ") if 8 <= len(each.split()) <= 30]
        self.hashes = [[each.hash for each in of_text(sentence).fingerprints()] for sentence in self.sentences]
        self.chance = random.Random(seed)

    def text(self) -> str:
        shared = self.chance.choices(self.sentences, k=2)
        words = self.chance.choices(self.words, k=_WORDS - sum(len(each.split()) for each in shared))
        half = len(words) // 2
        return " ".join([*words[:half], *shared, *words[half:]])

    def stored(self, count: int) -> list[int]:
        shared = [
            each for number in self.chance.choices(range(len(self.hashes)), k=2) for each in self.hashes[number]
        ]
        own = (self.chance.getrandbits(64) - 2**63 for _ in range(count - len(shared)))
        return sorted({*shared, *own})


class Course:
    """With what was handed in before."""

    def __init__(self, texts: Texts) -> None:
        from lms.similarity import candidates
        from lms.similarity.documents import of_text

        self.texts, self.course_id, self.size = texts, ObjectId(), 0
        self.assignment_id, self.source_id = ObjectId(), ObjectId()
        self.source = texts.text()
        self.stand_ins = [of_text(texts.text()) for _ in range(candidates.MOST_CANDIDATES)]
        self.hash_count = len(of_text(self.source).fingerprints())

    def grow(self, size: int) -> None:
        """The indexes come afterwards: by rows they cost minutes."""
        from lms import mongo
        from lms.similarity import candidates
        from lms.similarity.documents import of_text
        from lms.similarity.repository import fingerprints

        start = time.perf_counter()
        fingerprints().drop_indexes()
        for first in range(self.size, size, _BATCH):
            numbers = range(first, min(first + _BATCH, size))
            fingerprints().insert_many([self._row(number) for number in numbers], ordered=False)
        mongo.create_indexes()
        candidates.add(self._named(self.source_id), [of_text(self.source)])
        print(f"({size - self.size:,} submissions made in {time.perf_counter() - start:.0f} s)", flush=True)
        self.size = size

    def _row(self, number: int) -> dict[str, object]:
        if number % _ASSIGNMENT == 0:
            self.assignment_id = ObjectId()
        return {**self._named(ObjectId()), "hashes": self.texts.stored(self.hash_count)}

    def _named(self, submission_id: ObjectId) -> dict[str, object]:
        return {
            "_id": submission_id,
            "assignment_id": self.assignment_id,
            "course_id": self.course_id,
            "holder_id": ObjectId(),
        }

    def hand_in(self) -> tuple[float, float, int]:
        """Seconds in all, of these until the candidates are known, and their number."""
        from lms.similarity import candidates, repository
        from lms.similarity.comparison import compare
        from lms.similarity.documents import of_text

        copied = " ".join(self.source.split()[20 : 20 + _COPIED])
        text, submission = f"{self.texts.text()} {copied}", self._named(ObjectId())
        start = time.perf_counter()
        new = of_text(text)
        candidates.add(submission, [new])
        found = candidates.find(submission["_id"], self.course_id, _ASSIGNMENT)
        looked_up = time.perf_counter() - start
        others = [of_text(self.source), *self.stand_ins][: len(found.candidates)]
        comparisons = [compare(other, new, common=found.common) for other in others]
        seconds = time.perf_counter() - start
        assert found.candidates[0].submission_id == self.source_id, found.candidates[:2]
        assert comparisons[0].left_share >= 0.9 * _COPIED / _WORDS, comparisons[0]
        repository.fingerprints().delete_one({"_id": submission["_id"]})
        return seconds, looked_up, len(found.candidates)


def run() -> None:
    texts = Texts(seed=1)
    course, measured = Course(texts), dict[int, float]()
    title("A new submission against all earlier ones", ["in all", "look-up", "candidates"])
    for size in _SIZES:
        course.grow(size)
        course.hand_in()
        rounds = [course.hand_in() for _ in range(_ROUNDS)]
        seconds, looked_up, found = (statistics.median(each) for each in zip(*rounds, strict=True))
        measured[size] = seconds
        print(f"{f'{size:,} earlier ones':34}{seconds * 1000:10.2f}ms{looked_up * 1000:10.2f}ms{found:12.0f}")
    few, many = min(_SIZES), max(_SIZES)
    title("How it grows", [f"{many:,}", f"{few:,}", "ratio"])
    row(f"{many // few} times as many", measured[many], measured[few], goal=GOAL)
    _by_meaning()
    title("Beside copydetect", ["ours", "copydetect", "ratio"])
    theirs = _copydetect(texts.text(), [texts.text() for _ in range(_COPYDETECT_SIZE)])
    row(f"{_COPYDETECT_SIZE:,} earlier ones", measured[_COPYDETECT_SIZE], theirs)


def _by_meaning() -> None:
    from lms import clock
    from lms.intelligence.embeddings import DIMENSIONS
    from lms.similarity import meanings, repository

    assignment_id, made = ObjectId(), 0
    title("By meaning, within the assignment", ["seconds"])
    for size in (1_000, meanings.MOST_EARLIER):
        rows = [
            {
                "_id": ObjectId(),
                "assignment_id": assignment_id,
                "holder_id": ObjectId(),
                "submitted_at": clock.now(),
                "vectors": os.urandom(_SENTENCES * DIMENSIONS),
            }
            for _ in range(made, size)
        ]
        repository.meanings_kept().insert_many(rows, ordered=False)
        made, newest, seconds = size, rows[-1]["_id"], []
        for _ in range(5):
            start = time.perf_counter()
            meanings.near(assignment_id, [newest])
            seconds.append(time.perf_counter() - start)
        print(f"{f'{size:,} earlier ones':34}{statistics.median(seconds):10.2f}s (goal {_LONGEST_PASS:.0f} s)")


def _copydetect(new: str, earlier: Sequence[str]) -> float:
    """Seconds to find what the new one has of the earlier ones."""
    from copydetect import CopyDetector

    with tempfile.TemporaryDirectory() as folder:
        for name, texts in {"new": [new], "earlier": earlier}.items():
            (Path(folder) / name).mkdir()
            for number, text in enumerate(texts):
                (Path(folder) / name / f"{number}.txt").write_text(text, encoding="utf-8")
        detector = CopyDetector(
            test_dirs=[f"{folder}/new"],
            ref_dirs=[f"{folder}/earlier"],
            extensions=["txt"],
            disable_filtering=True,
            autoopen=False,
            silent=True,
        )
        start = time.perf_counter()
        detector.run()
        return time.perf_counter() - start
