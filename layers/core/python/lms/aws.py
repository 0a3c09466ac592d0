"""AWS's clients, all of one session, which keeps what it has read of AWS's services."""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.session import Session


@cache
def _session() -> "Session":
    # botocore's, and at first use: what boto3 adds nothing here uses, and a function's first message took a fifth
    # longer with it.
    from botocore.session import get_session

    return get_session()


def client(service: str, *, seconds: float, attempts: int = 1, endpoint: str | None = None, **options: Any) -> Any:
    """A client that waits a second for the connection and ``seconds`` for an answer, in each of its attempts.
    ``options`` are further ones of botocore's Config."""
    from botocore.config import Config

    config = Config(connect_timeout=1, read_timeout=seconds, retries={"total_max_attempts": attempts}, **options)
    return _session().create_client(service, config=config, endpoint_url=endpoint)
