"""Field types for request and response models: strict where JSON would let a wrong value through."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)


def _text(value: Any) -> str:
    return str(value)


def rfc3339(moment: datetime) -> str:
    """UTC with milliseconds, e.g. ``2026-01-31T09:00:00.000Z``."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


Id = Annotated[str, BeforeValidator(_text)]
"""An ObjectId as hex text."""

DocumentId = Annotated[Id, Field(validation_alias=AliasChoices("_id", "id"))]
"""A resource's own id: read from a MongoDB document's ``_id``, shown as ``id``."""

Moment = Annotated[datetime, PlainSerializer(rfc3339, return_type=str, when_used="json")]
"""An aware UTC instant."""

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Count = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]


class Difficulty(StrEnum):
    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    # Validators are built at first use: a function pays only for the models that it meets.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Resource(BaseModel):
    """A response: made from a MongoDB document, whose other fields stay inside."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, defer_build=True)
