"""A Gemini provider whose HTTP calls go to a loopback server, and what it recorded."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lms.ai import library
from lms.ai.gemini.provider import Gemini
from lms.ai.gemini.retries import Retries
from lms.ai.models import CourseRequest, LessonPlan, Outline, Source
from lms.jobs.models import Usage
from tests.gemini_server import FakeGemini

MODEL = "gemini-2.5-flash"


def library_text(name: str) -> Source:
    text = Path(library.__file__).with_name("library").joinpath(f"{name}.md").read_text(encoding="utf-8")
    return Source(id="0123456789abcdef01234567", title=name, text=text)


SOURCE = library_text("photosynthesis")
PLAN = LessonPlan(number=1, title="Light", objectives=["Explain how light is used"], minutes=5)
OUTLINE = Outline.model_validate(
    {"title": "Plants", "description": "How plants live", "modules": [{"title": "One", "lessons": [PLAN]}]}
)


def request(**change: Any) -> CourseRequest:
    fields = {"topic": "Plants", "audience": "beginners", "difficulty": "beginner", "lesson_count": 3}
    return CourseRequest.model_validate({**fields, **change})


@dataclass
class Desk:
    server: FakeGemini
    used: list[Usage] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def gemini(
        self, *, api_key: str = "a-key", seconds: float = 100, budget: int | None = None, **change: Any
    ) -> Gemini:
        """No wait is slept through: ``waits`` has what would have been."""
        made: dict[str, Any] = {"model": MODEL, "base_url": self.server.url, "circuit_table": "", **change}
        made.setdefault("retries", self.retries())
        made.setdefault("hold", lambda model, input_tokens, most_output: most_output)
        made.setdefault("record", self._record)
        return Gemini(
            api_key,
            remaining_seconds=lambda: seconds - sum(self.waits),
            budget_left=lambda: None if budget is None else budget - self.tokens,
            **made,
        )

    def _record(self, usage: Usage) -> None:
        if usage.input_tokens or usage.output_tokens:
            self.used.append(usage)

    def retries(self, **change: Any) -> Retries:
        return Retries(**{"base": 0.0, "sleep": self.waits.append, **change})

    @property
    def tokens(self) -> int:
        return sum(usage.input_tokens + usage.output_tokens for usage in self.used)

    @property
    def faults(self) -> list[str | None]:
        """Which fault each call met, in order; None for a good answer."""
        return [call["fault"] for call in self.server.calls]
