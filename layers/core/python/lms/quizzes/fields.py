"""Field types of questions and quizzes. Texts are Markdown."""

import re
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Remark = Annotated[str, StringConstraints(max_length=5_000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,24}$")]
Weight = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
GAP = re.compile(r"\{\{([A-Za-z0-9_-]{1,24})\}\}")
"""Where a gap stands in the prompt of a cloze question."""
Heading = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Points = Annotated[Number, Field(gt=0, le=1_000)]
Hint = Annotated[str, StringConstraints(min_length=1, max_length=5_000)]
Hints = Annotated[list[Hint], Field(max_length=10)]
Skill = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Skills = Annotated[list[Skill], Field(max_length=50)]
Pool = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Kind = Literal[
    "single", "multiple", "true_false", "numeric", "short_text", "matching", "ordering", "cloze", "essay"
]
