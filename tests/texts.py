"""Files whose text a test has taken out, and courses that cite it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId

from infra.local.event_sources import sqs_record
from tests import uploads
from tests.conftest import LambdaContext
from tests.people import Person


def receive(body: Mapping[str, str], seconds: float = 280) -> dict[str, Any]:
    """What the worker answers to this message."""
    from files import extract_text

    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "0"}
    message = {"MessageId": "m", "ReceiptHandle": "r", "Body": json.dumps(body), "MD5OfBody": ""}
    event = {"Records": [sqs_record({**message, "Attributes": attributes}, "arn:aws:sqs:us-east-1:1:q")]}
    return extract_text.lambda_handler(event, LambdaContext(seconds))


def with_text(person: Person, content: bytes, **fields: Any) -> str:
    """The id of a file whose text was taken out."""
    file_id = uploads.available(person, content, **fields)
    assert receive({"file_id": file_id}) == {"batchItemFailures": []}
    return file_id


def text_of(person: Person, file_id: str) -> dict[str, Any]:
    found: dict[str, Any] = person.get(f"/files/{file_id}").json["text"]
    return found


def source_of(file_id: str) -> dict[str, Any]:
    from lms.ai.repository import sources

    found = sources().find_one({"file_id": ObjectId(file_id)})
    assert found is not None
    return found


def course_citing(owner: Person, file_id: str, sentences: Sequence[str], lessons: int = 1) -> str:
    """The id of a course each of whose lessons has a block, a key term and a question for each of the sentences."""
    from lms import mongo
    from lms.ai import models as ai
    from lms.ai import sources
    from lms.courses import assembly

    row, course_id = source_of(file_id), ObjectId()

    def span(sentence: str) -> ai.Span:
        start = row["text"].index(sentence)
        return ai.Span(source_id=str(row["_id"]), start=start, end=start + len(sentence))

    lesson = ai.Lesson(
        blocks=[ai.Block(kind="markdown", text=each, source=span(each)) for each in sentences],
        key_terms=[ai.KeyTerm(term=each.split()[1], definition=each, source=span(each)) for each in sentences],
    )
    asked = [ai.TrueFalse(prompt=each, answer=True, evidence=each, source=span(each)) for each in sentences]
    numbers = range(1, lessons + 1)
    plans = [ai.LessonPlan(number=n, title=f"Lesson {n}", objectives=["See"], minutes=5) for n in numbers]
    outline = ai.Outline(title="Tides", description="The sea.", modules=[ai.ModulePlan(title="All", lessons=plans)])
    request = ai.CourseRequest(topic="Tides", audience="all", difficulty="beginner", lesson_count=lessons)

    def work(tx: mongo.Transaction) -> None:
        assembly.assemble(
            tx,
            course_id=course_id,
            owner_id=ObjectId(owner.id),
            job_id=ObjectId(),
            provider="grounded",
            prompts={},
            request=request,
            outline=outline,
            lessons=dict.fromkeys(numbers, lesson),
            quizzes=dict.fromkeys(numbers, ai.Quiz(questions=asked)),
            cite=sources.citing([row]),
        )
        sources.follow(tx, [row["_id"]])

    mongo.transaction(work)
    return str(course_id)
