"""Trains the two models of lms.intelligence.short_answers on the training parts, and cross-validates them there.

The features of an answer among graded ones come from ten parts of its question's answers, each held against the
other nine: from all but itself, the label that is missing would show in them.
"""

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.intelligence.public_data import CORPORA, Row, short_answers
from lms.intelligence import embeddings, features, precedents, wording
from lms.intelligence import short_answers as grader

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

MODEL = Path(grader.__file__).with_suffix(".json")
_VERB = re.compile(r"\b(is|are|was|were|will|can|would|should|must|has|have|does|do)\b")
PARTS = 10
FOLDS = 5
SETTINGS: dict[str, Any] = {
    "max_iter": 150,
    "learning_rate": 0.05,
    "max_leaf_nodes": 10,
    "min_samples_leaf": 25,
    "l2_regularization": 2.0,
    "max_features": 0.4,
    "early_stopping": False,
    "random_state": 0,
}


def train() -> None:
    """Writes the model file; the same data and packages give the same file."""
    from threadpoolctl import threadpool_limits

    rows = [row for corpus in CORPORA for row in short_answers(corpus, "train")]
    learning = Learning(rows)
    # In several threads sums would be in another order each time.
    with threadpool_limits(1):
        models = {
            "references": _stored(learning.of_references(np.arange(len(rows))), features.NAMES),
            "graded": _stored(
                _fitted(np.hstack([learning.alone, learning.among(np.arange(len(rows)))]), learning.labels),
                (*features.NAMES, *precedents.NAMES),
            ),
        }
        MODEL.write_text(json.dumps(models, separators=(",", ":")) + "\n", encoding="utf-8")
        print(f"wrote {MODEL.name}, {MODEL.stat().st_size / 1024:.0f} kB", flush=True)
        learning.cross_validate()


class Learning:
    """What is measured of the rows: ``alone`` against their references, and how near those of a question are."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.labels = np.array([precedents.LABELS.index(row.label) for row in rows])
        ids = [row.question_id for row in rows]
        self.questions = [np.flatnonzero(np.array(ids) == each) for each in sorted(set(ids))]
        kept = _kept(rows)
        self.alone: Numbers = kept["alone"]
        self.invented, self.invented_labels, self.invented_places = (
            kept[name] for name in ("invented", "invented_labels", "invented_places")
        )
        self.near = [kept[f"near_{number}"] for number in range(len(self.questions))]

    def of_references(self, learnt: Places) -> Any:
        """The model that knows the references alone."""
        theirs = np.isin(self.invented_places, learnt)
        return _fitted(
            np.vstack([self.alone[learnt], self.invented[theirs]]),
            np.concatenate([self.labels[learnt], self.invented_labels[theirs].astype(int)]),
        )

    def among(self, places: Places) -> Numbers:
        """The features of each row among the graded ones of ``places``, of other parts than its own."""
        found = np.zeros((len(self.rows), len(precedents.NAMES)))
        order = np.random.default_rng(0)
        for question, near in zip(self.questions, self.near, strict=True):
            inside = np.flatnonzero(np.isin(question, places))
            part = np.empty(len(inside), dtype=int)
            part[order.permutation(len(inside))] = np.arange(len(inside)) % PARTS
            for number, one in enumerate(inside):
                found[question[one]] = self._measured(question, near, one, inside[part != part[number]])
        return found[places]

    def beside(self, places: Places, learnt: Places) -> Numbers:
        """The features of the rows ``places`` among all that are learnt from."""
        found = np.zeros((len(self.rows), len(precedents.NAMES)))
        for question, near in zip(self.questions, self.near, strict=True):
            known = np.flatnonzero(np.isin(question, learnt))
            for one in np.flatnonzero(np.isin(question, places)):
                found[question[one]] = self._measured(question, near, one, known)
        return found[places]

    def _measured(self, question: Places, near: Numbers, one: int, known: Places) -> Numbers:
        labels = [self.rows[place].label for place in question[known]]
        among = near[:, known][:, :, known]
        return np.round(precedents.measured(near[:, one][:, known], among, labels), 4)

    def cross_validate(self) -> None:
        print(f"Cross-validation on the training part, {FOLDS} folds, macro-F1 with two labels and with three")
        given = np.zeros((len(self.rows), 3))
        for learnt, left in self._folds_of_questions():
            given[left] = self.of_references(learnt).predict_proba(self.alone[left])
        self._tell("references alone, questions held out", given)
        for learnt, left in self._folds_of_answers():
            model = _fitted(np.hstack([self.alone[learnt], self.among(learnt)]), self.labels[learnt])
            given[left] = model.predict_proba(np.hstack([self.alone[left], self.beside(left, learnt)]))
        self._tell("graded answers too, answers held out", given)

    def _folds_of_questions(self) -> Iterator[tuple[Places, Places]]:
        from sklearn.model_selection import GroupKFold

        yield from GroupKFold(FOLDS).split(self.alone, groups=[row.question_id for row in self.rows])

    def _folds_of_answers(self) -> Iterator[tuple[Places, Places]]:
        from sklearn.model_selection import StratifiedKFold

        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        yield from folds.split(self.alone, [row.question_id for row in self.rows])

    def _tell(self, name: str, given: Numbers) -> None:
        from sklearn.metrics import f1_score

        sizes = [len(short_answers(corpus, "train")) for corpus in CORPORA]
        for corpus, part in zip(CORPORA, np.split(np.arange(len(self.rows)), np.cumsum(sizes)[:-1]), strict=True):
            two = f1_score(self.labels[part] == 0, given[part, 0] >= 0.5, average="macro")
            three = f1_score(self.labels[part], given[part].argmax(axis=1), average="macro")
            print(f"  {name:38}{corpus:14}{two:8.3f}{three:8.3f}", flush=True)


def _kept(rows: Sequence[Row]) -> dict[str, Numbers]:
    """Measured once and kept in the temporary folder, for the same data and code."""
    sources = [Path(module.__file__ or "").read_bytes() for module in (embeddings, features, precedents, wording)]
    answers = [grader.own_words(row.answer, row.references, row.question) for row in rows]
    digest = hashlib.sha256(b"".join([repr([rows, answers, list(_invented(rows))]).encode(), *sources])).hexdigest()
    file = Path(tempfile.gettempdir()) / f"lms-short-answers-{digest[:16]}.npz"
    if not file.exists():
        np.savez(file, **_measured(rows, answers))
    with np.load(file) as kept:
        return dict(kept)


def _measured(rows: Sequence[Row], answers: Sequence[str]) -> dict[str, Numbers]:
    print(f"measuring {len(rows)} answers …", flush=True)
    named = (grader.measure(said, row.references, row.question) for said, row in zip(answers, rows, strict=True))
    found = {"alone": np.array([[each[name] for name in features.NAMES] for each in named])}
    invented = list(_invented(rows))
    named = (grader.measure(text, rows[at].references, rows[at].question) for text, _, at in invented)
    found["invented"] = np.array([[each[name] for name in features.NAMES] for each in named])
    found["invented_labels"] = np.array([precedents.LABELS.index(label) for _, label, _ in invented], dtype=float)
    found["invented_places"] = np.array([at for _, _, at in invented], dtype=float)
    ids = [row.question_id for row in rows]
    for number, each in enumerate(sorted(set(ids))):
        said = [answer for answer, own in zip(answers, ids, strict=True) if own == each]
        found[f"near_{number}"] = precedents.nearness(said, said)
    return found


def _invented(rows: Sequence[Row]) -> Iterator[tuple[str, precedents.Label, int]]:
    """Each reference of the training part with a few words before it, which is right, and its denial, which is not:
    people seldom answer so, and a grader must know it. With the first row of its question."""
    first = {row.question_id: place for place, row in reversed(list(enumerate(rows)))}
    for place in sorted(first.values()):
        for reference in rows[place].references:
            said = reference[0].lower() + reference[1:]
            yield f"I think {said}", "correct", place
            yield f"because {said}", "correct", place
            if not wording.worded(reference).negations:
                for denial in _denials(said):
                    yield denial, "contradictory", place


def _denials(said: str) -> tuple[str, str]:
    denied = _VERB.sub(r"\1 not", said, count=1)
    if denied == said:
        denied = f"it does not happen that {said}"
    return denied, f"I think it is never so that {said}"


def _fitted(measured: Numbers, labels: Places) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(**SETTINGS).fit(measured, labels)


def _stored(model: Any, names: Sequence[str]) -> dict[str, Any]:
    return {
        "features": names,
        "labels": precedents.LABELS,
        "start": [round(float(each), 6) for each in model._baseline_prediction.ravel()],
        "trees": [[_node(node) for node in tree.nodes] for each in model._predictors for tree in each],
    }


def _node(node: Any) -> list[float | int]:
    if node["is_leaf"]:
        return [round(float(node["value"]), 5)]
    threshold = round(float(node["num_threshold"]), 6)
    return [int(node["feature_idx"]), threshold, int(node["left"]), int(node["right"])]
