"""What goes over the WebSocket, both ways; asyncapi.json is made from these models."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from lms.fields import Body, Moment, Resource
from lms.files.models import File
from lms.jobs.models import Job

LARGEST_BYTES = 128 * 1024
"""API Gateway's limit for a message, either way."""

Topic = Annotated[str, StringConstraints(pattern=r"\A(job|course):[0-9a-f]{24}\z")]
Cursor = Annotated[str, StringConstraints(max_length=200)]


class Ping(Body):
    """Ask for a sign of life; it also keeps an idle connection open, which ends after 10 minutes."""

    action: Literal["ping"]


class Subscribe(Body):
    """Follow a job that you may see, or a course that you may read. The answer is the topic as it stands.

    ``since`` is the ``cursor`` of the last message that you have of this topic.
    """

    action: Literal["subscribe"]
    topic: Topic
    since: Cursor | None = None


class Unsubscribe(Body):
    """Follow a topic no longer."""

    action: Literal["unsubscribe"]
    topic: Topic
    since: Cursor | None = None


ClientMessage = Annotated[Ping | Subscribe | Unsubscribe, Field(discriminator="action")]

client_message: TypeAdapter[Ping | Subscribe | Unsubscribe] = TypeAdapter(ClientMessage)


class Nothing(Resource):
    """No data."""


class Followed(Resource):
    topic: str


class Refusal(Resource):
    """``code`` is stable, ``detail`` is for people."""

    code: str
    detail: str


class _Sent(Resource):
    """``at`` is when the server sent it. A topic's messages may overtake each other: the higher cursor counts."""

    at: Moment
    cursor: str | None


class Pong(_Sent):
    """The answer to a ping."""

    type: Literal["pong"]
    data: Nothing


class Subscribed(_Sent):
    """From now on the course's messages come. (A job answers with itself instead.)"""

    type: Literal["subscribed"]
    data: Followed


class Unsubscribed(_Sent):
    """No further message of the topic comes, but for those under way."""

    type: Literal["unsubscribed"]
    data: Followed


class JobProgress(_Sent):
    """The job as it stands, while it is queued or runs; the cursor rises with each change."""

    type: Literal["job.progress"]
    data: Job


class JobFinished(_Sent):
    """The job as it ended: succeeded, failed or cancelled."""

    type: Literal["job.finished"]
    data: Job


class FileChanged(_Sent):
    """A file of the person's own whose check has ended: available, or quarantined with the reason."""

    type: Literal["file.changed"]
    data: File


class Error(_Sent):
    """The message before this one was refused; the connection stays open."""

    type: Literal["error"]
    data: Refusal


SERVER_MESSAGES: tuple[type[Resource], ...] = (
    Pong,
    Subscribed,
    Unsubscribed,
    JobProgress,
    JobFinished,
    FileChanged,
    Error,
)
