"""Requests and responses about the groups that hand in work together."""

from typing import Annotated

from pydantic import Field

from lms.fields import Body, Id, Line, Reference, Resource

Members = Annotated[list[Reference], Field(max_length=500)]


class GroupBody(Body):
    """``id`` is that of a group as it stands. Left out, the group of this name in the set keeps its id, or the
    group is new."""

    id: Reference | None = None
    name: Line
    member_ids: Members = []


class GroupSetBody(Body):
    """Nobody is in two groups of a set. ``id`` as with groups."""

    id: Reference | None = None
    name: Line
    groups: Annotated[list[GroupBody], Field(max_length=1_000)] = []


class GroupSetList(Body):
    """All group sets of the course."""

    sets: Annotated[list[GroupSetBody], Field(max_length=20)]


class GroupMember(Resource):
    """``name`` is null once the account is gone."""

    user_id: Id
    name: str | None


class Group(Resource):
    id: Id
    name: str
    members: list[GroupMember]


class GroupSet(Resource):
    id: Id
    name: str
    groups: list[Group]


class CourseGroups(Resource):
    """A learner's are those that the learner is in."""

    sets: list[GroupSet]
