"""GET, PUT /courses/{id}/groups"""

from typing import Annotated

from lms.assignments import group_sets
from lms.assignments.models.groups import CourseGroups, GroupSetList
from lms.courses.access import CourseAccess, in_course
from lms.http import app, if_match, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.get("/courses/<id>/groups", compress=True, enable_validation=False)
def read(id: str, access: Annotated[CourseAccess, Depends(in_course("group.read"))]) -> Response[CourseGroups]:
    groups = group_sets.shown(access)
    return shown(CourseGroups, groups, variant=group_sets.variant(access, groups))


@app.put("/courses/<id>/groups", compress=True)
def replace(
    id: str, body: GroupSetList, access: Annotated[CourseAccess, Depends(in_course("group.edit"))]
) -> Response[CourseGroups]:
    """Replaces all group sets of the course."""
    groups = group_sets.replace(access, body, if_match())
    return shown(CourseGroups, groups, variant=group_sets.variant(access, groups))
