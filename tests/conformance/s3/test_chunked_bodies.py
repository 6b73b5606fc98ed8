"""`aws-chunked`: what SDKs send when they stream, and what must not pass for it."""

from __future__ import annotations

import base64
import io
import random
import zlib
from typing import Any

import pytest

from .chunks import SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER, Chunked, altered, put
from .errors import content, is_missing
from .signing import Sender, error_code


def crc32(body: bytes) -> dict[str, str]:
    return {"x-amz-checksum-crc32": base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()}


def pieces(size: int, *lengths: int) -> list[bytes]:
    body = random.Random(size).randbytes(size)
    parts = []
    for length in lengths:
        parts.append(body[:length])
        body = body[length:]
    return [*parts, body] if body else parts


@pytest.mark.parametrize("payload", [SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER])
@pytest.mark.parametrize(
    "parts",
    [
        pieces(0),
        pieces(1),
        pieces(65_536),
        pieces(70_000, 65_536),
        pieces(300_000, 65_536, 65_536, 65_536, 65_536),
    ],
    ids=["empty", "one byte", "one chunk", "two", "five"],
)
def test_chunks_make_the_object(send: Sender, s3: Any, bucket: str, payload: str, parts: list[bytes]) -> None:
    body = b"".join(parts)
    trailer = {} if payload == SIGNED else crc32(body)
    answer = put(send, "chunks", Chunked(parts, payload, trailer))
    assert answer.status == 200, answer.body
    assert content(s3, bucket, "chunks") == body


def test_chunks_need_not_be_of_one_size(send: Sender, s3: Any, bucket: str) -> None:
    parts = pieces(100_000, 8192, 50_000, 9000)
    for payload in (SIGNED, UNSIGNED_TRAILER):
        trailer = {} if payload == SIGNED else crc32(b"".join(parts))
        assert put(send, "sizes", Chunked(parts, payload, trailer)).status == 200
        assert content(s3, bucket, "sizes") == b"".join(parts)


@pytest.mark.peer_differs("versitygw keeps aws-chunked as if the object had it")
def test_the_encoding_of_the_way_is_not_the_objects(send: Sender, s3: Any, bucket: str) -> None:
    assert put(send, "plain", Chunked([b"x"])).status == 200
    assert not s3.head_object(Bucket=bucket, Key="plain").get("ContentEncoding")


@pytest.mark.peer_differs("versitygw keeps aws-chunked as if the object had it")
def test_the_other_encodings_are_kept(send: Sender, s3: Any, bucket: str) -> None:
    path = send.path("zipped")
    headers = {"content-encoding": "gzip,aws-chunked", "x-amz-decoded-content-length": "0"}
    headers["x-amz-trailer"] = "x-amz-checksum-crc32"
    signed, _, _ = send.sign("PUT", path, None, headers, UNSIGNED_TRAILER)
    wire = b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    assert send.send_as_is("PUT", path, None, signed, wire).status == 200
    assert s3.head_object(Bucket=bucket, Key="zipped")["ContentEncoding"].strip(",") == "gzip"


@pytest.mark.parametrize("payload", [SIGNED_TRAILER, UNSIGNED_TRAILER])
def test_a_wrong_checksum_in_the_trailer_is_refused(send: Sender, s3: Any, bucket: str, payload: str) -> None:
    answer = put(send, "wrong", Chunked([b"right"], payload, crc32(b"wrong")))
    assert (answer.status, error_code(answer)) == (400, "BadDigest")
    assert is_missing(s3, bucket, "wrong")


@pytest.mark.parametrize("payload", [SIGNED_TRAILER, UNSIGNED_TRAILER])
def test_the_trailer_that_was_announced_must_come(send: Sender, s3: Any, bucket: str, payload: str) -> None:
    body = Chunked([b"body"], payload, {}, announced=("x-amz-checksum-crc32",))
    answer = put(send, "no-trailer", body)
    assert answer.status == 400, answer.body
    error_code(answer)
    assert is_missing(s3, bucket, "no-trailer")


def test_another_trailer_than_announced_is_refused(send: Sender, s3: Any, bucket: str) -> None:
    body = Chunked([b"body"], UNSIGNED_TRAILER, crc32(b"body"), announced=("x-amz-checksum-sha256",))
    answer = put(send, "other-trailer", body)
    assert answer.status == 400, answer.body
    assert is_missing(s3, bucket, "other-trailer")


TWO = Chunked([b"a" * 65_536, b"b" * 1000])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(altered(TWO, b"aaaa", b"aaba"), id="data of the first"),
        pytest.param(altered(TWO, b"bbbb", b"bbab"), id="data of the last"),
        pytest.param(altered(TWO, b"chunk-signature=", b"chunk-signature=0"), id="signature"),
        pytest.param(altered(TWO, b"\r\n0;chunk-signature=", b"\r\n0;chunk-signatur3="), id="no signature"),
    ],
)
def test_a_chunk_that_was_changed_is_refused(send: Sender, s3: Any, bucket: str, body: Chunked) -> None:
    answer = put(send, "changed", body)
    assert answer.status in (400, 403), answer.body
    assert error_code(answer)
    assert is_missing(s3, bucket, "changed")


def test_chunks_cannot_change_places(send: Sender, s3: Any, bucket: str) -> None:
    """Each is signed for its place."""

    def swap(wire: bytes) -> bytes:
        first = wire.index(b"\r\n") + 2 + 65_536 + 2
        second = first + wire[first:].index(b"\r\n") + 2 + 65_536 + 2
        return wire[first:second] + wire[:first] + wire[second:]

    body = Chunked([b"a" * 65_536, b"b" * 65_536, b"c"], alter=swap)
    answer = put(send, "swapped", body)
    assert (answer.status, error_code(answer)) == (403, "SignatureDoesNotMatch")
    assert is_missing(s3, bucket, "swapped")


def test_a_trailer_that_was_changed_is_refused(send: Sender, s3: Any, bucket: str) -> None:
    """Although it fits the body, which was changed as well."""
    honest = Chunked([b"body"], SIGNED_TRAILER, crc32(b"body"))
    forged = altered(honest, b"x-amz-trailer-signature:", b"x-amz-trailer-signature:0")
    answer = put(send, "forged", forged)
    assert answer.status in (400, 403), answer.body
    assert is_missing(s3, bucket, "forged")


@pytest.mark.parametrize("payload", [SIGNED, UNSIGNED_TRAILER])
@pytest.mark.parametrize("length", [0, 9, 11, 1 << 40])
def test_a_length_that_is_not_the_bodys_is_refused(
    send: Sender, s3: Any, bucket: str, payload: str, length: int
) -> None:
    trailer = {} if payload == SIGNED else crc32(b"0123456789")
    answer = put(send, "length", Chunked([b"0123456789"], payload, trailer, decoded_length=length))
    assert answer.status in (400, 411), answer.body
    error_code(answer)
    assert is_missing(s3, bucket, "length")


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"zz\r\n",
        b"5\r\nabc",
        b"-5\r\nabcde\r\n0\r\n\r\n",
        b"ffffffffffffffff\r\nabcde\r\n",
        b"ffffffffffffffffffffffff\r\nabcde\r\n",
        b"5;" + b"x" * 100_000 + b"\r\nabcde\r\n0\r\n\r\n",
        b"5\r\nabcdeXX0\r\n\r\n",
        b"5\nabcde\n0\n\n",
        b"\r\n\r\n\r\n",
    ],
    ids=lambda wire: ascii(wire)[:24],
)
def test_what_is_no_chunk_is_refused(send: Sender, s3: Any, bucket: str, wire: bytes) -> None:
    body = Chunked([b"abcde"], UNSIGNED_TRAILER, crc32(b"abcde"), alter=lambda _: wire)
    answer = put(send, "nonsense", body)
    assert answer.status == 400, answer.body
    error_code(answer)
    assert is_missing(s3, bucket, "nonsense")


def test_a_payload_that_nobody_knows(send: Sender, s3: Any, bucket: str) -> None:
    answer = send("PUT", "unknown", b"x", payload="STREAMING-ROT13")
    assert answer.status in (400, 501), answer.body
    assert is_missing(s3, bucket, "unknown")


def test_boto3_streams_what_it_cannot_rewind(s3: Any, bucket: str) -> None:
    """Over plain HTTP boto3 signs the whole; `upload_fileobj` and its trailers are the SDK's own way."""
    body = random.Random(3).randbytes(6_000_000)
    s3.upload_fileobj(io.BytesIO(body), bucket, "fileobj", ExtraArgs={"ChecksumAlgorithm": "CRC32C"})
    assert content(s3, bucket, "fileobj") == body
