"""Every failure that a caller is told about, each with its HTTP status and its stable code."""

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """Becomes an RFC 9457 problem. ``errors`` holds ``{"pointer", "message"}`` rows, ``extra`` further members."""

    status = 400
    code = "BAD_REQUEST"
    title = "Bad request"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **extra: object,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.code = code or self.code
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.extra = extra


class Unauthenticated(DomainError):
    status, code, title = 401, "UNAUTHENTICATED", "Sign in first"


class Forbidden(DomainError):
    status, code, title = 403, "FORBIDDEN", "Your role does not allow this"


class NotFound(DomainError):
    status, code, title = 404, "NOT_FOUND", "Not found"


class Conflict(DomainError):
    status, code, title = 409, "CONFLICT", "Conflict"


class PreconditionFailed(DomainError):
    status, code, title = 412, "STALE_ETAG", "The resource has changed since you read it"


class TooLarge(DomainError):
    status, code, title = 413, "TOO_LARGE", "Too large"


class UnsupportedMediaType(DomainError):
    status, code, title = 415, "UNSUPPORTED_MEDIA_TYPE", "Send application/json"


class Invalid(DomainError):
    status, code, title = 422, "INVALID", "Some fields are not valid"


class PreconditionRequired(DomainError):
    status, code, title = 428, "IF_MATCH_REQUIRED", "Send If-Match with the version that you have read"


class TooManyRequests(DomainError):
    status, code, title = 429, "TOO_MANY_REQUESTS", "Too many requests"

    def __init__(self, detail: str = "", *, retry_after: int) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class Unavailable(DomainError):
    status, code, title = 503, "UNAVAILABLE", "A dependency is away; try again"

    def __init__(self, detail: str = "", *, retry_after: int = 2) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})
