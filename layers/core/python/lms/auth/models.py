"""Requests and responses of the auth endpoints."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from lms.fields import Body, Count, DocumentId, Email, Flag, Id, Line, Moment, Resource
from lms.permissions import Role

Password = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


class Registration(Body):
    email: Email
    name: Line
    password: Password


class Credentials(Body):
    email: Email
    password: Password


class RefreshRequest(Body):
    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class RoleChange(Body):
    role: Role


class Appointment(Body):
    """What the one-off function ``appoint_admin`` is invoked with."""

    email: Email
    force: Flag = False


class NewInvitation(Body):
    """To a role in the course ``course_id``, or, without one, in the institution. ``email`` says whom it is for;
    else it is for whoever has the link."""

    course_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")] | None = None
    role: Literal["learner", "assistant", "instructor", "admin"]
    email: Email | None = None
    expires_in_days: Annotated[Count, Field(ge=1, le=90)] = 14
    uses: Annotated[Count, Field(ge=1, le=500)] = 1

    @field_validator("role")
    @classmethod
    def _is_a_role_there(cls, role: str, info: ValidationInfo) -> str:
        if role not in (_GIVEN_IN_COURSES if info.data.get("course_id") else _GIVEN_GLOBALLY):
            raise ValueError("is learner, assistant or instructor in a course, else instructor or admin")
        return role


_GIVEN_IN_COURSES = ("learner", "assistant", "instructor")
_GIVEN_GLOBALLY = ("instructor", "admin")


class Invitation(Resource):
    """``course_title`` is null for a role in the institution."""

    course_id: Id | None
    course_title: str | None
    role: str
    expires_at: Moment


class CreatedInvitation(Resource):
    """``token`` is shown here alone."""

    id: DocumentId
    token: str
    course_id: Id | None
    role: str
    uses_left: int
    created_at: Moment
    expires_at: Moment


class Acceptance(Resource):
    """``role`` is the one that the caller now has; a new global role comes with the next token. ``status`` is
    waiting where the course's seats are taken."""

    course_id: Id | None
    role: str
    status: Literal["active", "waiting"] = "active"


class User(Resource):
    id: DocumentId
    email: str
    name: str
    role: Role
    created_at: Moment


class Registered(Resource):
    user: User


class Tokens(Resource):
    """``expires_in`` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    user: User
