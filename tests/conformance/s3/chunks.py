"""Bodies as `aws-chunked`, with or without a signature for each chunk, with or without a trailer.

After Amazon's "Signature calculations: transferring a payload in multiple chunks".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from platform_under_test.wire import Answer

from .signing import EMPTY, Scope, Sender, stamp

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


@dataclass(frozen=True)
class Chunked:
    """A body in chunks and what may be wrong with it."""

    parts: Iterable[bytes]
    payload: str = SIGNED
    trailer: dict[str, str] = field(default_factory=dict)
    decoded_length: int | None = None  # what the header says; the true one without
    announced: tuple[str, ...] | None = None  # of the trailer; all of it without
    alter: Callable[[bytes], bytes] = bytes  # what happens to the body on its way

    @property
    def length(self) -> int:
        return sum(len(part) for part in self.parts)


def signature_of_chunk(scope: Scope, before: str, chunk: bytes) -> str:
    lines = ["AWS4-HMAC-SHA256-PAYLOAD", stamp(scope.at), scope.text, before, EMPTY]
    return scope.signature("\n".join([*lines, hashlib.sha256(chunk).hexdigest()]))


def signature_of_trailer(scope: Scope, before: str, trailer: str) -> str:
    lines = ["AWS4-HMAC-SHA256-TRAILER", stamp(scope.at), scope.text, before]
    return scope.signature("\n".join([*lines, hashlib.sha256(trailer.encode()).hexdigest()]))


def encode(body: Chunked, scope: Scope, signature: str) -> bytes:
    """The body on the wire; `signature` is that of the request."""
    is_signed = body.payload != UNSIGNED_TRAILER
    wire = b""
    for part in [*body.parts, b""]:
        extension = ""
        if is_signed:
            signature = signature_of_chunk(scope, signature, part)
            extension = f";chunk-signature={signature}"
        wire += f"{len(part):x}{extension}\r\n".encode() + part + (b"\r\n" if part else b"")
    if body.payload != SIGNED:
        for name, value in body.trailer.items():
            wire += f"{name}:{value}\r\n".encode()
        if is_signed:
            lines = "".join(f"{name}:{value}\n" for name, value in sorted(body.trailer.items()))
            signed = signature_of_trailer(scope, signature, lines)
            wire += f"x-amz-trailer-signature:{signed}\r\n".encode()
    return wire + b"\r\n"


def put(send: Sender, key: str, body: Chunked) -> Answer:
    """Puts it as the header promises."""
    length = body.length if body.decoded_length is None else body.decoded_length
    headers = {"content-encoding": "aws-chunked", "x-amz-decoded-content-length": str(length)}
    announced = tuple(body.trailer) if body.announced is None else body.announced
    if announced:
        headers["x-amz-trailer"] = ",".join(announced)
    path = send.path(key)
    signed, scope, signature = send.sign("PUT", path, None, headers, body.payload)
    return send.send_as_is("PUT", path, None, signed, body.alter(encode(body, scope, signature)))


def altered(body: Chunked, old: bytes, new: bytes) -> Chunked:
    """The same with some bytes changed after they were signed; they must be there."""

    def alter(wire: bytes) -> bytes:
        assert old in wire, wire[:200]
        return wire.replace(old, new, 1)

    return replace(body, alter=alter)
