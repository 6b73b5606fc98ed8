"""What outlives the process: objects, uploads under way, keys. Only ours is killed."""

from __future__ import annotations

import concurrent.futures
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import boto_client
from .errors import content
from .signing import Sender, error_code
from .stores import Arkitektd

PART = 5 << 20
BUCKET = "restarts"


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arkitektd]:
    """A platform that nobody else uses."""
    running = Arkitektd.start(tmp_path_factory.mktemp("mortal"))
    yield running
    running.end_well()


def kill_and_start(store: Arkitektd) -> None:
    store.server.kill()
    store.server.start()


def test_keys_and_objects_outlive_a_kill(mortal: Arkitektd) -> None:
    s3 = boto_client(mortal, mortal.keys(BUCKET))
    s3.put_object(Bucket=BUCKET, Key="a/b", Body=b"content", ContentType="image/tiff", Metadata={"n": "1"})
    before = s3.head_object(Bucket=BUCKET, Key="a/b")
    kill_and_start(mortal)
    after = s3.head_object(Bucket=BUCKET, Key="a/b")
    for name in ("ETag", "ContentType", "Metadata", "LastModified"):
        assert after[name] == before[name]
    assert content(s3, BUCKET, "a/b") == b"content"


def test_an_upload_goes_on_after_a_kill(mortal: Arkitektd) -> None:
    s3 = boto_client(mortal, mortal.keys(BUCKET))
    where = {"Bucket": BUCKET, "Key": "upload"}
    upload = s3.create_multipart_upload(**where)["UploadId"]
    first = s3.upload_part(**where, UploadId=upload, PartNumber=1, Body=b"1" * PART)
    kill_and_start(mortal)
    second = s3.upload_part(**where, UploadId=upload, PartNumber=2, Body=b"2")
    parts = [{"PartNumber": n, "ETag": part["ETag"]} for n, part in ((1, first), (2, second))]
    s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})
    assert content(s3, BUCKET, "upload") == b"1" * PART + b"2"


def test_a_kill_leaves_no_half_of_anything(mortal: Arkitektd) -> None:
    """Objects are put until the kill: each is whole or not there, and those that were answered are there."""
    keys = mortal.keys(BUCKET)

    def put(number: int) -> bool:
        body = number.to_bytes(4, "big") * 50_000
        try:
            return Sender(mortal.endpoint, BUCKET, keys)("PUT", f"kill/{number}", body).status == 200
        except OSError:
            return False

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        running = [pool.submit(put, number) for number in range(400)]
        while not any(each.done() for each in running):
            time.sleep(0.01)
        time.sleep(0.3)
        mortal.server.kill()
        answered = [number for number, each in enumerate(running) if each.result()]
    mortal.server.start()
    assert answered, "none was put before the kill"
    send = Sender(mortal.endpoint, BUCKET, keys)
    for number in range(400):
        got = send("GET", f"kill/{number}")
        if got.status == 200:
            assert got.body == number.to_bytes(4, "big") * 50_000
        else:
            assert (got.status, error_code(got)) == (404, "NoSuchKey")
            assert number not in answered


def test_what_was_left_half_done_is_cleaned_away(mortal: Arkitektd) -> None:
    """What belongs to no key lies in folders whose names begin with a dot."""
    root: Path = mortal.server.data / "objects"
    left = [path for path in root.glob(".*/**/*") if path.is_file()]
    assert not left, left
