"""S3: the one bucket of files. Browsers upload and download by signed requests; the client is made at first use."""

import base64
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lms import aws
from lms.config import settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FORM_SECONDS = 3600
"""How long a signed upload may be begun."""
DOWNLOAD_SECONDS = 300
_CLIENT_SECONDS = 10
_NOT_THERE = {"404", "NoSuchKey", "NoSuchUpload", "NotFound"}


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
def s3() -> "S3Client":
    made: S3Client = aws.client(
        "s3",
        seconds=_CLIENT_SECONDS,
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


def is_missing(error: Exception) -> bool:
    """Whether S3 refused a call because there is no such object or upload."""
    response = getattr(error, "response", {})
    return response.get("Error", {}).get("Code") in _NOT_THERE


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
        ExpiresIn=FORM_SECONDS,
    )


def begin_multipart(key: str, content_type: str) -> str:
    """The id of a new upload in parts, whose parts each carry their SHA-256."""
    return s3().create_multipart_upload(
        Bucket=bucket(), Key=key, ContentType=content_type, ChecksumAlgorithm="SHA256"
    )["UploadId"]


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
        ExpiresIn=FORM_SECONDS,
    )
    return {"url": url, "headers": {"x-amz-checksum-sha256": checksum}}


def parts(key: str, upload_id: str) -> Iterator[Part]:
    """Those that are there. Raises what ``is_missing`` knows where the upload is over."""
    pages = s3().get_paginator("list_parts").paginate(Bucket=bucket(), Key=key, UploadId=upload_id)
    for page in pages:
        for row in page.get("Parts", ()):
            checksum = row.get("ChecksumSHA256", "")
            yield Part(row["PartNumber"], row["Size"], in_hex(checksum) if checksum else "", row["ETag"])


def complete_multipart(key: str, upload_id: str, found: list[Part]) -> None:
    rows = [{"PartNumber": part.n, "ETag": part.etag, "ChecksumSHA256": in_base64(part.sha256)} for part in found]
    s3().complete_multipart_upload(
        Bucket=bucket(),
        Key=key,
        UploadId=upload_id,
        MultipartUpload={"Parts": rows},  # type: ignore[typeddict-item]
    )


def abort_multipart(key: str, upload_id: str) -> None:
    """Idempotent."""
    _unless_missing(lambda: s3().abort_multipart_upload(Bucket=bucket(), Key=key, UploadId=upload_id))


def stat(key: str) -> Stored | None:
    """None where there is no such object."""
    found = _unless_missing(lambda: s3().head_object(Bucket=bucket(), Key=key))
    return Stored(found["ContentLength"], found["ETag"]) if found else None


def download(key: str, path: Path, etag: str) -> None:
    """Write to ``path`` the object that has this ETag. Raises where it has been swapped."""
    body = s3().get_object(Bucket=bucket(), Key=key, IfMatch=etag)["Body"]
    with path.open("wb") as file:
        for chunk in body.iter_chunks(1 << 20):
            file.write(chunk)


def tags(key: str) -> dict[str, str]:
    return {row["Key"]: row["Value"] for row in s3().get_object_tagging(Bucket=bucket(), Key=key)["TagSet"]}


def copy(key: str, to: str, *, etag: str, content_type: str) -> None:
    """Copy the object that has this ETag, and no other. Raises where it has been swapped. Up to 5 GB."""
    s3().copy_object(
        Bucket=bucket(),
        Key=to,
        CopySource={"Bucket": bucket(), "Key": key},
        CopySourceIfMatch=etag,
        MetadataDirective="REPLACE",
        ContentType=content_type,
        TaggingDirective="REPLACE",
    )


def delete(key: str) -> None:
    """Idempotent."""
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


def _unless_missing(call: Any) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = call()
    except s3().exceptions.ClientError as error:
        if is_missing(error):
            return None
        raise
    return found
