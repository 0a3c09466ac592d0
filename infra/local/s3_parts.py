"""What S3 does with uploads, and moto does not: it refuses an object or a part with another checksum than was said,
lists each part's own, completes an upload in parts once, however many ask at once, and gives an object whole to who
has begun to read it when another takes its place."""

import base64
import hashlib
import threading
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import NoSuchUpload, S3ClientError
from moto.s3.models import FakeKey, S3Backend
from moto.s3.responses import S3Response

_HEADER = "x-amz-checksum-sha256"


class BadDigest(S3ClientError):
    """400, as S3 answers it."""

    def __init__(self) -> None:
        super().__init__("BadDigest", "The SHA256 you specified did not match the calculated checksum.")


def keep_to_s3() -> None:
    """Make moto do so, with SHA-256 as the checksum."""
    _check_and_list_checksums()
    _complete_once()
    _leave_readers_what_they_read()


# moto takes the upload away before the object is there: who asks for its parts meanwhile waits.
_completing = threading.Lock()


def _complete_once() -> None:
    complete = S3Backend.complete_multipart_upload

    def once(self: S3Backend, bucket_name: str, multipart_id: str, *args: Any, **kwargs: Any) -> Any:
        with _completing:
            if multipart_id not in self.get_bucket(bucket_name).multiparts:
                raise NoSuchUpload(upload_id=multipart_id)
            return complete(self, bucket_name, multipart_id, *args, **kwargs)

    setattr(S3Backend, "complete_multipart_upload", once)  # noqa: B010 (mypy forbids the plain assignment)


def _leave_readers_what_they_read() -> None:
    def dispose(self: FakeKey, garbage: bool = False) -> None:
        # moto would close the file; so the last reader's going does.
        self.disposed = True

    hashed: Any = vars(FakeKey)["etag"]

    def etag(self: FakeKey) -> str:
        with self.lock:
            return str(hashed.fget(self))

    setattr(FakeKey, "dispose", dispose)  # noqa: B010 (mypy forbids the plain assignment)
    setattr(FakeKey, "etag", property(etag))  # noqa: B010


def _check_and_list_checksums() -> None:
    list_parts = S3Response.list_parts

    def checked(operation: Callable[[S3Response], Any]) -> Callable[[S3Response], Any]:
        def run(self: S3Response) -> Any:
            wanted = self.headers.get(_HEADER)
            if wanted and wanted != _checksum(self.body or b""):
                raise BadDigest()
            return operation(self)

        return run

    def listed(self: S3Response) -> Any:
        multipart = self.backend.get_bucket(self.bucket_name).multiparts.get(self._get_param("uploadId"))
        if multipart is None or multipart.metadata.get("x-amz-checksum-algorithm") != "SHA256":
            return list_parts(self)
        setattr(self, "serialized", _adding_to(self.serialized, multipart.parts))  # noqa: B010 (mypy forbids the plain assignment)
        try:
            return list_parts(self)
        finally:
            del self.serialized

    for name in ("put_object", "upload_part"):
        setattr(S3Response, name, checked(getattr(S3Response, name)))

    def listed_between(self: S3Response) -> Any:
        with _completing:
            return listed(self)

    setattr(S3Response, "list_parts", listed_between)  # noqa: B010 (mypy forbids the plain assignment)


def _adding_to(
    serialized: Callable[[ActionResult], Any], parts: dict[int, FakeKey]
) -> Callable[[ActionResult], Any]:
    def run(answer: ActionResult) -> Any:
        result: Any = answer.result
        for row in result["Parts"]:
            part = parts[row["PartNumber"]]
            part.checksum_value = part.checksum_value or _checksum(part.value)
            row["ChecksumSHA256"] = part.checksum_value
        return serialized(answer)

    return run


def _checksum(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
