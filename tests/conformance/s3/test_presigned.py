"""Addresses that carry their signature."""

from __future__ import annotations

import datetime
import urllib.parse
from typing import Any

import pytest

from platform_under_test.wire import Answer

from .errors import content, is_missing
from .signing import Sender, error_code, exchange, now


@pytest.fixture(scope="module", autouse=True)
def stored(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="key", Body=b"0123456789", ContentType="text/plain")


def changed(url: str, **changes: str | None) -> str:
    """The address with other values; None leaves one out."""
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    for name, value in changes.items():
        name = name.replace("_", "-")
        assert name in query, query
        query.pop(name)
        if value is not None:
            query[name] = value
    return parts._replace(query=urllib.parse.urlencode(query, quote_via=urllib.parse.quote)).geturl()


def is_refused(answer: Answer, *codes: str) -> bool:
    assert answer.status in (400, 403), answer.body
    found = error_code(answer)
    assert not codes or found in codes, answer.body
    return True


def test_whoever_has_the_address_may_read(s3: Any, bucket: str) -> None:
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "key"}, ExpiresIn=60)
    assert exchange("GET", url).body == b"0123456789"
    part = exchange("GET", url, {"Range": "bytes=2-4"})
    assert (part.status, part.body) == (206, b"234")


def test_an_address_is_for_one_method(s3: Any, bucket: str) -> None:
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "key"}, ExpiresIn=60)
    assert is_refused(exchange("PUT", url, body=b"x"), "SignatureDoesNotMatch")
    assert is_refused(exchange("DELETE", url), "SignatureDoesNotMatch")
    assert content(s3, bucket, "key") == b"0123456789"


def test_whoever_has_the_address_may_write(s3: Any, bucket: str) -> None:
    url = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "written"}, ExpiresIn=60)
    assert exchange("PUT", url, body=b"from a browser").status == 200
    assert content(s3, bucket, "written") == b"from a browser"


def test_head_and_delete_can_be_given_away_too(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="given", Body=b"abc")
    where = {"Bucket": bucket, "Key": "given"}
    head = exchange("HEAD", s3.generate_presigned_url("head_object", where))
    assert (head.status, head.headers["content-length"]) == (200, "3")
    assert exchange("DELETE", s3.generate_presigned_url("delete_object", where)).status == 204
    assert is_missing(s3, bucket, "given")


@pytest.mark.parametrize("key", ["a b+c", "é/日本.tif", "q?x=y&z#f", "percent%41"])
def test_odd_keys(s3: Any, bucket: str, key: str) -> None:
    where = {"Bucket": bucket, "Key": key}
    assert exchange("PUT", s3.generate_presigned_url("put_object", where), body=b"x").status == 200
    assert exchange("GET", s3.generate_presigned_url("get_object", where)).body == b"x"


def test_headers_that_were_signed_must_come(s3: Any, bucket: str) -> None:
    where = {"Bucket": bucket, "Key": "typed", "ContentType": "image/png"}
    url = s3.generate_presigned_url("put_object", where, ExpiresIn=60)
    assert is_refused(exchange("PUT", url, {"Content-Type": "text/html"}, b"x"), "SignatureDoesNotMatch")
    assert is_refused(exchange("PUT", url, body=b"x"))
    assert exchange("PUT", url, {"Content-Type": "image/png"}, b"x").status == 200
    assert s3.head_object(Bucket=bucket, Key="typed")["ContentType"] == "image/png"


def test_answers_can_be_given_other_headers(s3: Any, bucket: str) -> None:
    where = {"Bucket": bucket, "Key": "key", "ResponseContentDisposition": 'attachment; filename="a b.txt"'}
    answer = exchange("GET", s3.generate_presigned_url("get_object", where))
    assert answer.headers["content-disposition"] == 'attachment; filename="a b.txt"'


def test_an_address_ends(send: Sender) -> None:
    past = now() - datetime.timedelta(seconds=30)
    assert exchange("GET", send.presigned("GET", "key", 60, at=past)).status == 200
    assert is_refused(exchange("GET", send.presigned("GET", "key", 10, at=past)), "AccessDenied")


def test_an_address_can_last_longer_than_clocks_may_differ(send: Sender) -> None:
    past = now() - datetime.timedelta(hours=5)
    assert exchange("GET", send.presigned("GET", "key", 6 * 3600, at=past)).status == 200


@pytest.mark.peer_differs("versitygw looks at the end alone")
def test_an_address_of_the_future_does_not_count_yet(send: Sender) -> None:
    coming = now() + datetime.timedelta(hours=5)
    assert is_refused(exchange("GET", send.presigned("GET", "key", 60, at=coming)))


@pytest.mark.parametrize("seconds", ["604801", "-1", "0x10", "soon", "", "99999999999999999999"])
def test_no_address_lasts_longer_than_a_week(send: Sender, seconds: str) -> None:
    url = send.presigned("GET", "key", seconds)  # type: ignore[arg-type]
    assert is_refused(exchange("GET", url), "AuthorizationQueryParametersError")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X_Amz_Expires", "86400"),
        ("X_Amz_Date", "20301231T000000Z"),
        pytest.param(
            "X_Amz_SignedHeaders",
            "host;range",
            marks=pytest.mark.peer_differs("versitygw leaves out signed headers that did not come"),
        ),
        ("X_Amz_Signature", "0" * 64),
        ("X_Amz_Signature", ""),
        ("X_Amz_Signature", None),
        ("X_Amz_Credential", None),
        ("X_Amz_Credential", "a/b/c"),
        ("X_Amz_Algorithm", "AWS4-HMAC-MD5"),
        ("X_Amz_Algorithm", None),
        ("X_Amz_Date", None),
        ("X_Amz_Date", "today"),
        ("X_Amz_Expires", None),
        ("X_Amz_SignedHeaders", None),
        ("X_Amz_SignedHeaders", ""),
    ],
)
def test_an_address_that_was_changed(send: Sender, name: str, value: str | None) -> None:
    url = changed(send.presigned("GET", "key"), **{name: value})
    assert is_refused(exchange("GET", url))


def test_another_key_or_query_is_another_address(send: Sender) -> None:
    url = send.presigned("GET", "key")
    assert is_refused(exchange("GET", url.replace("/key?", "/keys?")), "SignatureDoesNotMatch")
    assert is_refused(exchange("GET", url + "&response-content-type=text/html"), "SignatureDoesNotMatch")


def test_another_host_is_another_address(send: Sender) -> None:
    url = send.presigned("GET", "key")
    assert is_refused(exchange("GET", url, {"Host": "localhost:1"}), "SignatureDoesNotMatch")


def test_signed_twice_is_refused(send: Sender) -> None:
    url = send.presigned("GET", "key")
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    signed, _, _ = send.sign("GET", send.path("key"), query)
    assert is_refused(exchange("GET", url, signed))


@pytest.mark.ours_only("the peer's keys have no tokens")
def test_an_address_carries_its_token(send: Sender) -> None:
    url = send.presigned("GET", "key")
    assert is_refused(exchange("GET", changed(url, X_Amz_Security_Token=None)))
    # A header of the same name does not take its place.
    header = {"x-amz-security-token": send.keys.token or ""}
    assert is_refused(exchange("GET", changed(url, X_Amz_Security_Token=None), header))
