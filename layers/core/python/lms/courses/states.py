"""What a course can be, and who can have written a piece of it."""

from enum import StrEnum


class CourseStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class Origin(StrEnum):
    """Who wrote a piece of content."""

    PERSON = "person"
    AI = "ai"
