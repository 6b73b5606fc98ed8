"""Copies made by the server."""

from __future__ import annotations

import datetime
import time
from typing import Any

import pytest

from .errors import content, is_missing, refused
from .signing import Sender, error_code

HOUR = datetime.timedelta(hours=1)
OTHER = '"00000000000000000000000000000000"'


@pytest.fixture(scope="module", autouse=True)
def source(s3: Any, bucket: str) -> dict[str, Any]:
    s3.put_object(
        Bucket=bucket, Key="source", Body=b"content", ContentType="text/plain", Metadata={"of": "source"}
    )
    time.sleep(1.1)  # A time of HTTP is a whole second, and one that is yet to come is no condition.
    return s3.head_object(Bucket=bucket, Key="source")


def copy(s3: Any, bucket: str, key: str, source: str = "source", **how: Any) -> dict[str, Any]:
    return s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": source}, **how)


def test_a_copy_is_the_same(s3: Any, bucket: str, source: dict[str, Any]) -> None:
    result = copy(s3, bucket, "copies/same")["CopyObjectResult"]
    head = s3.head_object(Bucket=bucket, Key="copies/same")
    assert content(s3, bucket, "copies/same") == b"content"
    assert (head["ContentType"], head["Metadata"]) == ("text/plain", {"of": "source"})
    assert result["ETag"] == head["ETag"] == source["ETag"]
    assert result["LastModified"].replace(microsecond=0) == head["LastModified"]


def test_a_copy_outlives_its_source(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="short-lived", Body=b"x")
    copy(s3, bucket, "copies/outlives", "short-lived")
    s3.put_object(Bucket=bucket, Key="short-lived", Body=b"changed")
    s3.delete_object(Bucket=bucket, Key="short-lived")
    assert content(s3, bucket, "copies/outlives") == b"x"


def test_metadata_can_be_replaced(s3: Any, bucket: str) -> None:
    how = {"Metadata": {"of": "copy"}, "ContentType": "image/png", "MetadataDirective": "REPLACE"}
    copy(s3, bucket, "copies/replaced", **how)
    head = s3.head_object(Bucket=bucket, Key="copies/replaced")
    assert (head["ContentType"], head["Metadata"]) == ("image/png", {"of": "copy"})
    assert content(s3, bucket, "copies/replaced") == b"content"


def test_an_object_can_be_copied_onto_itself_with_other_metadata(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="self", Body=b"x", Metadata={"a": "1"})
    copy(s3, bucket, "self", "self", Metadata={"a": "2"}, MetadataDirective="REPLACE")
    assert s3.head_object(Bucket=bucket, Key="self")["Metadata"] == {"a": "2"}
    assert content(s3, bucket, "self") == b"x"


def test_a_copy_onto_itself_that_changes_nothing_is_refused(s3: Any, bucket: str) -> None:
    with refused("InvalidRequest", 400):
        copy(s3, bucket, "source", "source")


@pytest.mark.parametrize("key", ["a b+c%41", "é/日", "q?x=y&z"])
def test_odd_sources(s3: Any, bucket: str, key: str) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    copy(s3, bucket, "copies/odd", key)
    assert content(s3, bucket, "copies/odd") == key.encode()


def test_a_missing_source(s3: Any, bucket: str) -> None:
    with refused("NoSuchKey", 404):
        copy(s3, bucket, "copies/none", "absent")
    assert is_missing(s3, bucket, "copies/none")


@pytest.mark.parametrize("source", ["/", "only-a-bucket", "%zz", "?versionId=1"])
def test_a_source_that_is_none(send: Sender, s3: Any, bucket: str, source: str) -> None:
    answer = send("PUT", "copies/bad", headers={"x-amz-copy-source": source})
    assert answer.status in (400, 403, 404), answer.body
    error_code(answer)
    assert is_missing(s3, bucket, "copies/bad")


def test_copying_on_condition(s3: Any, bucket: str, source: dict[str, Any]) -> None:
    copy(s3, bucket, "copies/condition", CopySourceIfMatch=source["ETag"])
    copy(s3, bucket, "copies/condition", CopySourceIfNoneMatch=OTHER)
    copy(s3, bucket, "copies/condition", CopySourceIfModifiedSince=source["LastModified"] - HOUR)
    copy(s3, bucket, "copies/condition", CopySourceIfUnmodifiedSince=source["LastModified"] + HOUR)


def test_a_condition_that_does_not_hold_makes_no_copy(s3: Any, bucket: str, source: dict[str, Any]) -> None:
    with refused("PreconditionFailed", 412):
        copy(s3, bucket, "copies/unmade", CopySourceIfMatch=OTHER)
    with refused("PreconditionFailed", 412):
        copy(s3, bucket, "copies/unmade", CopySourceIfUnmodifiedSince=source["LastModified"] - HOUR)
    assert is_missing(s3, bucket, "copies/unmade")


@pytest.mark.peer_differs("versitygw says 304 to a copy, as to a reader")
def test_a_source_that_is_not_new_makes_no_copy(s3: Any, bucket: str, source: dict[str, Any]) -> None:
    with refused("PreconditionFailed", 412):
        copy(s3, bucket, "copies/old", CopySourceIfNoneMatch=source["ETag"])
    later = source["LastModified"] + datetime.timedelta(seconds=1)
    with refused("PreconditionFailed", 412):
        copy(s3, bucket, "copies/old", CopySourceIfModifiedSince=later)
    assert is_missing(s3, bucket, "copies/old")


def test_a_copy_of_an_empty_object(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    copy(s3, bucket, "copies/empty", "empty")
    assert content(s3, bucket, "copies/empty") == b""


def test_a_large_copy(s3: Any, bucket: str) -> None:
    body = bytes(range(256)) * 50_000
    s3.put_object(Bucket=bucket, Key="large", Body=body)
    copy(s3, bucket, "copies/large", "large")
    assert content(s3, bucket, "copies/large") == body


@pytest.mark.peer_differs("versitygw copies unconditionally")
def test_a_copy_only_if_there_is_none(s3: Any, bucket: str) -> None:
    copy(s3, bucket, "copies/new", IfNoneMatch="*")
    with refused("PreconditionFailed", 412):
        copy(s3, bucket, "copies/new", IfNoneMatch="*")
