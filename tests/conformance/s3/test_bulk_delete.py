"""Deleting many keys by one request, one answer for each."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from xml.etree import ElementTree

import pytest

from .errors import content, is_missing, refused
from .signing import Sender, error_code


def body_of(*keys: str, extra: str = "") -> bytes:
    return f"<Delete>{''.join(f'<Object><Key>{key}</Key></Object>' for key in keys)}{extra}</Delete>".encode()


def md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body).digest()).decode()


def test_each_key_is_answered(s3: Any, bucket: str) -> None:
    keys = ["bulk/a", "bulk/b c", "bulk/é&<x>", "bulk/never"]
    for key in keys[:3]:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    assert sorted(entry["Key"] for entry in answer["Deleted"]) == sorted(keys)
    assert "Errors" not in answer
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket, Prefix="bulk/")


@pytest.mark.peer_differs("versitygw deletes whatever the conditions are")
def test_each_key_has_its_condition(s3: Any, bucket: str) -> None:
    etags = {
        key: s3.put_object(Bucket=bucket, Key=key, Body=key.encode())["ETag"] for key in ("if/a", "if/b")
    }
    changed = s3.head_object(Bucket=bucket, Key="if/a")["LastModified"]
    asked = [
        {"Key": "if/a", "ETag": etags["if/a"], "Size": 4, "LastModifiedTime": changed},
        {"Key": "if/b", "ETag": etags["if/a"]},
        {"Key": "if/never", "ETag": "*"},
    ]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": asked})
    assert [each["Key"] for each in answer["Deleted"]] == ["if/a"]
    told = {each["Key"]: each["Code"] for each in answer["Errors"]}
    assert told == {"if/b": "PreconditionFailed", "if/never": "NoSuchKey"}
    assert content(s3, bucket, "if/b") == b"if/b"


@pytest.mark.peer_differs("versitygw knows no Quiet")
def test_quiet_tells_only_of_failures(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="quiet", Body=b"x")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "quiet"}], "Quiet": True})
    assert "Deleted" not in answer and "Errors" not in answer
    assert is_missing(s3, bucket, "quiet")


def test_a_thousand_at_once(s3: Any, bucket: str) -> None:
    keys = [{"Key": f"thousand/{number}"} for number in range(1000)]
    for each in keys[::100]:
        s3.put_object(Bucket=bucket, Key=each["Key"], Body=b"")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})
    assert len(answer["Deleted"]) == 1000
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket, Prefix="thousand/")


@pytest.mark.peer_differs("versitygw has no such limit")
def test_more_than_a_thousand_are_refused(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="kept/0", Body=b"x")
    with refused("MalformedXML", 400):
        keys = [{"Key": f"kept/{number}"} for number in range(1001)]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})
    assert content(s3, bucket, "kept/0") == b"x"


def test_as_obstore_asks(send: Sender, s3: Any, bucket: str) -> None:
    """Without a namespace, with `Content-MD5` and a checksum, and `delete` without `=` on the wire."""
    s3.put_object(Bucket=bucket, Key="plain", Body=b"x")
    body = body_of("plain")
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    headers = {"Content-MD5": md5(body), "x-amz-checksum-sha256": digest, "Content-Type": "application/xml"}
    path = send.path(None)
    signed, _, _ = send.sign("POST", path, {"delete": ""}, headers, hashlib.sha256(body).hexdigest())
    answer = send.send_as_is("POST", path + "?delete", None, signed, body)
    assert answer.status == 200, answer.body
    deleted = [each.text for each in ElementTree.fromstring(answer.body).iterfind(".//{*}Deleted/{*}Key")]
    assert deleted == ["plain"]
    assert is_missing(s3, bucket, "plain")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<Delete><Object><Key>intact</Key></Object>", id="cut off"),
        pytest.param(b"not xml", id="text"),
        pytest.param(
            b"<Other><Object><Key>intact</Key></Object></Other>",
            id="other",
            marks=pytest.mark.peer_differs("versitygw takes any root for Delete"),
        ),
        pytest.param(
            b"<Delete></Delete>",
            id="no key",
            marks=pytest.mark.peer_differs("versitygw is content with nothing to delete"),
        ),
        pytest.param(b"", id="empty"),
    ],
)
def test_what_is_no_list_deletes_nothing(send: Sender, s3: Any, bucket: str, body: bytes) -> None:
    s3.put_object(Bucket=bucket, Key="intact", Body=b"x")
    answer = send("POST", None, body, {"delete": ""}, {"Content-MD5": md5(body)})
    assert answer.status == 400
    assert error_code(answer) in ("MalformedXML", "MissingRequestBodyError", "InvalidRequest")
    assert content(s3, bucket, "intact") == b"x"


def test_a_list_that_changed_on_its_way_deletes_nothing(send: Sender, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="changed", Body=b"x")
    answer = send("POST", None, body_of("changed"), {"delete": ""}, {"Content-MD5": md5(b"other")})
    assert (answer.status, error_code(answer)) == (400, "BadDigest")
    assert content(s3, bucket, "changed") == b"x"


def test_entities_are_not_expanded(send: Sender, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="entity", Body=b"x")
    bomb = b'<!DOCTYPE d [<!ENTITY a "entity"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    body = bomb + body_of("&a;", "&b;&b;&b;&b;")
    answer = send("POST", None, body, {"delete": ""}, {"Content-MD5": md5(body)})
    assert answer.status in (200, 400)
    assert content(s3, bucket, "entity") == b"x"


@pytest.mark.peer_differs("versitygw reads lists of any size")
def test_a_list_of_many_megabytes_is_refused(send: Sender) -> None:
    body = body_of(*(["x" * 1000] * 4000))
    answer = send("POST", None, body, {"delete": ""}, {"Content-MD5": md5(body)})
    assert answer.status in (400, 413)
    assert error_code(answer) in ("MalformedXML", "EntityTooLarge", "MaxMessageLengthExceeded")
