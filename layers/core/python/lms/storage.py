"""S3: the one bucket of files. Browsers upload and download by signed requests; the client is made at first use."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lms import aws
from lms.config import settings
from lms.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

UPLOAD_SECONDS = 3600
"""How long a signed upload may be begun."""
DOWNLOAD_SECONDS = 300
_CLIENT_SECONDS = 10
_JOIN_SECONDS = 13
"""Twice this fits into the function that asks."""
_PUT_SECONDS = 60
_NOT_THERE = {"404", "NoSuchKey", "NoSuchUpload", "NotFound"}
_NOT_THE_SAME = {"412", "PreconditionFailed"}


class Stored(NamedTuple):
    """An object as S3 has it; ``etag`` names exactly these bytes."""

    size: int
    etag: str


class Part(NamedTuple):
    """A part of a multipart upload as S3 has it; ``sha256`` as hex."""

    n: int
    size: int
    sha256: str
    etag: str


@cache
def s3(seconds: float = _CLIENT_SECONDS) -> "S3Client":
    made: S3Client = aws.client(
        "s3",
        seconds=seconds,
        attempts=2,
        signature_version="s3v4",
        # Without the checksums that the SDK would add of itself: a browser would have to send them too.
        request_checksum_calculation="when_required",
        # At its region's own address: elsewhere a young bucket answers with a redirect, which no form post follows.
        s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
    )
    return made


def bucket() -> str:
    return settings().files_bucket


def incoming_key(file_id: Any, nonce: str) -> str:
    return f"incoming/{file_id}/{nonce}"


def kept_key(file_id: Any) -> str:
    return f"files/{file_id}"


def in_base64(sha256: str) -> str:
    """S3 writes checksums so."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()


def in_hex(checksum: str) -> str:
    return base64.b64decode(checksum).hex()


class Missing(Exception):
    """There is no such object or upload."""


class Swapped(Exception):
    """The object is not, or no longer, the one that is meant."""


@contextmanager
def _explained() -> Iterator[None]:
    """S3's refusals by name, where a caller can do something about them. Raise 503 where it is away or too slow."""
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

    try:
        yield
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable("The store of files is away; nothing was lost, try again") from error
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        if code in _NOT_THERE:
            raise Missing() from error
        if code in _NOT_THE_SAME:
            raise Swapped() from error
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unavailable("The store of files is busy; nothing was lost, try again") from error
        raise


def signed_form(key: str, *, size: int, content_type: str, sha256: str) -> dict[str, Any]:
    """A form post of exactly these bytes under this key, as ``{"url", "fields"}``.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
    """
    fields = {
        "Content-Type": content_type,
        "x-amz-checksum-algorithm": "SHA256",
        "x-amz-checksum-sha256": in_base64(sha256),
    }
    conditions: list[Any] = [{name: value} for name, value in fields.items()]
    return s3().generate_presigned_post(
        bucket(),
        key,
        Fields=dict(fields),
        Conditions=[*conditions, ["content-length-range", size, size]],
        ExpiresIn=UPLOAD_SECONDS,
    )


def begin_multipart(key: str, content_type: str) -> str:
    """The id of a new upload in parts, whose parts each carry their SHA-256."""
    with _explained():
        begun = s3().create_multipart_upload(
            Bucket=bucket(), Key=key, ContentType=content_type, ChecksumAlgorithm="SHA256"
        )
    return begun["UploadId"]


def signed_part(key: str, upload_id: str, n: int, sha256: str) -> dict[str, Any]:
    """The PUT of part ``n`` as ``{"url", "headers"}``; the headers are signed and must be sent."""
    checksum = in_base64(sha256)
    url = s3().generate_presigned_url(
        "upload_part",
        Params={
            "Bucket": bucket(),
            "Key": key,
            "UploadId": upload_id,
            "PartNumber": n,
            "ChecksumSHA256": checksum,
        },
        ExpiresIn=UPLOAD_SECONDS,
    )
    return {"url": url, "headers": {"x-amz-checksum-sha256": checksum}}


def parts(key: str, upload_id: str) -> list[Part]:
    """Those that are there. Raise Missing where the upload is over."""
    with _explained():
        pages = s3().get_paginator("list_parts").paginate(Bucket=bucket(), Key=key, UploadId=upload_id)
        rows = [row for page in pages for row in page.get("Parts", ())]
    return [
        Part(row["PartNumber"], row["Size"], in_hex(row.get("ChecksumSHA256", "")), row["ETag"]) for row in rows
    ]


def complete_multipart(key: str, upload_id: str, found: Sequence[Part]) -> None:
    """Raise Missing where the upload is over."""
    rows = [{"PartNumber": part.n, "ETag": part.etag, "ChecksumSHA256": in_base64(part.sha256)} for part in found]
    with _explained():
        s3(_JOIN_SECONDS).complete_multipart_upload(
            Bucket=bucket(),
            Key=key,
            UploadId=upload_id,
            MultipartUpload={"Parts": rows},  # type: ignore[typeddict-item]
        )


def abort_multipart(key: str, upload_id: str) -> None:
    """Idempotent."""
    with suppress(Missing), _explained():
        s3().abort_multipart_upload(Bucket=bucket(), Key=key, UploadId=upload_id)


def stat(key: str) -> Stored | None:
    """None where there is no such object."""
    with suppress(Missing), _explained():
        found = s3().head_object(Bucket=bucket(), Key=key)
        return Stored(found["ContentLength"], found["ETag"])
    return None


def download(key: str, path: Path, etag: str) -> str:
    """Write to ``path`` the object that has this ETag; its SHA-256 as hex. Raise Missing, or Swapped where another
    is there."""
    hash = hashlib.sha256()
    with _explained(), path.open("wb") as file:
        body = s3().get_object(Bucket=bucket(), Key=key, IfMatch=etag)["Body"]
        for chunk in body.iter_chunks(1 << 20):
            hash.update(chunk)
            file.write(chunk)
    return hash.hexdigest()


def tags(key: str) -> dict[str, str]:
    """Raise Missing where there is no such object."""
    with _explained():
        rows = s3().get_object_tagging(Bucket=bucket(), Key=key)["TagSet"]
    return {row["Key"]: row["Value"] for row in rows}


def put(path: Path, key: str, *, sha256: str, content_type: str) -> None:
    """Keep a local file under this key. S3 refuses it unless it has this hash. Up to 5 GB."""
    with _explained(), path.open("rb") as file:
        s3(_PUT_SECONDS).put_object(
            Bucket=bucket(), Key=key, Body=file, ContentType=content_type, ChecksumSHA256=in_base64(sha256)
        )


def delete(key: str) -> None:
    """Idempotent."""
    with _explained():
        s3().delete_object(Bucket=bucket(), Key=key)


def signed_download(key: str, *, content_type: str, disposition: str) -> str:
    """The address under which a browser gets the object with these headers, for ``DOWNLOAD_SECONDS``."""
    return s3().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": bucket(),
            "Key": key,
            "ResponseContentType": content_type,
            "ResponseContentDisposition": disposition,
        },
        ExpiresIn=DOWNLOAD_SECONDS,
    )
