"""A finished job with what it proposes."""

from typing import Annotated, Literal

from lms.ai.proposals.models.enhancement import Action
from lms.courses.models.source import Source
from lms.fields import Difficulty, Id, Kept, Moment, Resource
from lms.jobs.models import Job, JobResult
from lms.mongo import Document


class Difference(Resource):
    """A run of words: in both texts, only in the new one, or only in the old one."""

    op: Literal["equal", "insert", "delete"]
    text: str


class Decision(Resource):
    """What a person decided. ``skipped``: accepted, but left out since the block had been changed.

    What was accepted names the lesson's version that it came in by, or the question and the quiz that it became.
    """

    verdict: Literal["accepted", "refused", "skipped"]
    by: Id
    at: Moment
    lesson_version: int | None = None
    question_id: Id | None = None
    quiz_id: Id | None = None


class ProposedBlock(Resource):
    """A block's ``field`` (text or alt) before and after; with no ``block_id`` a new block, to stand behind the
    block ``after_id``, or first.

    ``status``: proposed; unchanged, as there is nothing to change; refused, as it could not be done: ``why``.
    """

    id: Id
    block_id: Id | None
    after_id: Id | None
    field: Literal["text", "alt"]
    before: str | None
    after: str | None
    diff: list[Difference]
    source: Source | None
    status: Literal["proposed", "unchanged", "refused"]
    why: str | None
    decision: Decision | None


class ProposedTerm(Resource):
    """A key term. ``before`` is the definition that the lesson has for it by now."""

    id: Id
    term: str
    before: str | None
    definition: str
    source: Source | None
    decision: Decision | None


class Enhancement(Resource):
    """A new version of the lesson, made from its ``lesson_version``."""

    lesson_id: Id
    lesson_version: int
    action: Action
    blocks: list[ProposedBlock]
    summary: str | None
    key_terms: list[ProposedTerm]


class ProposedQuestion(Resource):
    """``content`` is the question bank's. ``evidence`` is the sentence of the lesson's block ``block_id`` that
    settles the answer."""

    id: Id
    lesson_id: Id
    block_id: Id | None
    kind: Literal["single", "true_false", "cloze", "short_text"]
    prompt: str
    content: Document
    evidence: str
    source: Source | None
    difficulty: Difficulty
    decision: Decision | None


class QuestionProposal(Resource):
    """Fewer than ``asked_for`` where the lessons hold no more that can be asked well: ``why``."""

    asked_for: int
    questions: list[ProposedQuestion]
    why: str | None


class WholeResult(JobResult):
    """``proposal``: of a content_enhancement or a quiz_generation."""

    proposal: Annotated[Document | None, Kept(Enhancement | QuestionProposal | None)] = None


class WholeJob(Job):
    """A job with all of its result, which lists and messages leave out."""

    result: WholeResult | None
