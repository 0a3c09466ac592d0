"""Field types for request and response models: strict where JSON would let a wrong value through."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Self, cast

from bson import ObjectId
from pydantic import (
    AfterValidator,
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

_BREAKS_A_LINE = r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"


def _one_line(text: str) -> str:
    if re.search(_BREAKS_A_LINE, text):
        raise ValueError("holds a line break or a control character")
    return text


def rfc3339(moment: datetime) -> str:
    """UTC with milliseconds, e.g. ``2026-01-31T09:00:00.000Z``."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class InJson:
    """Annotates a type with how JSON writes it. Does what pydantic's PlainSerializer does, whose module would cost
    every cold start two milliseconds."""

    def __init__(self, write: Callable[[Any], str]) -> None:
        self.write = write

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema()
        write = core_schema.plain_serializer_function_ser_schema(self.write, return_schema=text, when_used="json")
        return cast(CoreSchema, {**handler(source), "serialization": write})


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case ObjectId():
            return str(value)
        case datetime():
            return rfc3339(value)
        case _:
            return value


class Kept:
    """Annotates a response's field that shows what was held against ``shape`` before it was kept: the contract says
    the shape, and no validators are built to show it. Ids and moments are written as elsewhere."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_plain)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(TypeAdapter(self.shape).core_schema)


Id = Annotated[str, BeforeValidator(str), WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{24}$"})]
"""An ObjectId as hex text."""

DocumentId = Annotated[Id, Field(validation_alias=AliasChoices("_id", "id"))]
"""A resource's own id: read from a MongoDB document's ``_id``, shown as ``id``."""

Moment = Annotated[
    datetime,
    InJson(rfc3339),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An aware UTC instant."""


def _written_moment(value: Any) -> Any:
    """A number would pass for a Unix time, a date alone for its midnight."""
    if isinstance(value, str) and "T" not in value.upper():
        raise ValueError("is not a moment of RFC 3339, e.g. 2026-01-31T09:00:00Z")
    if not isinstance(value, str | datetime):
        raise ValueError("is not a moment in text")
    return value


_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2999, 12, 31, tzinfo=UTC)


def _to_the_millisecond(moment: datetime) -> datetime:
    """In UTC, as MongoDB keeps it, with room for what is added to it later."""
    if not _EARLIEST <= moment <= _LATEST:
        raise ValueError("lies outside of the years 1970 to 2999")
    found = moment.astimezone(UTC)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


Instant = Annotated[AwareDatetime, BeforeValidator(_written_moment), AfterValidator(_to_the_millisecond)]
"""An instant in a request body: RFC 3339 with its offset."""


def _address(text: str) -> str:
    """In small letters; no further folding: straße@ and strasse@ are two people."""
    local, _, domain = text.partition("@")
    hidden = any(unicodedata.category(char)[0] in "CZ" for char in text)
    if not local or "@" in domain or "." not in domain.strip(".") or hidden:
        raise ValueError("is not an email address")
    return unicodedata.normalize("NFC", text).lower()


Email = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=6, max_length=254), AfterValidator(_address)
]
Reference = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
"""Another resource's id in a request body."""

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)
]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_one_line)
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
Count = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]


def each_once(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


Skills = Annotated[list[Line], Field(max_length=50), AfterValidator(each_once)]


class Difficulty(StrEnum):
    """How much a course asks of its learners."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


_MOST_FIELDS = 100


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    # Validators are built at first use: a function pays only for the models that it meets. What is wrong gets
    # logged, so that errors must not quote it.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _few_fields(cls, value: Any) -> Any:
        """An error for each of half a million unknown fields would take more memory than a function has."""
        if isinstance(value, dict) and len(value) > _MOST_FIELDS:
            raise ValueError(f"holds more than {_MOST_FIELDS} fields")
        return value


UNCHANGED: Any = Field(default_factory=str)
"""The default of a field that a change may leave out: no value of its own, so that null is refused."""


class Change(Body):
    """A PATCH body: names at least one field; what it leaves out stays as it is."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name at least one field to change")
        return self

    @property
    def fields(self) -> dict[str, Any]:
        """Those that are named, each whole: what a nested body leaves out has its default."""
        return self.model_dump(include=self.model_fields_set)


class Resource(BaseModel):
    """A response: made from a MongoDB document, whose other fields stay inside."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, defer_build=True, hide_input_in_errors=True)
