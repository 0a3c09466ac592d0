"""The schemas that are sent stay within the JSON Schema that Gemini documents."""

from collections.abc import Iterator
from typing import Any

import pytest

from lms.ai.gemini.answers import json_schema
from lms.ai.gemini.grading import GradeAnswer
from lms.ai.gemini.outlining import OutlineAnswer
from lms.ai.gemini.quizzing import QuizAnswer
from lms.ai.gemini.teaching import LessonAnswer

# https://ai.google.dev/api/generate-content, GenerationConfig.responseJsonSchema
KNOWN = set(
    "$id $defs $ref $anchor type format title description enum items prefixItems minItems maxItems minimum maximum "
    "anyOf oneOf properties additionalProperties required propertyOrdering".split()
)


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema in a schema."""
    if not isinstance(schema, dict):
        return
    yield schema
    for name in ("$defs", "properties"):
        for each in schema.get(name, {}).values():
            yield from parts(each)
    for each in (schema.get("items"), *schema.get("anyOf", [])):
        yield from parts(each)


@pytest.mark.parametrize("cited", [True, False])
@pytest.mark.parametrize("answer", [OutlineAnswer, LessonAnswer, QuizAnswer, GradeAnswer])
def test_only_documented_keywords_are_sent(answer, cited):
    schema = json_schema(answer, cited=cited)
    for part in parts(schema):
        assert part.keys() <= KNOWN
        assert "$ref" not in part or part.keys() == {"$ref"}, "nothing may stand beside a reference"
    referred = {part["$ref"].rpartition("/")[2] for part in parts(schema) if "$ref" in part}
    assert referred == schema.get("$defs", {}).keys()


@pytest.mark.parametrize("answer", [OutlineAnswer, LessonAnswer])
def test_citations_are_required_with_sources_and_absent_without(answer):
    citing = [
        part
        for part in parts(json_schema(answer, cited=True))
        if {"source", "sources"} & part.get("properties", {}).keys()
    ]
    assert citing
    for part in citing:
        assert {"source", "sources"} & set(part["required"])
    for part in parts(json_schema(answer, cited=False)):
        assert not {"source", "sources"} & part.get("properties", {}).keys()
