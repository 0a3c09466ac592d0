"""Invoked by hand with {"email"}: makes an admin of who has that account; nobody else could appoint the first."""

from typing import Any

from lms import mongo
from lms.auth import roles
from lms.auth.models import Appointment
from lms.errors import DomainError

from aws_lambda_powertools.utilities.typing import LambdaContext


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, str]:
    try:
        with mongo.deadline(context.get_remaining_time_in_millis() / 1000):
            admin = roles.appoint_admin(Appointment.model_validate(event))
    except DomainError as refused:
        return {"code": refused.code, "detail": refused.detail}
    return {"user_id": str(admin["_id"]), "role": admin["role"]}
