"""Why a step did not succeed, told so that the person who started the job can act on it."""


class StepFailed(Exception):
    """The step cannot succeed as things stand; ``reason`` is for the person who started the job."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Trouble(Exception):
    """The step may succeed at another attempt. ``reason`` is one sentence for that person; ``retry_after`` seconds
    is how long to wait at least, None where nothing says so."""

    retry_after: float | None = None

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
