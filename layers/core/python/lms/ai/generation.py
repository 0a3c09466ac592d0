"""Asking for a course to be generated. What its steps do stands in ``generation_steps``."""

from collections.abc import Sequence

from bson import ObjectId

from lms import clock
from lms.ai import library, repository
from lms.ai.grounded import choosing
from lms.ai.models import CourseRequest, Source
from lms.ai.providers import configured
from lms.caller import Caller
from lms.jobs import starting
from lms.mongo import Document, Transaction

OUTLINE = "outline"
"""The first step."""


def start(tx: Transaction, owner_id: ObjectId, request: CourseRequest, sources: Sequence[Source]) -> Document:
    if request.source_text is not None:
        repository.add_source(tx, _given(owner_id, sources[0]))
    return starting.start(
        tx,
        owner_id,
        "course_generation",
        first_step=OUTLINE,
        total=2 * request.lesson_count + 2,
        request=request.model_dump(mode="json", exclude={"source_text"}),
        source_ids=[ObjectId(source.id) for source in sources],
        provider=configured(),
        budget_tokens=request.budget_tokens,
        draft_id=ObjectId(),
    )


def sources_for(request: CourseRequest, who: Caller) -> list[Source]:
    """What the course is to be built from. Raise 422 where the provider has too little text or budget to begin, or
    where a file's text is not there for the caller to use."""
    given = []
    if request.source_text is not None:
        from lms.ai.invisible import visible

        given = [Source(id=str(ObjectId()), title=request.topic, text=visible(request.source_text))]
    if request.source_file_ids:
        # Imported here: most courses are built without files.
        from lms.ai import source_files

        given += source_files.texts(who, request.source_file_ids)
    if configured() == "gemini":
        # Imported here, so that stages without Gemini do not pay for it.
        from lms.ai.gemini import checks

        checks.check(request, given)
        return given
    if given:
        from lms.ai.grounded.sufficiency import check_material

        check_material(request, given)
        return given
    return choosing.from_library(request, library.texts())


def _given(owner_id: ObjectId, source: Source) -> Document:
    return {
        "_id": ObjectId(source.id),
        "title": source.title,
        "text": source.text,
        "origin": "request",
        "owner_id": owner_id,
        "created_at": clock.now(),
    }
