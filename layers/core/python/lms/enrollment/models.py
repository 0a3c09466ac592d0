"""Requests and responses of the enrolment endpoints."""

from enum import StrEnum


class Source(StrEnum):
    """The way by which a learner came into a course."""

    OPEN = "open"
    KEY = "key"
    INVITATION = "invitation"
    STAFF = "staff"
    IMPORT = "import"
