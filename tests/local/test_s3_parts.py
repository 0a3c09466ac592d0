"""Uploads to S3: their checksums are held to what came, and those of parts listed."""

import base64
import hashlib
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.aws import Aws
from infra.local.cloud import client
from tests.at_once import results

PART = b"x" * (5 * 1024 * 1024)


def checksum(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    server = Aws(tmp_path_factory.mktemp("state"))
    server.start()
    server.wait()
    made = client("s3", server.endpoint)
    made.create_bucket(Bucket="parts")
    yield made
    server.stop()


@pytest.fixture
def upload(s3: Any) -> dict[str, str]:
    begun = s3.create_multipart_upload(Bucket="parts", Key="k", ChecksumAlgorithm="SHA256")
    return {"Bucket": "parts", "Key": "k", "UploadId": begun["UploadId"]}


def test_each_part_is_listed_with_its_checksum(s3: Any, upload: dict[str, str]) -> None:
    for n, content in ((1, PART), (2, b"tail")):
        s3.upload_part(**upload, PartNumber=n, Body=content, ChecksumSHA256=checksum(content))
    rows = s3.list_parts(**upload)["Parts"]
    assert [row["ChecksumSHA256"] for row in rows] == [checksum(PART), checksum(b"tail")]
    parts = [{name: row[name] for name in ("PartNumber", "ETag", "ChecksumSHA256")} for row in rows]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert s3.head_object(Bucket="parts", Key="k")["ContentLength"] == len(PART) + 4


def test_a_part_with_another_checksum_is_refused(s3: Any, upload: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="BadDigest"):
        s3.upload_part(**upload, PartNumber=1, Body=PART, ChecksumSHA256=checksum(b"other"))
    assert "Parts" not in s3.list_parts(**upload)


def test_an_object_with_another_checksum_is_refused(s3: Any) -> None:
    s3.put_object(Bucket="parts", Key="whole", Body=b"x", ChecksumSHA256=checksum(b"x"))
    with pytest.raises(ClientError, match="BadDigest"):
        s3.put_object(Bucket="parts", Key="whole", Body=b"y", ChecksumSHA256=checksum(b"x"))
    assert s3.get_object(Bucket="parts", Key="whole")["Body"].read() == b"x"


def test_an_upload_without_checksums_lists_none(s3: Any) -> None:
    begun = s3.create_multipart_upload(Bucket="parts", Key="plain")
    upload = {"Bucket": "parts", "Key": "plain", "UploadId": begun["UploadId"]}
    s3.upload_part(**upload, PartNumber=1, Body=b"x")
    assert "ChecksumSHA256" not in s3.list_parts(**upload)["Parts"][0]


def test_who_reads_while_another_object_takes_the_place_reads_one_of_them_whole(s3: Any) -> None:
    contents = [letter * len(PART) for letter in (b"a", b"b")]
    etags = {f'"{hashlib.md5(content).hexdigest()}"' for content in contents}

    def write(content: bytes) -> set[str]:
        return {s3.put_object(Bucket="parts", Key="taken", Body=content)["ETag"] for _ in range(10)}

    def read() -> set[tuple[str, bool]]:
        got = [s3.get_object(Bucket="parts", Key="taken") for _ in range(20)]
        return {(each["ETag"], each["Body"].read() in contents) for each in got}

    write(contents[0])
    *written, first, second = results(*(partial(write, each) for each in contents), read, read)
    assert set().union(*written) == etags
    assert first | second <= {(etag, True) for etag in etags}


def test_an_upload_is_gone_only_when_its_object_is_there(s3: Any, upload: dict[str, str]) -> None:
    etag = s3.upload_part(**upload, PartNumber=1, Body=PART * 10)["ETag"]
    s3.delete_object(Bucket="parts", Key="k")

    def complete() -> None:
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})

    def follow() -> int:
        while True:
            try:
                s3.list_parts(**upload)
            except ClientError:
                length: int = s3.head_object(Bucket="parts", Key="k")["ContentLength"]
                return length

    assert results(complete, follow, follow)[1:] == [len(PART) * 10] * 2
