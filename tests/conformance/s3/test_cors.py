"""Pages of other origins: what a browser asks before, and what it is told."""

from __future__ import annotations

from typing import Any

import pytest

from .signing import Sender, exchange

ORIGIN = "https://arkitekt.example"


@pytest.fixture(scope="module", autouse=True)
def stored(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="key", Body=b"0123456789")


def ask(send: Sender, key: str | None, method: str, *headers: str) -> dict[str, str]:
    answer = exchange(
        "OPTIONS",
        send.endpoint + send.path(key),
        {
            "Origin": ORIGIN,
            "Access-Control-Request-Method": method,
            **({"Access-Control-Request-Headers": ",".join(headers)} if headers else {}),
        },
    )
    assert answer.status in (200, 204), answer.body
    return answer.headers


def listed(value: str) -> set[str]:
    return {each.strip().lower() for each in value.split(",")}


SIGNED = (
    "authorization",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
    "range",
    "if-none-match",
)


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE", "HEAD"])
def test_a_browser_may_ask_for_everything(send: Sender, method: str) -> None:
    headers = ask(send, "key", method, *SIGNED)
    assert headers["access-control-allow-origin"] in ("*", ORIGIN)
    assert method.lower() in listed(headers["access-control-allow-methods"])
    # A star would not stand for `Authorization`.
    assert set(SIGNED) <= listed(headers["access-control-allow-headers"])


def test_a_bucket_can_be_asked_for_too(send: Sender) -> None:
    assert ask(send, None, "GET", "authorization")["access-control-allow-origin"] in ("*", ORIGIN)


def test_whether_it_is_there_is_not_told_before(send: Sender) -> None:
    assert ask(send, "absent", "GET", *SIGNED).keys() == ask(send, "key", "GET", *SIGNED).keys()


def test_answers_may_be_read_by_pages(send: Sender) -> None:
    headers = send("GET", "key", headers={"Origin": ORIGIN, "Range": "bytes=0-1"}).headers
    assert headers["access-control-allow-origin"] in ("*", ORIGIN)
    assert "etag" in listed(headers["access-control-expose-headers"])


@pytest.mark.peer_differs("versitygw exposes ETag alone by default")
def test_pages_read_where_a_part_lies(send: Sender) -> None:
    headers = send("GET", "key", headers={"Origin": ORIGIN, "Range": "bytes=0-1"}).headers
    exposed = listed(headers["access-control-expose-headers"])
    assert {"content-range", "etag", "x-amz-request-id"} <= exposed


@pytest.mark.peer_differs("versitygw says nothing of origins with its refusals")
def test_refusals_may_be_read_by_pages(send: Sender) -> None:
    for answer in (
        send("GET", "absent", headers={"Origin": ORIGIN}),
        exchange("GET", send.endpoint + send.path("key"), {"Origin": ORIGIN}),
    ):
        assert answer.status in (403, 404)
        assert answer.headers["access-control-allow-origin"] in ("*", ORIGIN)


def test_nobody_is_let_in_with_cookies(send: Sender) -> None:
    headers = ask(send, "key", "GET", "authorization")
    both = headers.get("access-control-allow-credentials") == "true"
    assert not (both and headers["access-control-allow-origin"] == "*")
