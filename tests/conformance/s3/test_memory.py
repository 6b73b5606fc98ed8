"""Large bodies pass through in constant memory."""

from __future__ import annotations

import hashlib
import http.client
import random
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig

from .signing import Sender
from .stores import Store

MIB = 1 << 20
SIZE = 200 * MIB
IN_PARTS = 96 * MIB
BLOCK = random.Random(11).randbytes(MIB)
BOUND = 48 * MIB
"""What one large transfer may add to the memory of the process at most."""

ours = pytest.mark.ours_only("the peer's memory is not on trial")


def blocks(size: int = SIZE) -> Iterator[bytes]:
    for number in range(size // MIB):
        yield number.to_bytes(8, "big") + BLOCK[8:]


def digest(parts: Iterator[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part)
    return whole.hexdigest()


class Blocks:
    """The blocks as a file that cannot be rewound."""

    def __init__(self, size: int) -> None:
        self.left = blocks(size)

    def read(self, size: int = -1) -> bytes:
        assert size < 0 or size >= MIB
        return b"".join(part for _, part in zip(range(size // MIB), self.left, strict=False))


def received(answer: Any) -> Iterator[bytes]:
    while part := answer.read(MIB):
        yield part


@ours
def test_one_large_upload_and_download(send: Sender, store: Store) -> None:
    expected = digest(blocks())
    send("PUT", "warm", b"x" * MIB)
    before = store.resident_bytes("VmRSS")
    store.forget_peak()

    connection = http.client.HTTPConnection(urllib.parse.urlsplit(send.endpoint).netloc, timeout=110)
    path = send.path("large")
    signed, _, _ = send.sign("PUT", path, None, {"content-length": str(SIZE)}, expected)
    connection.request("PUT", path, blocks(), signed)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    answer.read()
    uploaded = store.resident_bytes("VmHWM")

    signed, _, _ = send.sign("GET", path)
    connection.request("GET", path, headers=signed)
    answer = connection.getresponse()
    assert answer.headers["content-length"] == str(SIZE)
    assert digest(received(answer)) == expected
    connection.close()
    downloaded = store.resident_bytes("VmHWM")
    print(f"rss {before >> 20} MiB, at most {uploaded >> 20} up and {downloaded >> 20} down")
    assert max(uploaded, downloaded) - before < BOUND


@ours
def test_a_large_upload_in_parts(s3: Any, bucket: str, store: Store) -> None:
    before = store.resident_bytes("VmRSS")
    store.forget_peak()
    parts = TransferConfig(multipart_chunksize=8 * MIB, max_concurrency=4)
    s3.upload_fileobj(Blocks(IN_PARTS), bucket, "in-parts", Config=parts)
    head = s3.head_object(Bucket=bucket, Key="in-parts")
    assert (head["ContentLength"], head["ETag"][-4:-1]) == (IN_PARTS, "-12")
    peak = store.resident_bytes("VmHWM")
    print(f"rss {before >> 20} MiB, at most {peak >> 20}")
    assert peak - before < BOUND
    assert digest(received(s3.get_object(Bucket=bucket, Key="in-parts")["Body"])) == digest(blocks(IN_PARTS))


@ours
def test_a_slow_reader_holds_no_more_than_a_window(send: Sender, store: Store) -> None:
    """Twenty readers of a large object who have stopped reading."""
    send("PUT", "slow", b"y" * (64 * MIB))
    before = store.resident_bytes("VmRSS")
    store.forget_peak()
    connections = []
    for _ in range(20):
        signed, _, _ = send.sign("GET", send.path("slow"))
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(send.endpoint).netloc, timeout=20)
        connection.request("GET", send.path("slow"), headers=signed)
        connection.getresponse().read(1000)
        connections.append(connection)
    peak = store.resident_bytes("VmHWM")
    for connection in connections:
        connection.close()
    print(f"rss {before >> 20} MiB, at most {peak >> 20}")
    assert peak - before < BOUND
