"""What our moto process adds to moto: cheap and safe queues, and the mail that was sent."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from moto.sqs.models import Queue, SQSBackend, sqs_backends

from infra.local.aws import Aws
from infra.local.cloud import client
from infra.local.moto_server import count_messages_only_when_asked, lock_queues


@pytest.fixture(scope="module")
def backend() -> SQSBackend:
    count_messages_only_when_asked()
    lock_queues()
    made: SQSBackend = sqs_backends["123456789012"]["us-east-1"]
    return made


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    server = Aws(tmp_path_factory.mktemp("state"))
    server.start()
    server.wait()
    yield server
    server.stop()


def test_messages_are_counted_only_when_asked(backend: SQSBackend) -> None:
    looked_at: list[str] = []

    class Watched:
        """Stands among a queue's messages and notes who looks."""

        delayed = False

        @property
        def visible(self) -> bool:
            looked_at.append("visible")
            return True

    queue: Queue = backend.create_queue("counted")
    queue._messages.append(Watched())
    backend.send_message("counted", "another")
    assert looked_at == []
    names = ["ApproximateNumberOfMessages", "QueueArn"]
    assert backend.get_queue_attributes("counted", names)["ApproximateNumberOfMessages"] == 2
    assert looked_at


def test_a_send_waits_for_a_delete_under_way(backend: SQSBackend) -> None:
    queue: Queue = backend.create_queue("busy")
    send = threading.Thread(target=backend.send_message, args=["busy", "meanwhile"])
    waited: list[bool] = []

    class Slow:
        """Stands among a queue's messages; the delete that passes by gives another thread time to send."""

        def had_receipt_handle(self, receipt_handle: str) -> bool:
            if send.ident is None:
                send.start()
                send.join(timeout=0.3)
                waited.append(send.is_alive())
            return False

    backend.send_message("busy", "done")
    (received,) = backend.receive_message("busy", 1, 0, 30)
    slow = Slow()
    queue._messages.insert(0, slow)
    backend.delete_message("busy", received.receipt_handle)
    send.join()
    assert waited == [True]
    queue._messages.remove(slow)
    assert [message.body for message in queue._messages] == ["meanwhile"]


def test_sent_mail_can_be_read(aws: Aws) -> None:
    ses: Any = client("ses", aws.endpoint)
    ses.verify_email_identity(EmailAddress="school@example.org")
    ses.send_email(
        Source="school@example.org",
        Destination={"ToAddresses": ["learner@example.org"]},
        Message={"Subject": {"Data": "Welcome"}, "Body": {"Text": {"Data": "Hello."}}},
    )
    (mail,) = aws.sent_mail()
    assert (mail["subject"], mail["body"]) == ("Welcome", "Hello.")
    assert mail["destinations"]["ToAddresses"] == ["learner@example.org"]
