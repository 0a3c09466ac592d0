"""Why an AI provider did not deliver, told so that the person who started the job can act on it."""

from lms.errors import DomainError
from lms.jobs.failures import Trouble


class ProviderFailure(Trouble):
    """``retryable``: the same call may succeed later, unchanged."""

    retryable = False
    code = "PROVIDER_FAILED"


class ContentRefused(ProviderFailure):
    """The model would not write it, or what it wrote failed validation each time."""

    code = "CONTENT_REFUSED"


class ProviderRejected(ProviderFailure):
    """The provider does not accept our calls: a wrong key, an unknown model, a request it cannot read."""

    code = "PROVIDER_REJECTED"


class BudgetExhausted(ProviderFailure):
    """The next call does not fit into the tokens that are left."""

    code = "BUDGET_EXHAUSTED"


class BudgetUsedUp(ProviderFailure):
    """The month's budget of the platform, the person or the course has too little left; ``exceeded`` says whose."""

    code = "BUDGET_EXCEEDED"

    def __init__(self, exceeded: DomainError) -> None:
        super().__init__(exceeded.detail)
        self.exceeded = exceeded


class ProviderUnavailable(ProviderFailure):
    """The provider is away, slow or limiting us."""

    retryable = True
    code = "PROVIDER_UNAVAILABLE"

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
