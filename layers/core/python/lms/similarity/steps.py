"""How an assignment's submissions are compared: fingerprints for those that have none, then each holder's last
submission beside the earlier ones that share rare fingerprints with it, then what stands out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms import clock
from lms.ai.grounded.language import language_of
from lms.assignments import assignments
from lms.courses import family
from lms.intelligence.embeddings import embed
from lms.jobs.steps import Finish, Kind, Stage, Step
from lms.mongo import Document, Transaction
from lms.similarity import candidates, documents, meanings, ranking, repository
from lms.similarity.comparison import Comparison, Match, compare, lines
from lms.similarity.documents import TEXT_KIND
from lms.similarity.runs import PLAN
from lms.similarity.tokens import Range
from lms.submissions import compared

FINGERPRINTS, COMPARISONS, RANKING = "fingerprints", "comparisons", "ranking"

# So that a step ends long before its lease of two minutes does.
_MOST_SUBMISSIONS = {FINGERPRINTS: 100, COMPARISONS: 10}
_MOST_BYTES = {FINGERPRINTS: 1_000_000, COMPARISONS: 100_000}
# Each sentence takes the model some ten milliseconds: it reads the likeliest sources alone, and no books.
_MOST_EMBEDDED, _LONGEST_EMBEDDED = 3, 10_000
BY_WORDS, BY_MEANING = "words", "meaning"
# The time for a pair grows with the product of the characters of the two: of long ones fewer are compared, the
# likeliest in any case.
_MOST_WORK = 3e11
# Of a part; the longest are kept.
_MOST_MATCHES = 200
_MOST_UNREAD = 1_000

Submission = Mapping[str, Any]


def _stages(job: Document) -> Iterator[Stage]:
    yield Stage(PLAN, [PLAN])
    for name in (FINGERPRINTS, COMPARISONS):
        yield Stage(name, [f"{name}-{number}" for number in range(1, job.get("batches", {}).get(name, 0) + 1)])
    yield Stage(RANKING, [RANKING])


def _work(step: Step) -> tuple[Any, Finish]:
    stage, _, number = step.name.partition("-")
    if stage == PLAN:
        return None, _plan(step.job)
    if stage == RANKING:
        return None, _rank(step.job)
    run = repository.batch(step.job["_id"], stage, int(number) - 1)
    return None, _fingerprint(run) if stage == FINGERPRINTS else _compare(run, step.job["batches"]["cohort"])


def _plan(job: Document) -> Finish:
    assignment = assignments.of(job["assignment_id"])
    other_years = assignment["similarity"]["other_years"]
    others = family.relatives(job["course_id"]) if other_years else []
    examined = compared.latest_sizes(assignment["_id"])
    everything = compared.sizes(assignments.ids_in([job["course_id"], *others]))
    known = repository.fingerprinted(list(everything))
    fresh = {_id: size for _id, size in everything.items() if _id not in known}
    run = {
        "_id": job["_id"],
        "assignment_id": assignment["_id"],
        "course_id": job["course_id"],
        "other_course_ids": others,
        FINGERPRINTS: batches(fresh, FINGERPRINTS),
        COMPARISONS: batches(examined, COMPARISONS),
    }
    counts = {name: len(run[name]) for name in (FINGERPRINTS, COMPARISONS)}

    def keep(tx: Transaction) -> Document:
        repository.add_run(tx, run)
        return {"batches": {**counts, "cohort": len(examined)}, "progress.total": 2 + sum(counts.values())}

    return keep


def batches(sizes: Mapping[ObjectId, int], stage: str) -> list[list[ObjectId]]:
    """The submissions as the stage's steps take them: some at a time, a long one by itself."""
    found: list[list[ObjectId]] = []
    room = 0
    for _id, size in sizes.items():
        if not found or size > room or len(found[-1]) == _MOST_SUBMISSIONS[stage]:
            found.append([])
            room = _MOST_BYTES[stage]
        found[-1].append(_id)
        room -= size
    return found


def _fingerprint(run: Document) -> Finish:
    templates = _Templates()
    for submission in compared.with_texts(run["batch"]):
        complete = all(read.reason_code != "NOT_READY" for read in submission["file_texts"].values())
        found = templates.documents(submission)
        candidates.add(submission, found.values(), complete=complete)
        if TEXT_KIND in found and _can_be_embedded(found[TEXT_KIND]):
            meanings.add(submission, meanings.vectors(found[TEXT_KIND]))
    return lambda tx: {}


class _Templates:
    """Of the assignments, each read once."""

    def __init__(self) -> None:
        self._of: dict[ObjectId, str] = {}

    def documents(self, submission: Submission) -> dict[str, documents.Document]:
        assignment_id = submission["assignment_id"]
        if assignment_id not in self._of:
            self._of[assignment_id] = assignments.of(assignment_id)["template"]
        return documents.of_submission(submission, self._of[assignment_id])


def _compare(run: Document, cohort: int) -> Finish:
    templates = _Templates()
    submissions = compared.with_texts(run["batch"])
    near = meanings.near(run["assignment_id"], run["batch"])
    rows = [
        row
        for submission in submissions
        for row in _alike(run, submission, cohort, near.get(submission["_id"], []), templates)
    ]
    unread = [row for submission in submissions if (row := _unread(submission))]

    def keep(tx: Transaction) -> Document:
        repository.add_pairs(tx, rows)
        repository.add_unread(tx, run["_id"], unread, _MOST_UNREAD)
        return {}

    return keep


def _unread(submission: Submission) -> Document | None:
    files = [
        {"file_id": file_id, "reason_code": read.reason_code, "reason": read.reason}
        for file_id, read in submission["file_texts"].items()
        if read.text is None
    ]
    return {**_side(submission), "files": files} if files else None


def _alike(
    run: Document, submission: Submission, cohort: int, near: Sequence[ObjectId], templates: _Templates
) -> Iterator[Document]:
    """The pairs of the submission with earlier ones. Later ones have it among their own."""
    found = candidates.find(submission["_id"], run["course_id"], cohort, run["other_course_ids"])
    by_words = [each.submission_id for each in found.candidates]
    by_meaning = [_id for _id in near if _id not in by_words]
    contents = {row["_id"]: row for row in compared.with_texts([*by_meaning, *by_words])}
    others = (contents[_id] for _id in [*by_meaning, *by_words] if _id in contents)
    earlier = _affordable(submission, [other for other in others if _moment(other) < _moment(submission)], run)
    own = templates.documents(submission)
    likeliest = {*near, *by_words[:_MOST_EMBEDDED]}
    for other in earlier:
        theirs = templates.documents(other)
        parts = []
        for kind in own.keys() & theirs.keys():
            comparison = _side_by_side(theirs[kind], own[kind], found.common, other["_id"] in likeliest)
            if comparison.score:
                parts.append(_part(comparison, theirs[kind], own[kind]))
        if parts:
            yield {
                "_id": ObjectId(),
                "run_id": run["_id"],
                "assignment_id": run["assignment_id"],
                "submission_ids": [other["_id"], submission["_id"]],
                "score": max(part["score"] for part in parts),
                "how": BY_MEANING if other["_id"] in by_meaning else BY_WORDS,
                "left": _side(other),
                "right": _side(submission),
                "parts": sorted(parts, key=lambda part: str(part["part"]), reverse=True),
            }


def _affordable(submission: Submission, others: Sequence[Submission], run: Document) -> list[Submission]:
    room = _MOST_WORK / len(run["batch"])
    found: list[Submission] = []
    for other in others:
        work = _size(submission) * _size(other)
        if not found or work <= room:
            found.append(other)
            room -= work
    return found


def _size(submission: Submission) -> int:
    written = [submission["text"], submission["code"], *(read.text for read in submission["file_texts"].values())]
    return sum(len(each) for each in written if each)


def _moment(submission: Submission) -> tuple[Any, ObjectId]:
    return submission["submitted_at"], submission["_id"]


def _side_by_side(
    left: documents.Document, right: documents.Document, common: frozenset[int], is_likely: bool
) -> Comparison:
    by_sense = is_likely and _can_be_embedded(left) and _can_be_embedded(right)
    return compare(left, right, common=common, embed=embed if by_sense else None)


def _can_be_embedded(document: documents.Document) -> bool:
    """The model knows English."""
    if document.kind != TEXT_KIND or len(document.source) > _LONGEST_EMBEDDED:
        return False
    return language_of(token.value for token in document.tokens) == "en"


def _part(comparison: Comparison, left: documents.Document, right: documents.Document) -> Document:
    longest = sorted(comparison.matches, key=lambda match: match.left.start - match.left.end)[:_MOST_MATCHES]
    return {
        "part": "text" if left.kind == TEXT_KIND else "code",
        "score": comparison.score,
        "left_share": comparison.left_share,
        "right_share": comparison.right_share,
        "in_order": comparison.in_order,
        "matches": [_match(match, left, right) for match in sorted(longest)],
    }


def _match(match: Match, left: documents.Document, right: documents.Document) -> Document:
    return {
        "kind": match.kind,
        "likeness": match.likeness,
        "left": _span(left, match.left),
        "right": _span(right, match.right),
    }


def _span(document: documents.Document, place: Range) -> Document:
    piece, within = document.piece(place)
    span: Document = {"file_id": piece.file_id, "start": within.start, "end": within.end}
    if document.kind != TEXT_KIND:
        first, last = lines(document.source[piece.start :], within)
        span |= {"first_line": first, "last_line": last}
    return span


def _side(submission: Submission) -> Document:
    named = "assignment_id course_id holder_id user_id member_ids submitted_at".split()
    return {"submission_id": submission["_id"], **{name: submission[name] for name in named}}


def _rank(job: Document) -> Finish:
    run_id, assignment_id = job["_id"], job["assignment_id"]
    examined, unread = repository.examined(run_id)
    cohort = ranking.cohort(examined, repository.highest(run_id))
    clusters = ranking.linked(repository.sides(run_id, ranking.linked_from(cohort)), set(examined))
    counts = {"submissions": len(examined), "pairs": repository.count(run_id), "clusters": len(clusters)}

    def keep(tx: Transaction) -> Document:
        read = {"submissions": len(examined), "unread": unread}
        found = {"cohort": cohort, "clusters": clusters}
        finished = {"run_id": run_id, "at": clock.now(), **read, **found}
        repository.finish(tx, assignment_id, finished)
        tx.after_commit(lambda: repository.remove_before(assignment_id, run_id))
        report = f"/assignments/{assignment_id}/similarity"
        return {"result": {"course_id": job["course_id"], "counts": counts, "report": report}}

    return keep


KIND = Kind(stages=_stages, work=_work)
