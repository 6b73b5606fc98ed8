"""Objects are strangers' bytes: no browser may take one for a page of ours."""

from __future__ import annotations

from typing import Any

import pytest

from .signing import Sender, exchange

pytestmark = pytest.mark.ours_only("the peer serves what it is given as what it is said to be")

KINDS = [
    "text/html",
    "image/svg+xml",
    "application/xhtml+xml",
    "text/xml",
    "text/javascript",
    "application/pdf",
]
PAGE = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/><script>alert(1)</script>"


def is_harmless(headers: dict[str, str]) -> bool:
    policy = headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in policy and "default-src 'none'" in policy
    assert "allow-" not in policy
    assert headers["content-disposition"].lower().startswith("attachment")
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_pages_are_downloads(send: Sender, kind: str) -> None:
    assert send("PUT", "page", PAGE, headers={"content-type": kind}).status == 200
    assert is_harmless(send("GET", "page").headers)
    assert is_harmless(send("HEAD", "page").headers)
    assert is_harmless(send("GET", "page", headers={"Range": "bytes=0-9"}).headers)
    assert is_harmless(exchange("GET", send.presigned("GET", "page")).headers)


@pytest.mark.parametrize(
    "wish", ["inline", "inline; filename=a.html", "", "attachmentx", "form-data", "INLINE", "x-attachment"]
)
def test_nobody_can_ask_for_a_page(send: Sender, wish: str) -> None:
    send("PUT", "wished", PAGE, headers={"content-type": "text/html"})
    query = {"response-content-disposition": wish, "response-content-type": "text/html"}
    for answer in (
        send("GET", "wished", query=query),
        exchange("GET", send.presigned("GET", "wished", query=query)),
    ):
        assert answer.status >= 400 or is_harmless(answer.headers)


def test_nobody_can_put_a_page(send: Sender, s3: Any, bucket: str) -> None:
    s3.put_object(
        Bucket=bucket, Key="put", Body=PAGE, ContentType="text/html", ContentDisposition="inline; filename=a"
    )
    assert is_harmless(send("GET", "put").headers)


def test_no_header_is_put_into_an_answer(send: Sender) -> None:
    send("PUT", "split", b"x")
    evil = "text/plain\r\nSet-Cookie: a=b\r\n\r\n<script>"
    answer = send("GET", "split", query={"response-content-type": evil})
    assert "set-cookie" not in answer.headers
    assert answer.status == 400 or answer.body == b"x"


def test_errors_are_no_pages_either(send: Sender) -> None:
    answer = send("GET", "<script>alert(1)</script>")
    assert b"<script>" not in answer.body
    assert "html" not in answer.headers["content-type"]
    assert answer.headers.get("x-content-type-options") == "nosniff"
