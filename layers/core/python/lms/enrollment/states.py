"""How people may come into a course, how they did, and whether they are in it."""

from enum import StrEnum


class Mode(StrEnum):
    """Who may come into a course without staff bringing them: everyone, who knows the key, or nobody."""

    OPEN = "open"
    KEY = "key"
    INVITATION = "invitation"


class EnrollmentSource(StrEnum):
    """The way by which a learner came into a course."""

    OPEN = "open"
    KEY = "key"
    INVITATION = "invitation"
    STAFF = "staff"
    IMPORT = "import"


class EnrollmentStatus(StrEnum):
    ACTIVE = "active"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
