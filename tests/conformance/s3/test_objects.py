"""One object at a time: put, get, head, delete, and what is kept beside the bytes."""

from __future__ import annotations

import datetime
import hashlib
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .errors import content, is_missing, refused
from .signing import Sender, error_code

LENGTHS = [0, 1, 15, 16, 4095, 4096, 4097, 65535, 65536, 65537, 1_048_575, 1_048_576, 3_000_001]


@pytest.mark.parametrize("size", LENGTHS)
def test_bytes_come_back_as_they_were_put(s3: Any, bucket: str, size: int) -> None:
    body = random.Random(size).randbytes(size)
    put = s3.put_object(Bucket=bucket, Key=f"sizes/{size}", Body=body)
    got = s3.get_object(Bucket=bucket, Key=f"sizes/{size}")
    assert got["Body"].read() == body
    assert got["ContentLength"] == size
    assert put["ETag"] == got["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'


def test_head_says_what_get_says(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="head", Body=b"12345", ContentType="text/plain", Metadata={"lab": "a"})
    head = s3.head_object(Bucket=bucket, Key="head")
    got = s3.get_object(Bucket=bucket, Key="head")
    for name in ("ContentLength", "ETag", "LastModified", "ContentType", "Metadata", "AcceptRanges"):
        assert head[name] == got[name], name
    age = datetime.datetime.now(datetime.UTC) - head["LastModified"]
    assert abs(age) < datetime.timedelta(minutes=1)


def test_an_object_is_replaced_whole(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="replaced", Body=b"a long first", Metadata={"first": "yes"})
    s3.put_object(Bucket=bucket, Key="replaced", Body=b"second")
    got = s3.get_object(Bucket=bucket, Key="replaced")
    assert (got["Body"].read(), got["Metadata"]) == (b"second", {})


def test_what_was_deleted_is_gone(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="deleted", Body=b"x")
    assert s3.delete_object(Bucket=bucket, Key="deleted")["ResponseMetadata"]["HTTPStatusCode"] == 204
    with refused("NoSuchKey", 404):
        s3.get_object(Bucket=bucket, Key="deleted")
    with refused("404", 404):
        s3.head_object(Bucket=bucket, Key="deleted")


def test_deleting_what_is_not_there_succeeds(s3: Any, bucket: str) -> None:
    assert s3.delete_object(Bucket=bucket, Key="never")["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_a_missing_object_is_named_in_the_error(send: Sender) -> None:
    answer = send("GET", "never/there")
    assert (answer.status, error_code(answer)) == (404, "NoSuchKey")
    assert "xml" in answer.headers["content-type"]


def test_head_of_a_missing_object_has_no_body(send: Sender) -> None:
    answer = send("HEAD", "never/there")
    assert (answer.status, answer.body) == (404, b"")


def test_metadata_comes_back_in_lower_case(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="meta", Body=b"", Metadata={"Lens-Name": "40x / 1.3 oil", "n": "1"})
    assert s3.head_object(Bucket=bucket, Key="meta")["Metadata"] == {"lens-name": "40x / 1.3 oil", "n": "1"}


def test_metadata_beyond_its_limit_is_refused(s3: Any, bucket: str) -> None:
    with refused("MetadataTooLarge", 400):
        s3.put_object(Bucket=bucket, Key="too-much-meta", Body=b"", Metadata={"a": "x" * 3000})
    assert is_missing(s3, bucket, "too-much-meta")


@pytest.mark.parametrize("kind", ["text/plain", "application/json; charset=utf-8", "image/png", "a/b+c"])
def test_a_content_type_is_kept(s3: Any, bucket: str, kind: str) -> None:
    s3.put_object(Bucket=bucket, Key="typed", Body=b"x", ContentType=kind)
    assert s3.head_object(Bucket=bucket, Key="typed")["ContentType"] == kind


def test_without_a_content_type_bytes_are_bytes(send: Sender, s3: Any, bucket: str) -> None:
    assert send("PUT", "untyped").status == 200
    told = s3.head_object(Bucket=bucket, Key="untyped")["ContentType"]
    assert told in ("binary/octet-stream", "application/octet-stream")


def test_headers_that_belong_to_an_object_are_kept(s3: Any, bucket: str) -> None:
    given = {
        "CacheControl": "max-age=60",
        "ContentEncoding": "gzip",
        "ContentLanguage": "de",
        "ContentDisposition": 'attachment; filename="a.txt"',
    }
    s3.put_object(Bucket=bucket, Key="headers", Body=b"x", **given)
    head = s3.head_object(Bucket=bucket, Key="headers")
    assert {name: head.get(name) for name in given} == given


def test_a_reader_may_ask_for_other_headers(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="overridden", Body=b"x", ContentType="text/plain")
    got = s3.get_object(
        Bucket=bucket,
        Key="overridden",
        ResponseContentType="text/csv",
        ResponseCacheControl="no-store",
        ResponseContentDisposition='attachment; filename="b.csv"',
    )
    assert (got["ContentType"], got["CacheControl"]) == ("text/csv", "no-store")
    assert got["ContentDisposition"] == 'attachment; filename="b.csv"'


def test_etags_are_quoted_on_the_wire(send: Sender) -> None:
    answer = send("PUT", "quoted", b"x")
    assert answer.headers["etag"] == f'"{hashlib.md5(b"x").hexdigest()}"'


ODD_KEYS = [
    "with space",
    "plus+plus",
    "tilde~",
    "percent%41",
    "%2F",
    "%",
    "equals=and&more?query#hash",
    "Grüße/日本語/🔬.tif",
    "quotes'\"<>&amp;",
    "back\\slash",
    "(a)!*,;:@$[b]{c}|^`",
    " leading and trailing ",
    "tab\tand\u00a0nbsp",
    "a.b/..c/d..",
    "c/0/0/0/0",
    ".zattrs",
    "UPPER/lower",
    "part-" + "x" * 240,
    "/".join(["deep"] * 150),
]


@pytest.mark.parametrize("key", ODD_KEYS, ids=lambda key: ascii(key)[:30])
def test_odd_keys(s3: Any, bucket: str, key: str) -> None:
    s3.put_object(Bucket=bucket, Key="odd/" + key, Body=key.encode())
    assert content(s3, bucket, "odd/" + key) == key.encode()
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="odd/" + key)["Contents"]
    assert [entry["Key"] for entry in listed] == ["odd/" + key]
    s3.delete_object(Bucket=bucket, Key="odd/" + key)
    assert is_missing(s3, bucket, "odd/" + key)


def test_a_percent_is_no_encoding_of_another_key(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="enc/a b", Body=b"space")
    s3.put_object(Bucket=bucket, Key="enc/a%20b", Body=b"percent")
    s3.put_object(Bucket=bucket, Key="enc/a+b", Body=b"plus")
    found = [content(s3, bucket, f"enc/{key}") for key in ("a b", "a%20b", "a+b")]
    assert found == [b"space", b"percent", b"plus"]


@pytest.mark.peer_differs("versitygw keeps keys as paths, where // and / are one")
def test_doubled_slashes_are_keys_of_their_own(s3: Any, bucket: str) -> None:
    for key in ("slash/a//b", "slash/a/b", "slash//a/b"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    for key in ("slash/a//b", "slash/a/b", "slash//a/b"):
        assert content(s3, bucket, key) == key.encode()
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="slash/")["Contents"]
    assert [entry["Key"] for entry in listed] == ["slash//a/b", "slash/a//b", "slash/a/b"]


def test_a_key_may_end_with_a_slash(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="folder/", Body=b"")
    s3.put_object(Bucket=bucket, Key="folder/file", Body=b"x")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="folder/")["Contents"]
    assert [entry["Key"] for entry in listed] == ["folder/", "folder/file"]
    s3.delete_object(Bucket=bucket, Key="folder/")
    assert content(s3, bucket, "folder/file") == b"x"


@pytest.mark.peer_differs("versitygw refuses only what its file system cannot hold")
def test_a_key_beyond_1024_bytes_is_refused(s3: Any, bucket: str) -> None:
    longest = "/".join(["x" * 127] * 8)
    assert len(longest) == 1023
    s3.put_object(Bucket=bucket, Key=longest + "y", Body=b"x")
    assert content(s3, bucket, longest + "y") == b"x"
    with refused("KeyTooLongError", 400):
        s3.put_object(Bucket=bucket, Key=longest + "yz", Body=b"x")


def test_folders_vanish_with_their_last_object(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="vanish/a/b/c", Body=b"x")
    s3.delete_object(Bucket=bucket, Key="vanish/a/b/c")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket, Prefix="vanish")
    s3.put_object(Bucket=bucket, Key="vanish", Body=b"an object now")
    assert content(s3, bucket, "vanish") == b"an object now"


def test_a_bucket_can_be_asked_for(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="something", Body=b"")
    assert s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] in (None, "us-east-1")
    assert bucket in [each["Name"] for each in s3.list_buckets()["Buckets"]]


def test_a_reader_sees_one_object_while_others_write(s3: Any, bucket: str) -> None:
    """The old or the new one, with its own ETag, and never some of both."""
    bodies = [bytes([letter]) * 400_000 for letter in b"abcd"]
    s3.put_object(Bucket=bucket, Key="busy", Body=bodies[0])

    def write(number: int) -> None:
        s3.put_object(Bucket=bucket, Key="busy", Body=bodies[number % 4])

    def read(_: int) -> bool:
        got = s3.get_object(Bucket=bucket, Key="busy")
        body = got["Body"].read()
        return body in bodies and got["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'

    with ThreadPoolExecutor(6) as pool:
        writes = [pool.submit(write, number) for number in range(24)]
        assert all(pool.map(read, range(60)))
        for each in writes:
            each.result()
