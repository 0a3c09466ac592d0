"""Freezing final grades."""

from typing import Self

from pydantic import model_validator

from lms.fields import Body, Flag, Resource
from lms.gradebook.models.change import Why
from lms.gradebook.models.page import Freeze


class FreezeRequest(Body):
    """``frozen`` false unfreezes, and needs a ``why``."""

    frozen: Flag = True
    why: Why | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if not self.frozen and self.why is None:
            raise ValueError("say why the grades are unfrozen")
        return self


class FrozenGradebook(Resource):
    """``learners``: how many final grades this call has fixed."""

    version: int
    frozen: Freeze | None
    learners: int
