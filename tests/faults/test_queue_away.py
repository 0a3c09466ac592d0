"""SQS away or hanging: what was committed stands, is answered, and is sent later."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from bson import ObjectId

from infra.local.stack import Stack
from lms import queues
from lms.jobs import dispatch, repository
from tests.generated_course import REQUEST
from tests.people import Api


@contextmanager
def silent_queue() -> Iterator[None]:
    """SQS at a port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        os.environ["AWS_ENDPOINT_URL_SQS"] = f"http://127.0.0.1:{server.getsockname()[1]}"
        queues.sqs.cache_clear()
        try:
            yield
        finally:
            del os.environ["AWS_ENDPOINT_URL_SQS"]
            queues.sqs.cache_clear()


def test_a_job_started_while_the_queue_hangs_is_accepted_and_sent_by_the_sweep(api: Api):
    person = api.person()
    with silent_queue():
        accepted = person.post("/ai/generate-course", {**REQUEST, "lesson_count": 1})
    assert accepted.status == 202
    job_id = ObjectId(accepted.json["job_id"])
    assert [step["name"] for step in repository.unsent_steps(job_id)] == ["outline"]
    dispatch.sweep()
    assert repository.unsent_steps(job_id) == []


def test_a_hanging_queue_is_asked_once_and_for_seconds_only(ground: Stack):
    config = queues.sqs().meta.config
    assert config.connect_timeout + config.read_timeout <= 3
    assert config.retries["total_max_attempts"] == 1
