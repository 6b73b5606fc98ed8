"""Conditional writes and reads."""

from __future__ import annotations

import concurrent.futures
import datetime
import time
from typing import Any

import pytest

from .errors import content, is_missing, refused, status_of
from .signing import Sender, error_code

OTHER = '"00000000000000000000000000000000"'
HOUR = datetime.timedelta(hours=1)


def test_create_if_absent_leaves_what_is_there_untouched(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="zarr.json", Body=b"first", IfNoneMatch="*")
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket=bucket, Key="zarr.json", Body=b"second", IfNoneMatch="*")
    assert content(s3, bucket, "zarr.json") == b"first"


def test_after_a_delete_it_is_absent_again(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="again", Body=b"first", IfNoneMatch="*")
    s3.delete_object(Bucket=bucket, Key="again")
    s3.put_object(Bucket=bucket, Key="again", Body=b"second", IfNoneMatch="*")
    assert content(s3, bucket, "again") == b"second"


def test_one_of_many_creators_wins(s3: Any, bucket: str) -> None:
    def create(number: int) -> int:
        body = str(number).encode() * 20_000
        return status_of(lambda: s3.put_object(Bucket=bucket, Key="race", Body=body, IfNoneMatch="*"))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(create, range(8)))
    # 409 is Amazon's answer to the loser of a race that was not decided when it began.
    assert set(statuses) <= {200, 409, 412}
    winners = [number for number, status in enumerate(statuses) if status == 200]
    assert len(winners) == 1
    assert content(s3, bucket, "race") == str(winners[0]).encode() * 20_000


def test_a_change_needs_the_etag_of_what_is_there(s3: Any, bucket: str) -> None:
    first = s3.put_object(Bucket=bucket, Key="change", Body=b"first")["ETag"]
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket=bucket, Key="change", Body=b"wrong", IfMatch=OTHER)
    assert content(s3, bucket, "change") == b"first"
    s3.put_object(Bucket=bucket, Key="change", Body=b"second", IfMatch=first)
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket=bucket, Key="change", Body=b"third", IfMatch=first)
    assert content(s3, bucket, "change") == b"second"


def test_a_change_of_what_is_not_there_is_refused(s3: Any, bucket: str) -> None:
    with refused("NoSuchKey", 404):
        s3.put_object(Bucket=bucket, Key="nothing-to-change", Body=b"x", IfMatch=OTHER)
    assert is_missing(s3, bucket, "nothing-to-change")


def test_other_conditions_on_writing_are_not_ignored(send: Sender, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="unknown", Body=b"first")
    answer = send("PUT", "unknown", b"second", headers={"If-None-Match": OTHER})
    assert (answer.status, error_code(answer)) == (501, "NotImplemented")
    assert content(s3, bucket, "unknown") == b"first"


def test_a_delete_needs_the_etag_of_what_is_there(s3: Any, bucket: str) -> None:
    first = s3.put_object(Bucket=bucket, Key="delete", Body=b"first")["ETag"]
    second = s3.put_object(Bucket=bucket, Key="delete", Body=b"second")["ETag"]
    with refused("PreconditionFailed", 412):
        s3.delete_object(Bucket=bucket, Key="delete", IfMatch=first)
    assert content(s3, bucket, "delete") == b"second"
    s3.delete_object(Bucket=bucket, Key="delete", IfMatch=second)
    assert is_missing(s3, bucket, "delete")


@pytest.mark.peer_differs("versitygw takes a star for an ETag")
def test_a_delete_of_whatever_is_there(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="delete-any", Body=b"x")
    s3.delete_object(Bucket=bucket, Key="delete-any", IfMatch="*")
    assert is_missing(s3, bucket, "delete-any")


@pytest.mark.parametrize("etag", [OTHER, "*"])
@pytest.mark.peer_differs("versitygw forgets the condition where there is no object")
def test_a_conditional_delete_of_what_is_not_there_is_refused(s3: Any, bucket: str, etag: str) -> None:
    with refused("NoSuchKey", 404):
        s3.delete_object(Bucket=bucket, Key="nothing-to-delete", IfMatch=etag)


def test_a_delete_by_size_and_time(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="delete-that", Body=b"four")
    changed = s3.head_object(Bucket=bucket, Key="delete-that")["LastModified"]
    with refused("PreconditionFailed", 412):
        s3.delete_object(Bucket=bucket, Key="delete-that", IfMatchSize=5)
    with refused("PreconditionFailed", 412):
        s3.delete_object(Bucket=bucket, Key="delete-that", IfMatchLastModifiedTime=changed - HOUR)
    assert content(s3, bucket, "delete-that") == b"four"
    s3.delete_object(Bucket=bucket, Key="delete-that", IfMatchSize=4, IfMatchLastModifiedTime=changed)
    assert is_missing(s3, bucket, "delete-that")


@pytest.fixture(scope="module")
def read(s3: Any, bucket: str) -> dict[str, Any]:
    s3.put_object(Bucket=bucket, Key="read", Body=b"content")
    time.sleep(1.1)  # A time of HTTP is a whole second, and one that is yet to come is no condition.
    return s3.head_object(Bucket=bucket, Key="read")


def get(s3: Any, bucket: str, **conditions: Any) -> bytes:
    return s3.get_object(Bucket=bucket, Key="read", **conditions)["Body"].read()


def test_reading_if_it_is_still_that(s3: Any, bucket: str, read: dict[str, Any]) -> None:
    assert get(s3, bucket, IfMatch=read["ETag"]) == b"content"
    assert get(s3, bucket, IfMatch="*") == b"content"
    with refused("PreconditionFailed", 412):
        get(s3, bucket, IfMatch=OTHER)
    with refused("412", 412):
        s3.head_object(Bucket=bucket, Key="read", IfMatch=OTHER)


@pytest.mark.peer_differs("versitygw takes a list of ETags for one")
def test_reading_if_it_is_one_of_several(s3: Any, bucket: str, read: dict[str, Any]) -> None:
    assert get(s3, bucket, IfMatch=f"{OTHER}, {read['ETag']}") == b"content"
    with refused("304", 304):
        get(s3, bucket, IfNoneMatch=f"{OTHER}, {read['ETag']}")


def test_reading_only_what_is_new(s3: Any, bucket: str, read: dict[str, Any]) -> None:
    assert get(s3, bucket, IfNoneMatch=OTHER) == b"content"
    with refused("304", 304):
        get(s3, bucket, IfNoneMatch=read["ETag"])
    with refused("304", 304):
        s3.head_object(Bucket=bucket, Key="read", IfNoneMatch=read["ETag"])


def test_304_has_no_body(send: Sender, read: dict[str, Any]) -> None:
    answer = send("GET", "read", headers={"If-None-Match": read["ETag"]})
    assert (answer.status, answer.body) == (304, b"")


@pytest.mark.peer_differs("versitygw sends no ETag with 304, which RFC 9110 asks for")
def test_304_says_which_etag_still_holds(send: Sender, read: dict[str, Any]) -> None:
    answer = send("GET", "read", headers={"If-None-Match": read["ETag"]})
    assert answer.headers["etag"] == read["ETag"]


def test_reading_by_time(s3: Any, bucket: str, read: dict[str, Any]) -> None:
    changed = read["LastModified"]
    assert get(s3, bucket, IfModifiedSince=changed - HOUR) == b"content"
    assert get(s3, bucket, IfUnmodifiedSince=changed + HOUR) == b"content"
    with refused("304", 304):
        get(s3, bucket, IfModifiedSince=changed + datetime.timedelta(seconds=1))
    with refused("PreconditionFailed", 412):
        get(s3, bucket, IfUnmodifiedSince=changed - HOUR)


@pytest.mark.peer_differs("versitygw compares fractions of seconds that it does not tell")
def test_reading_by_the_very_time_that_was_told(s3: Any, bucket: str, read: dict[str, Any]) -> None:
    assert get(s3, bucket, IfUnmodifiedSince=read["LastModified"]) == b"content"
    with refused("304", 304):
        get(s3, bucket, IfModifiedSince=read["LastModified"])


def test_etags_count_more_than_times(s3: Any, bucket: str, read: dict[str, Any]) -> None:
    changed = read["LastModified"]
    assert get(s3, bucket, IfMatch=read["ETag"], IfUnmodifiedSince=changed - HOUR) == b"content"
    with refused("304", 304):
        get(s3, bucket, IfNoneMatch=read["ETag"], IfModifiedSince=changed - HOUR)


def test_a_range_of_what_is_still_that(s3: Any, bucket: str, read: dict[str, Any]) -> None:
    assert get(s3, bucket, IfMatch=read["ETag"], Range="bytes=0-2") == b"con"
    with refused("PreconditionFailed", 412):
        get(s3, bucket, IfMatch=OTHER, Range="bytes=0-2")


def test_a_time_that_is_none_is_ignored(send: Sender, read: dict[str, Any]) -> None:
    assert send("GET", "read", headers={"If-Modified-Since": "yesterday"}).body == b"content"
