"""PUT /users/{id}/role"""

from typing import Annotated

from lms import mongo
from lms.auth import roles
from lms.auth.models import RoleChange, User
from lms.caller import Caller, allowed
from lms.http import app, lambda_handler, shown

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

__all__ = ["lambda_handler"]


@app.put("/users/<id>/role")
def change_role(
    id: str, body: RoleChange, caller: Annotated[Caller, Depends(allowed("role.change"))]
) -> Response[User]:
    return shown(User, roles.change(caller.id, mongo.object_id(id), body.role))
