"""Tokens that must not open anything."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from platform_under_test import wire
from platform_under_test.server import Server

WHO = "{ __typename }"


@pytest.fixture(params=["rekuest", "lok"])
def service(request: pytest.FixtureRequest, platform: Server) -> str:
    return platform.access["services"][request.param]["url"]


def refused(service: str, token: str | None, **headers: str) -> tuple[str | None, str | None]:
    """Code and reason of the refusal, which travels with status 200."""
    answer = wire.graphql(service, WHO, token=token, headers=headers)
    assert answer.status == 200
    assert answer.json()["data"] is None
    return answer.error_code(), answer.error_reason()


def issuer_key(data: Path) -> Any:
    """The platform's own signing key, as its directory keeps it."""
    for file in sorted(data.rglob("*.yaml")):
        document = yaml.safe_load(file.read_text())
        if isinstance(document, dict) and "private_key" in document:
            pem = document["private_key"].encode()
            return serialization.load_pem_private_key(pem, password=None)
    raise AssertionError("no lok.yaml with a private_key in the data directory")


def signed(platform: Server, token: str, **changes: Any) -> str:
    """A genuine token of this platform with other claims; None removes one."""
    claims = {**wire.claims_of(token), **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in (wire.header_of(token), claims)
    ]
    unsigned = ".".join(parts)
    signature = issuer_key(platform.data).sign(unsigned.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{unsigned}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_the_token_opens_both_services(service: str, token: str) -> None:
    assert wire.graphql(service, WHO, token=token).json() == {"data": {"__typename": "Query"}}


def test_no_header(service: str) -> None:
    assert refused(service, None) == ("UNAUTHENTICATED", "NO_AUTHORIZATION_HEADER")


@pytest.mark.parametrize("header", ["Token abc", "Basic YTpi", "Bearer"])
def test_a_malformed_header(service: str, header: str) -> None:
    got = refused(service, None, Authorization=header)
    assert got == ("UNAUTHENTICATED", "MALFORMED_AUTHORIZATION_HEADER")


@pytest.mark.parametrize("text", ["x", "a.b", "a.b.c", "....", "e30.e30.e30", "%00.%00.%00"])
def test_what_is_no_token(service: str, text: str) -> None:
    assert refused(service, text) == ("UNAUTHENTICATED", "TOKEN_MALFORMED")


def test_alg_none(service: str, token: str) -> None:
    assert refused(service, wire.unsigned_token(token))[0] == "UNAUTHENTICATED"


def test_hs256_with_the_public_key(service: str, platform: Server, token: str) -> None:
    pem = wire.public_key_pem(platform.url)
    for secret in (pem, pem.strip()):
        assert refused(service, wire.hs256_token(token, secret))[0] == "UNAUTHENTICATED"


def test_a_foreign_signature(service: str, token: str) -> None:
    assert refused(service, wire.foreign_token(token)) == ("UNAUTHENTICATED", "TOKEN_INVALID")


def test_claims_that_were_changed(service: str, token: str) -> None:
    changed = wire.tampered_token(token, sub="2", roles=["admin"])
    assert refused(service, changed) == ("UNAUTHENTICATED", "TOKEN_INVALID")


def test_a_signature_that_was_cut(service: str, token: str) -> None:
    assert refused(service, token[:-20])[0] == "UNAUTHENTICATED"


def test_an_expired_token(service: str, platform: Server, token: str) -> None:
    old = signed(platform, token, exp=int(time.time()) - 1)
    assert refused(service, old) == ("UNAUTHENTICATED", "TOKEN_EXPIRED")


def test_a_token_for_somebody_else(platform: Server, token: str) -> None:
    elsewhere = signed(platform, token, aud=["mikro"])
    assert refused(platform.rekuest_url, elsewhere) == ("UNAUTHENTICATED", "TOKEN_INVALID")


def test_a_token_of_another_issuer(service: str, platform: Server, token: str) -> None:
    for issuer in ("lok/", "http://localhost/lok", ""):
        foreign = signed(platform, token, iss=issuer)
        assert refused(service, foreign)[0] == "UNAUTHENTICATED", issuer


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("sub", None),
        ("iat", None),
        ("client_id", None),
        ("roles", None),
        ("roles", "admin"),
        ("scope", ["openid"]),
        ("preferred_username", None),
        ("org", 1),
    ],
)
def test_claims_of_the_wrong_kind(service: str, platform: Server, token: str, claim: str, value: Any) -> None:
    wrong = signed(platform, token, **{claim: value})
    assert refused(service, wrong) == ("UNAUTHENTICATED", "TOKEN_MALFORMED")


def test_a_token_without_an_organization(platform: Server, token: str) -> None:
    code, reason = refused(platform.rekuest_url, signed(platform, token, org=None))
    assert (code, reason) == ("PERMISSION_DENIED", "MISSING_ACTIVE_ORGANIZATION")


def test_guests_are_refused_before_anything_is_written(platform: Server, token: str) -> None:
    guest = signed(platform, token, collabs={}, sub="4711", preferred_username="guest")
    code, reason = refused(platform.rekuest_url, guest)
    assert (code, reason) == ("PERMISSION_DENIED", "SCOPED_TOKEN_UNSUPPORTED")


def test_even_introspection_wants_a_token(service: str) -> None:
    answer = wire.graphql(service, "{ __schema { queryType { name } } }")
    assert answer.error_code() == "UNAUTHENTICATED"


def test_a_syntax_error_without_a_token_is_no_oracle(service: str) -> None:
    assert wire.graphql(service, "{").error_code() == "UNAUTHENTICATED"


def test_organizations_do_not_see_each_other(platform: Server, token: str) -> None:
    stranger = signed(platform, token, org="4712")
    answer = wire.graphql(platform.rekuest_url, "{ actions { id } tasks { id } }", token=stranger)
    assert answer.json() == {"data": {"actions": [], "tasks": []}}


def test_health_and_schema_are_open(service: str) -> None:
    assert wire.request(f"{service}/ht").status == 200
    schema = wire.request(f"{service}/schema")
    assert schema.status == 200
    assert schema.headers["content-type"].startswith("text/plain")
    assert b"type Query" in schema.body
