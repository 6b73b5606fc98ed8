"""HTTP itself: errors as XML, methods, bodies that break off, connections that go on."""

from __future__ import annotations

import hashlib
import http.client
import socket
import time
import urllib.parse
from typing import Any
from xml.etree import ElementTree

import pytest

from .chunks import SIGNED, Chunked, encode
from .errors import content, is_missing
from .signing import Sender, error_code
from .stores import Store


@pytest.fixture(scope="module", autouse=True)
def stored(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="key", Body=b"content")


def test_an_error_says_what_and_where(send: Sender) -> None:
    answer = send("GET", "absent&<key>")
    assert answer.status == 404
    assert "xml" in answer.headers["content-type"]
    assert answer.headers["x-amz-request-id"]
    error = ElementTree.fromstring(answer.body)
    assert (error.tag, error.findtext("Code")) == ("Error", "NoSuchKey")
    assert error.findtext("Message") and error.findtext("RequestId")


def test_answers_can_be_told_apart(send: Sender) -> None:
    ids = {send("GET", "key").headers["x-amz-request-id"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize("method", ["PATCH", "PROPFIND", "TRACE"])
def test_methods_that_s3_does_not_know(send: Sender, method: str) -> None:
    answer = send(method, "key")
    assert answer.status in (400, 403, 405, 501), answer.body


@pytest.mark.ours_only("versitygw deletes the whole where it knows no such part")
@pytest.mark.parametrize("part", ["acl", "tagging", "retention", "legal-hold", "uploadId"])
def test_what_belongs_to_an_object_is_not_taken_for_it(send: Sender, part: str) -> None:
    """Whether a store has tags or not: `DELETE ?tagging` must not delete the object."""
    send("PUT", "key", b"<x/>", {part: ""})
    send("DELETE", "key", query={part: ""})
    assert send("GET", "key", query={part: ""}).body != b"content"
    assert send("GET", "key").body == b"content"


@pytest.mark.ours_only("versitygw deletes the whole where it knows no such part")
@pytest.mark.parametrize("part", ["versioning", "policy", "lifecycle", "cors", "website", "encryption"])
def test_what_belongs_to_a_bucket_is_not_taken_for_it(send: Sender, part: str) -> None:
    assert send("PUT", None, b"<x/>", {part: ""}).status >= 400
    send("DELETE", None, query={part: ""})
    answer = send("GET", None, query={part: ""})
    assert b"<ListBucketResult" not in answer.body
    assert send("GET", "key").body == b"content"


@pytest.mark.parametrize(
    "name", ["AB", "a", "Upper", "under_score", "a..b", "-a", "x" * 64, "%2e%2e", "..", "."]
)
def test_names_that_are_no_buckets(send: Sender, name: str) -> None:
    answer = send("PUT", path=f"/{name}/key", body=b"x")
    assert answer.status in (400, 403, 404), answer.body
    error_code(answer)


@pytest.mark.parametrize(
    "path",
    ["/{}/%ff%fe", "/{}/a%00b", "/{}/%", "/{}/%zz", "/{}/a%2", "/{}/../other", "/{}/a/../../other/key"],
)
def test_paths_that_are_no_keys(send: Sender, s3: Any, bucket: str, path: str) -> None:
    answer = send("PUT", path=path.format(bucket), body=b"x")
    assert answer.status >= 400, answer.body
    assert send("GET", "key").body == b"content"


def connection_of(send: Sender) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urllib.parse.urlsplit(send.endpoint).netloc, timeout=20)


def break_off(send: Sender, headers: dict[str, str], path: str, body: bytes) -> None:
    """Promises more than it sends, then hangs up."""
    connection = connection_of(send)
    connection.putrequest("PUT", path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(body)
    assert connection.sock is not None
    connection.sock.shutdown(socket.SHUT_WR)
    try:
        answer = connection.getresponse()
        assert answer.status >= 400
    except (http.client.HTTPException, OSError):
        pass
    connection.close()


@pytest.mark.parametrize(
    "sent",
    [
        0,
        1,
        5_000,
        pytest.param(999_999, marks=pytest.mark.peer_differs("versitygw keeps what lacks its last byte")),
    ],
)
def test_of_a_body_that_breaks_off_nothing_stays(send: Sender, s3: Any, bucket: str, sent: int) -> None:
    body = b"x" * 1_000_000
    path = send.path("broken")
    headers = {"content-length": str(len(body))}
    signed, _, _ = send.sign("PUT", path, None, headers, hashlib.sha256(body).hexdigest())
    break_off(send, signed, path, body[:sent])
    unsigned, _, _ = send.sign("PUT", path, None, headers, "UNSIGNED-PAYLOAD")
    break_off(send, unsigned, path, body[:sent])
    assert is_missing(s3, bucket, "broken")


def test_of_a_body_that_breaks_off_the_old_one_stays(send: Sender, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="old", Body=b"old")
    path = send.path("old")
    signed, _, _ = send.sign("PUT", path, None, {"content-length": "1000000"}, "UNSIGNED-PAYLOAD")
    break_off(send, signed, path, b"new")
    assert content(s3, bucket, "old") == b"old"


@pytest.mark.parametrize(
    "cut",
    [
        1,
        5,
        90,
        1000,
        pytest.param(
            -30, marks=pytest.mark.peer_differs("versitygw does without the last chunk's signature")
        ),
    ],
)
def test_of_chunks_that_break_off_nothing_stays(send: Sender, s3: Any, bucket: str, cut: int) -> None:
    body = Chunked([b"a" * 65_536, b"b" * 1000], SIGNED)
    path = send.path("broken-chunks")
    headers = {"x-amz-decoded-content-length": str(body.length), "content-encoding": "aws-chunked"}
    whole = len(encode(body, send.sign("PUT", path)[1], "0" * 64))
    headers["content-length"] = str(whole)
    signed, scope, signature = send.sign("PUT", path, None, headers, SIGNED)
    break_off(send, signed, path, encode(body, scope, signature)[:cut])
    assert is_missing(s3, bucket, "broken-chunks")


def test_bodies_of_unknown_length(send: Sender, s3: Any, bucket: str) -> None:
    """`Transfer-Encoding: chunked` is either read or refused; Amazon asks for a length."""
    path = send.path("transfer")
    signed, _, _ = send.sign("PUT", path, None, None, "UNSIGNED-PAYLOAD")
    connection = connection_of(send)
    connection.request("PUT", path, iter([b"some", b"thing"]), signed, encode_chunked=True)
    answer = connection.getresponse()
    answer.read()
    assert answer.status in (200, 400, 411, 501)
    connection.close()
    if answer.status == 200:
        assert content(s3, bucket, "transfer") == b"something"
    else:
        assert is_missing(s3, bucket, "transfer")


def test_a_connection_goes_on_after_answers_of_all_kinds(send: Sender) -> None:
    connection = connection_of(send)
    for method, key, status in (
        ("GET", "key", 200),
        ("GET", "absent", 404),
        ("HEAD", "absent", 404),
        ("HEAD", "key", 200),
        ("DELETE", "absent", 204),
        ("GET", "key", 200),
    ):
        signed, _, _ = send.sign(method, send.path(key))
        connection.request(method, send.path(key), headers=signed)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == status, (method, key, body)
    connection.close()


def test_who_expects_100_is_answered(send: Sender, s3: Any, bucket: str) -> None:
    body = b"patience"
    path = send.path("expect")
    headers = {"content-length": str(len(body)), "expect": "100-continue"}
    signed, _, _ = send.sign(
        "PUT", path, None, headers, hashlib.sha256(body).hexdigest(), unsigned=("expect",)
    )
    parts = urllib.parse.urlsplit(send.endpoint)
    assert parts.hostname is not None
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as raw:
        lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
        raw.sendall(f"PUT {path} HTTP/1.1\r\n{lines}\r\n".encode())
        assert raw.recv(4096).startswith(b"HTTP/1.1 100")
        raw.sendall(body)
        assert raw.recv(4096).startswith(b"HTTP/1.1 200")
    assert content(s3, bucket, "expect") == body


def test_a_reader_that_hangs_up_harms_nobody(send: Sender, s3: Any, bucket: str, store: Store) -> None:
    s3.put_object(Bucket=bucket, Key="large", Body=b"x" * 20_000_000)
    for _ in range(5):
        signed, _, _ = send.sign("GET", send.path("large"))
        connection = connection_of(send)
        connection.request("GET", send.path("large"), headers=signed)
        connection.getresponse().read(1000)
        connection.close()
    time.sleep(0.1)
    assert send("GET", "key").body == b"content"
