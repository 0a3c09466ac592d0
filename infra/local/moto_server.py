"""moto's server for S3, SQS, DynamoDB, SES, SNS and SSM, run as a process of its own:
`python -m infra.local.moto_server --port N`."""

import argparse
import json
import logging
import signal
import sys
from collections.abc import Callable, Iterable
from typing import Any

# Imports every backend that CloudFormation can create: better while mongod starts than at the first request.
import moto.cloudformation.parsing  # noqa: F401
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.ses.models import ses_backends
from moto.sqs.models import Queue, SQSBackend
from werkzeug.serving import make_server

from infra.local import s3_parts

MAIL_PATH = "/local/mail"

_COUNTS = {
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
}
_Environ = dict[str, Any]
_StartResponse = Callable[[str, list[tuple[str, str]]], object]


def count_messages_only_when_asked() -> None:
    """Take the counts out of `Queue.attributes`, which moto computes at each send and receive by walking all
    messages (sending n messages costs n²); GetQueueAttributes alone still counts."""
    walk_nothing = [name for name in Queue.BASE_ATTRIBUTES if name not in _COUNTS]
    whole = Queue.BASE_ATTRIBUTES
    get_queue_attributes = SQSBackend.get_queue_attributes

    def counted(self: SQSBackend, queue_name: str, attribute_names: list[str]) -> dict[str, Any]:
        queue = self.get_queue(queue_name)
        with queue._messages_lock:
            queue.BASE_ATTRIBUTES = whole
            try:
                return get_queue_attributes(self, queue_name, attribute_names)
            finally:
                del queue.BASE_ATTRIBUTES

    Queue.BASE_ATTRIBUTES = walk_nothing
    setattr(SQSBackend, "get_queue_attributes", counted)  # noqa: B010 (mypy forbids the plain assignment)


def lock_queues() -> None:
    """Make receiving, deleting and changing visibility atomic per queue, as sending is: moto rebuilds the list
    of messages on delete, and loses one that another thread appends meanwhile."""

    def locked(operation: Callable[..., Any]) -> Callable[..., Any]:
        def run(self: SQSBackend, queue_name: str, *args: Any, **kwargs: Any) -> Any:
            # Reentrant, and given up while a long poll waits: the lock is the queue's own condition.
            with self.get_queue(queue_name)._messages_lock:
                return operation(self, queue_name, *args, **kwargs)

        return run

    for name in ("receive_message", "delete_message", "change_message_visibility", "purge_queue"):
        setattr(SQSBackend, name, locked(getattr(SQSBackend, name)))


class Application:
    """moto, and GET /local/mail: the mail that SES was asked to send, oldest first."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: _Environ, start_response: _StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == MAIL_PATH:
            body = json.dumps(sent_mail(), default=str).encode()
            start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
            return [body]
        answer: Iterable[bytes] = self._moto(environ, start_response)
        return answer


def sent_mail() -> list[dict[str, Any]]:
    """What SES sent in this process: source, destinations, and subject and body, or raw_data."""
    return [
        vars(message)
        for regions in ses_backends.values()
        for backend in regions.values()
        for message in backend.sent_messages
    ]


def main() -> None:
    """Serve on 127.0.0.1 until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.moto_server")
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    count_messages_only_when_asked()
    lock_queues()
    s3_parts.keep_to_s3()
    server = make_server("127.0.0.1", port, Application(), threaded=True, request_handler=MotoRequestHandler)
    server.serve_forever()


if __name__ == "__main__":
    main()
