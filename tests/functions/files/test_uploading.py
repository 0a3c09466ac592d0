"""POST /files, the upload to S3, and POST /files/{id}/complete."""


import pytest

from lms import storage
from tests import uploads
from tests.people import Api, Person

CONTENT = b"What plants do with light, told in one sentence."


@pytest.fixture
def person(api: Api) -> Person:
    return api.person()


def test_an_upload_as_a_form(person: Person) -> None:
    begun = uploads.begin(person, CONTENT, name="Notes on light.txt")
    assert begun["file"]["status"] == "pending"
    assert begun["upload"]["kind"] == "form"
    assert begun["upload"]["fields"]["key"].startswith(f"incoming/{begun['file']['id']}/")
    assert uploads.post_form(begun["upload"], CONTENT).status == 204
    done = person.post(f"/files/{begun['file']['id']}/complete")
    assert (done.status, done.json["status"]) == (200, "scanning")
    assert (
        storage.s3().get_object(Bucket=storage.bucket(), Key=begun["upload"]["fields"]["key"])["Body"].read()
        == CONTENT
    )
