"""Reading parts of an object, in every form of a range."""

from __future__ import annotations

import random
from typing import Any

import pytest

from .errors import refused
from .signing import Sender, error_code

SIZE = 100_000
BODY = random.Random(7).randbytes(SIZE)


@pytest.fixture(scope="module", autouse=True)
def stored(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="body", Body=BODY)
    s3.put_object(Bucket=bucket, Key="one", Body=b"1")
    s3.put_object(Bucket=bucket, Key="none", Body=b"")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("0-0", 0, 0),
        ("0-99", 0, 99),
        ("17-4711", 17, 4711),
        ("99999-99999", 99_999, 99_999),
        ("99990-", 99_990, 99_999),
        ("0-", 0, 99_999),
        ("-1", 99_999, 99_999),
        ("-100", 99_900, 99_999),
        ("-100000", 0, 99_999),
        ("-100001", 0, 99_999),
        ("99990-200000", 99_990, 99_999),
        ("0-99999999999999999", 0, 99_999),
    ],
)
def test_a_range_is_what_exists_of_it(s3: Any, bucket: str, asked: str, first: int, last: int) -> None:
    got = s3.get_object(Bucket=bucket, Key="body", Range=f"bytes={asked}")
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert got["ContentRange"] == f"bytes {first}-{last}/{SIZE}"
    assert got["ContentLength"] == last - first + 1
    assert got["Body"].read() == BODY[first : last + 1]


def test_a_range_past_the_end_of_one_byte(s3: Any, bucket: str) -> None:
    got = s3.get_object(Bucket=bucket, Key="one", Range="bytes=0-99")
    assert (got["Body"].read(), got["ContentRange"]) == (b"1", "bytes 0-0/1")


@pytest.mark.parametrize("asked", ["100000-", "100000-100001", "9223372036854775807-"])
def test_a_range_beyond_the_end_cannot_be_satisfied(s3: Any, bucket: str, asked: str) -> None:
    with refused("InvalidRange", 416) as told:
        s3.get_object(Bucket=bucket, Key="body", Range=f"bytes={asked}")
    assert told.code == "InvalidRange"


@pytest.mark.peer_differs("versitygw sends no Content-Range with 416")
def test_who_asks_beyond_the_end_is_told_the_size(s3: Any, bucket: str) -> None:
    with refused("InvalidRange", 416) as told:
        s3.get_object(Bucket=bucket, Key="body", Range="bytes=100000-")
    assert told.headers["content-range"] == f"bytes */{SIZE}"


def test_the_last_zero_bytes_cannot_be_had(s3: Any, bucket: str) -> None:
    with refused("InvalidRange", 416):
        s3.get_object(Bucket=bucket, Key="body", Range="bytes=-0")


@pytest.mark.parametrize("asked", ["0-", "0-0"])
def test_an_empty_object_has_no_range(s3: Any, bucket: str, asked: str) -> None:
    with refused("InvalidRange", 416):
        s3.get_object(Bucket=bucket, Key="none", Range=f"bytes={asked}")


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "bytes=5-2", "bytes=a-b", "bytes=", "bytes=-", "items=0-5", "0-5", "bytes=0-x"]
)
def test_what_is_no_single_range_is_ignored(send: Sender, asked: str) -> None:
    answer = send("GET", "body", headers={"Range": asked})
    assert (answer.status, answer.body) == (200, BODY)
    assert "content-range" not in answer.headers


def test_head_takes_ranges(s3: Any, bucket: str) -> None:
    head = s3.head_object(Bucket=bucket, Key="body", Range="bytes=10-19")
    assert (head["ContentLength"], head["ContentRange"]) == (10, f"bytes 10-19/{SIZE}")


def test_ranges_of_a_missing_object_are_missing(send: Sender) -> None:
    answer = send("GET", "absent", headers={"Range": "bytes=0-1"})
    assert (answer.status, error_code(answer)) == (404, "NoSuchKey")


def test_random_ranges(s3: Any, bucket: str) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    chosen = random.Random(seed)
    for _ in range(40):
        first = chosen.randrange(SIZE)
        last = chosen.randrange(first, SIZE * 2)
        got = s3.get_object(Bucket=bucket, Key="body", Range=f"bytes={first}-{last}")
        assert got["Body"].read() == BODY[first : last + 1], (first, last)
