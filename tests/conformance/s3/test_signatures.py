"""Who may come in: signatures in the header, and everything that is none."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from .errors import Clients, content, is_missing
from .signing import EMPTY, Sender, error_code, exchange, now
from .stores import Keys, Store

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture(scope="module", autouse=True)
def stored(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="key", Body=b"content")


def as_somebody(send: Sender, keys: Keys) -> Sender:
    return replace(send, keys=keys)


def test_a_good_signature(send: Sender) -> None:
    assert send("GET", "key").body == b"content"


def test_without_a_signature_nothing_is_told(send: Sender) -> None:
    for key in ("key", "absent"):
        answer = exchange("GET", f"{send.endpoint}{send.path(key)}")
        assert (answer.status, error_code(answer)) == (403, "AccessDenied")
    answer = exchange("PUT", f"{send.endpoint}{send.path('unsigned')}", body=b"x")
    assert (answer.status, error_code(answer)) == (403, "AccessDenied")


def test_a_wrong_secret(send: Sender, keys: Keys) -> None:
    stranger = as_somebody(send, replace(keys, secret_key="x" + keys.secret_key[1:]))
    answer = stranger("GET", "key")
    assert (answer.status, error_code(answer)) == (403, "SignatureDoesNotMatch")
    assert stranger("HEAD", "key").status == 403


def test_an_unknown_key(send: Sender, keys: Keys) -> None:
    answer = as_somebody(send, replace(keys, access_key="AKNOBODY00000000"))("GET", "key")
    assert (answer.status, error_code(answer)) == (403, "InvalidAccessKeyId")


@pytest.mark.parametrize("minutes", [-20, 20, -24 * 60, 24 * 60])
def test_a_clock_that_is_wrong(send: Sender, minutes: int) -> None:
    answer = send("GET", "key", at=now() + minutes * MINUTE)
    assert (answer.status, error_code(answer)) == (403, "RequestTimeTooSkewed")


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_somewhat_wrong(send: Sender, minutes: int) -> None:
    assert send("GET", "key", at=now() + minutes * MINUTE).status == 200


@pytest.mark.parametrize("name", ["x-amz-meta-a", "range", "content-type", "x-amz-copy-source"])
def test_a_header_that_was_signed_cannot_be_changed(send: Sender, s3: Any, bucket: str, name: str) -> None:
    path = send.path("header")
    signed, _, _ = send.sign("PUT", path, None, {name: "a"}, EMPTY)
    answer = send.send_as_is("PUT", path, None, {**signed, name: "b"})
    assert (answer.status, error_code(answer)) == (403, "SignatureDoesNotMatch")
    assert is_missing(s3, bucket, "header")


def test_another_path_method_or_query_is_another_request(send: Sender) -> None:
    path = send.path("key")
    signed, _, _ = send.sign("GET", path)
    for method, where, query in (
        ("GET", send.path("other"), None),
        ("DELETE", path, None),
        ("GET", path, {"versionId": "1"}),
    ):
        answer = send.send_as_is(method, where, query, signed)
        assert (answer.status, error_code(answer)) == (403, "SignatureDoesNotMatch"), (method, where, query)


def test_the_host_is_signed(send: Sender) -> None:
    signed, _, _ = send.sign("GET", send.path("key"), headers={"host": "somewhere.else:9000"})
    answer = send.send_as_is("GET", send.path("key"), None, {**signed, "host": "localhost:1"})
    assert (answer.status, error_code(answer)) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("name", ["host", "x-amz-content-sha256", "x-amz-meta-a"])
def test_what_counts_must_be_signed(send: Sender, s3: Any, bucket: str, name: str) -> None:
    """Else anybody on the way could change it. Amazon: the host and all `x-amz-` headers."""
    path = send.path("uncovered")
    headers = {"x-amz-meta-a": "1"}
    signed, _, _ = send.sign("PUT", path, None, headers, EMPTY, unsigned=(name,))
    answer = send.send_as_is("PUT", path, None, signed)
    assert answer.status in (400, 403), answer.body
    assert error_code(answer) in ("AccessDenied", "SignatureDoesNotMatch", "InvalidRequest")
    assert is_missing(s3, bucket, "uncovered")


def test_further_headers_may_stay_unsigned(send: Sender) -> None:
    """Proxies add theirs."""
    headers = {"x-forwarded-for": "10.0.0.1", "via": "1.1 proxy", "user-agent": "x"}
    assert send("GET", "key", headers=headers, unsigned=tuple(headers)).status == 200


@pytest.mark.parametrize("name", ["range", "if-match"])
def test_headers_of_http_may_stay_unsigned(send: Sender, name: str) -> None:
    headers = {"range": "bytes=0-2"} if name == "range" else {"if-match": "*"}
    assert send("GET", "key", headers=headers, unsigned=(name,)).status in (200, 206)


BROKEN = [
    "",
    "Basic dXNlcjpwYXNz",
    "Bearer token",
    "AWS4-HMAC-SHA256",
    "AWS4-HMAC-SHA256 ",
    "AWS4-HMAC-SHA256 Credential=",
    "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=b",
    "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=b",
    "AWS4-HMAC-SHA256 Credential=a/20261123/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=b",
    "AWS4-HMAC-SHA256 Credential=a/20261123/us-east-1/s3/aws5_request, SignedHeaders=host, Signature=b",
    "AWS4-HMAC-SHA256 Credential=a/20261123/us-east-1/s3/aws4_request, SignedHeaders=, Signature=",
    "AWS4-HMAC-SHA256 " + "x" * 5000,
    "AWS4-HMAC-SHA256 Credential=a/20261123/us-east-1/s3/aws4_request" + ", SignedHeaders=host" * 50,
    "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=",
    "AWS4-ECDSA-P256-SHA256 Credential=a/20261123/s3/aws4_request, SignedHeaders=host, Signature=b",
]


@pytest.mark.parametrize("value", BROKEN, ids=lambda value: value[:40] or "empty")
def test_what_is_no_signature(send: Sender, value: str) -> None:
    signed, _, _ = send.sign("GET", send.path("key"))
    answer = send.send_as_is("GET", send.path("key"), None, {**signed, "authorization": value})
    assert answer.status in (400, 403), answer.body
    assert error_code(answer)
    assert answer.body != b"content"


@pytest.mark.parametrize("value", ["", "yesterday", "20261301T000000Z", "20261123", "20261123T250000Z"])
def test_a_date_that_is_none(send: Sender, value: str) -> None:
    signed, _, _ = send.sign("GET", send.path("key"), headers={"x-amz-date": value})
    answer = send.send_as_is("GET", send.path("key"), None, signed)
    assert (answer.status in (400, 403), bool(error_code(answer))) == (True, True)


def test_the_scopes_day_is_the_requests(send: Sender) -> None:
    """A signing key of another day must not sign for today."""
    signed, scope, _ = send.sign("GET", send.path("key"))
    day = f"{scope.at:%Y%m%d}"
    wrong = signed["authorization"].replace(f"/{day}/", "/20200101/")
    answer = send.send_as_is("GET", send.path("key"), None, {**signed, "authorization": wrong})
    assert answer.status in (400, 403)
    assert error_code(answer) in ("SignatureDoesNotMatch", "AuthorizationHeaderMalformed", "AccessDenied")


def test_queries_in_any_order_and_encoding(send: Sender) -> None:
    for query in (
        {"list-type": "2", "prefix": "a b+c/é", "delimiter": "/", "start-after": "~*'()"},
        {"prefix": "", "list-type": "2"},
        {"list-type": "2", "prefix": "=&?#%2F"},
    ):
        assert send("GET", query=query).status == 200, query


def test_paths_that_clients_encode_differently(send: Sender, s3: Any, bucket: str) -> None:
    """The signature is over the path as it was sent; the key is what it means."""
    s3.put_object(Bucket=bucket, Key="(odd)*!'key", Body=b"x")
    for path in (f"/{bucket}/(odd)*!'key", f"/{bucket}/%28odd%29%2A%21%27key", f"/{bucket}/%28odd%29*!'key"):
        canonical = f"/{bucket}/%28odd%29%2A%21%27key"
        signed, _, _ = send.sign("GET", canonical)
        answer = send.send_as_is("GET", path, None, signed)
        assert (answer.status, answer.body) == (200, b"x"), path


def test_header_values_are_signed_without_doubled_spaces(send: Sender, s3: Any, bucket: str) -> None:
    path = send.path("spaces")
    signed, _, _ = send.sign("PUT", path, None, {"x-amz-meta-a": "a b c"}, EMPTY)
    answer = send.send_as_is("PUT", path, None, {**signed, "x-amz-meta-a": "  a   b c  "})
    assert answer.status == 200, answer.body


def test_clients_that_do_not_sign_bodies(s3_with: Clients, bucket: str) -> None:
    s3 = s3_with(s3={"payload_signing_enabled": False, "addressing_style": "path"})
    s3.put_object(Bucket=bucket, Key="unsigned-body", Body=b"x")
    assert content(s3, bucket, "unsigned-body") == b"x"


@pytest.mark.ours_only("the peer's keys have no tokens")
class TestTokens:
    """Our keys are nothing without their token, which is signed like the rest."""

    def test_without_its_token_a_key_opens_nothing(self, send: Sender, keys: Keys) -> None:
        answer = as_somebody(send, replace(keys, token=None))("GET", "key")
        assert answer.status == 403
        assert error_code(answer) in ("InvalidAccessKeyId", "AccessDenied", "InvalidToken")

    def test_a_token_must_be_signed(self, send: Sender) -> None:
        answer = send("GET", "key", unsigned=("x-amz-security-token",))
        assert answer.status == 403
        assert error_code(answer) in ("AccessDenied", "SignatureDoesNotMatch")

    def test_a_token_cannot_be_exchanged(self, send: Sender, store: Store, bucket: str) -> None:
        other = store.keys(bucket, write=False)
        signed, _, _ = send.sign("GET", send.path("key"))
        answer = send.send_as_is(
            "GET", send.path("key"), None, {**signed, "x-amz-security-token": other.token or ""}
        )
        assert answer.status == 403
        mixed = as_somebody(send, replace(send.keys, token=other.token))
        assert mixed("GET", "key").status == 403

    @pytest.mark.parametrize("where", [0, 5, 20, -30, -1])
    def test_a_token_cannot_be_changed(self, send: Sender, keys: Keys, where: int) -> None:
        token = keys.token or ""
        letter = "A" if token[where] != "A" else "Q"
        index = where % len(token)
        forged = token[:index] + letter + token[index + 1 :]
        answer = as_somebody(send, replace(keys, token=forged))("GET", "key")
        assert (answer.status, error_code(answer)) == (403, "InvalidToken")

    @pytest.mark.parametrize("token", ["", ".", "a.b", "x" * 4000, "Z.." * 10, "\xff"])
    def test_a_token_that_is_none(self, send: Sender, keys: Keys, token: str) -> None:
        answer = as_somebody(send, replace(keys, token=token))("GET", "key")
        assert answer.status in (400, 403)
        assert error_code(answer)

    def test_any_region_is_ours(self, send: Sender) -> None:
        assert send("GET", "key", region="eu-central-1").status == 200


def test_an_empty_hash_is_the_hash_of_nothing() -> None:
    assert hashlib.sha256(b"").hexdigest() == EMPTY
