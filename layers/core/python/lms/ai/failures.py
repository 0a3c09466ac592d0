"""Why an AI provider did not deliver, told so that the person who asked can act on it."""

from lms.errors import DomainError
from lms.jobs.failures import StepFailed, Trouble


class ProviderFailure(Exception):
    """``reason`` is one sentence for that person, ``code`` a stable name for it. Where ``retry_after`` is known, it
    is how many seconds to wait."""

    code: str
    reason: str
    retry_after: float | None = None


class _Final(ProviderFailure, StepFailed):
    """The same call would fail again."""

    def __init__(self, reason: str) -> None:
        super().__init__(self.code, reason)


class ContentRefused(_Final):
    """The model would not write it, or what it wrote failed validation each time."""

    code = "CONTENT_REFUSED"


class ProviderRejected(_Final):
    """The provider does not accept our calls: a wrong key, an unknown model, a request it cannot read."""

    code = "PROVIDER_REJECTED"


class BudgetExhausted(_Final):
    """The next call does not fit into the tokens that are left."""

    code = "BUDGET_EXHAUSTED"


class BudgetUsedUp(_Final):
    """The month's budget of the platform, the person or the course has too little left; ``exceeded`` says whose."""

    code = "BUDGET_EXCEEDED"

    def __init__(self, exceeded: DomainError) -> None:
        super().__init__(exceeded.detail)
        self.exceeded = exceeded


class ProviderUnavailable(ProviderFailure, Trouble):
    """The provider is away, slow or limiting us: the same call may succeed later, unchanged."""

    code = "PROVIDER_UNAVAILABLE"

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
