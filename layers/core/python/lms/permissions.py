"""Who may do what: the one table. A handler's signature names a row; the role matrix is tested from it."""

from enum import StrEnum


class Role(StrEnum):
    """A person's role in the institution."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"


class CourseRole(StrEnum):
    """A person's role in one course; ADMIN and READER follow from elsewhere and are given to nobody."""

    OWNER = "owner"
    INSTRUCTOR = "instructor"
    ASSISTANT = "assistant"
    LEARNER = "learner"
    ADMIN = "admin"
    READER = "reader"


ANYONE = frozenset(Role)
ADMINS = frozenset({Role.ADMIN})
PUBLISHERS = frozenset({Role.INSTRUCTOR, Role.ADMIN})
"""Who may bring a course that they edit into the catalogue."""

OWNERS = frozenset({CourseRole.OWNER, CourseRole.ADMIN})
EDITORS = frozenset({CourseRole.OWNER, CourseRole.INSTRUCTOR, CourseRole.ADMIN})
STAFF = EDITORS | {CourseRole.ASSISTANT}
MEMBERS = STAFF | {CourseRole.LEARNER}

GLOBAL: dict[str, frozenset[Role]] = {
    "account.list": ADMINS,
    "account.read": ANYONE,
    "role.change": ADMINS,
    "course.create": ANYONE,
    "course.list": ANYONE,
    "course.generate": ANYONE,
    "file.read": ANYONE,
    "file.upload": ANYONE,
    "invitation.accept": ANYONE,
    "invitation.create": ANYONE,
    "job.follow": ANYONE,
    "notification.connect": ANYONE,
    "usage.estimate": ANYONE,
    "usage.read": ANYONE,
    "budget.change": ADMINS,
}

IN_COURSE: dict[str, frozenset[CourseRole]] = {
    "course.read": MEMBERS | {CourseRole.READER},
    "course.edit": EDITORS,
    "course.delete": OWNERS,
    "course.restore": OWNERS,
    "course.transfer": OWNERS,
    "course.publish": EDITORS,
    "course.enroll": EDITORS | {CourseRole.LEARNER, CourseRole.READER},
    "course.leave": MEMBERS | {CourseRole.READER},
    "people.read": MEMBERS,
    "roster.read": STAFF,
    "lesson.read": MEMBERS,
    "course.ask": MEMBERS,
    "performance.analyze": MEMBERS,
    "course.learn": frozenset({CourseRole.LEARNER}),
    "quiz.read": MEMBERS,
    "quiz.edit": EDITORS,
    "question.edit": EDITORS,
    "attempt.take": frozenset({CourseRole.LEARNER}),
    "attempt.read": MEMBERS,
    "attempt.grade": STAFF,
    "submission.make": frozenset({CourseRole.LEARNER}),
    "submission.read": MEMBERS,
    "review.give": frozenset({CourseRole.LEARNER}),
    "appeal.make": frozenset({CourseRole.LEARNER}),
    "grade.give": STAFF,
    "grade.read": MEMBERS,
    "gradebook.read": MEMBERS,
    "gradebook.edit": EDITORS,
    "gradebook.export": STAFF,
    "similarity.read": STAFF,
    "assignment.read": MEMBERS,
    "assignment.edit": EDITORS,
    "rubric.edit": EDITORS,
    "group.read": MEMBERS,
    "group.edit": EDITORS,
}
