"""How long and how often a quiz may be taken, and how much it asks."""

from typing import Annotated

from pydantic import Field

from lms.fields import Count

MOST_ITEMS = 500

Minutes = Annotated[Count, Field(ge=1, le=7 * 24 * 60)]
Attempts = Annotated[Count, Field(ge=1, le=100)]
