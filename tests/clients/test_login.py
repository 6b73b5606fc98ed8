"""Discovery, the token endpoint and what it refuses, keys, reports."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any

import pytest

from platform_under_test import wire
from platform_under_test.server import Server

GRANT = wire.MANDATE_KEY


@pytest.fixture(scope="module")
def endpoint(platform: Server) -> str:
    return wire.request(f"{platform.url}/.well-known/fakts").json()["token_endpoint"]


def mandate_login(endpoint: str, key: str, manifest: Any, **more: str) -> wire.Answer:
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    return wire.token_request(
        endpoint,
        grant_type=GRANT,
        key=key,
        manifest=text,
        requested_client_kind="development",
        requested_client_role="interface",
        request_auth_key="false",
        **more,
    )


@pytest.mark.parametrize("prefix", ["", "/lok"])
def test_discovery_answers_at_both_places(platform: Server, prefix: str) -> None:
    answer = wire.request(f"{platform.url}{prefix}/.well-known/fakts")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    document = answer.json()
    assert document["protocol_version"] in ("2", 2)
    for name in ("name", "token_endpoint", "base_url"):
        assert isinstance(document[name], str) and document[name], name


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "lab.example.org"])
def test_discovery_follows_the_requests_host(platform: Server, host: str) -> None:
    asked = f"{host}:{platform.port}"
    document = wire.request(
        f"http://127.0.0.1:{platform.port}/.well-known/fakts", headers={"Host": asked}
    ).json()
    for name in ("token_endpoint", "base_url"):
        assert urllib.parse.urlsplit(document[name]).netloc == asked, name
        assert urllib.parse.urlsplit(document[name]).scheme == "http", name


def test_forwarded_hosts_of_strangers_do_not_count(platform: Server) -> None:
    document = wire.request(
        f"{platform.url}/.well-known/fakts",
        headers={"X-Forwarded-Host": "evil.example.org", "X-Forwarded-Proto": "https"},
    ).json()
    assert "evil" not in json.dumps(document)
    assert "https" not in json.dumps(document)


def test_a_token_answer_has_what_clients_need(
    platform: Server, endpoint: str, session: dict[str, Any]
) -> None:
    assert session["token_type"] == "Bearer"
    assert isinstance(session["client_id"], str)
    assert ":" not in session["client_id"]
    assert isinstance(session["expires_in"], int)
    assert session["expires_in"] > 60
    assert "refresh_token" not in session
    assert session["self"]["alias"]["path"].strip("/") == "lok"
    for key, service in (("rekuest", "rekuest"), ("s3", "s3")):
        instance = session["instances"][key]
        assert instance["service"] == f"live.arkitekt.{service}"
        assert isinstance(instance["identifier"], str)
        (alias, *_) = instance["aliases"]
        assert isinstance(alias["id"], str)
        assert alias["host"] == "localhost"
        assert alias["ssl"] is False
        assert session["statuses"][key] == "granted"
    (s3, *_) = session["instances"]["s3"]["aliases"]
    assert s3["port"] == platform.port + 1
    assert not s3["path"]
    assert s3["challenge"] == "ht"


def test_the_token_says_who(session: dict[str, Any]) -> None:
    token = session["access_token"]
    header, claims = wire.header_of(token), wire.claims_of(token)
    assert header["alg"] == "RS256"
    assert header["kid"]
    assert claims["iss"] == "lok"
    assert isinstance(claims["sub"], str)
    assert isinstance(claims["org"], str)
    assert "rekuest" in claims["aud"]
    assert isinstance(claims["roles"], list)
    assert claims["roles"]
    assert isinstance(claims["scope"], str)
    assert claims["client_id"] == session["client_id"]
    assert claims["client_app"] == "raw-requests"
    assert claims["client_device"] != "test-device", "the raw device id must not travel"


def test_every_login_of_a_device_is_the_same_client(platform: Server) -> None:
    key = platform.take_key()
    first = wire.log_in(platform.url, key, "same-client")
    second = wire.log_in(platform.url, key, "same-client")
    other = wire.log_in(platform.url, key, "same-client", device_id="another")
    assert first["client_id"] == second["client_id"] != other["client_id"]
    assert first["access_token"] != second["access_token"]


def test_a_requirement_nobody_serves_is_unavailable(platform: Server) -> None:
    needs = [{"key": "mikro", "service": "live.arkitekt.nonesuch", "optional": True}]
    answer = wire.log_in(platform.url, platform.take_key(), "needy", requirements=needs)
    assert answer["statuses"]["mikro"] == "unavailable"


def test_a_key_belongs_to_the_first_app_that_used_it(platform: Server, endpoint: str) -> None:
    key = platform.take_key()
    wire.log_in(platform.url, key, "the-first")
    refused = mandate_login(endpoint, key, wire.manifest("the-second"))
    assert refused.status == 400
    assert refused.json()["error"] == "invalid_grant"
    assert refused.json()["error_description"]


def test_an_unknown_key_is_an_invalid_grant(endpoint: str) -> None:
    refused = mandate_login(endpoint, "x" * 43, wire.manifest("nobody"))
    assert (refused.status, refused.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("bad", ["", "{", "[]", '"text"', "{}", '{"identifier": 5}', "\x00"])
def test_a_bad_manifest_is_an_invalid_request(platform: Server, endpoint: str, bad: str) -> None:
    refused = mandate_login(endpoint, platform.access["mandate_keys"][-1], bad)
    assert (refused.status, refused.json()["error"]) == (400, "invalid_request")


def test_refusals_of_the_token_endpoint(endpoint: str) -> None:
    for form, error in (
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": GRANT}, "invalid_request"),
        ({"grant_type": GRANT, "key": "k"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
    ):
        refused = wire.token_request(endpoint, **form)
        assert refused.status == 400, form
        assert refused.json()["error"] == error, form
        assert refused.headers["content-type"].startswith("application/json")


def test_only_post_is_a_token_request(endpoint: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert wire.request(endpoint, method=method).status == 405


def test_both_spellings_answer_without_a_redirect(endpoint: str) -> None:
    for spelling in (endpoint.rstrip("/"), endpoint.rstrip("/") + "/"):
        assert wire.token_request(spelling).status == 400


def test_tokens_are_not_stored_by_anybody(platform: Server, endpoint: str) -> None:
    answer = mandate_login(endpoint, platform.take_key(), wire.manifest("no-store"))
    assert answer.status == 200
    assert "no-store" in answer.headers["cache-control"]


def test_an_oversized_form_is_refused_and_the_server_goes_on(platform: Server, endpoint: str) -> None:
    sent = b"grant_type=" + b"x" * (2 << 20)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        assert wire.request(endpoint, sent, headers=headers).status == 413
    except OSError:
        pass  # The server may hang up on the rest of such a body.
    assert wire.request(f"{platform.lok_url}/ht").status == 200


def test_the_signing_keys_are_published(platform: Server, session: dict[str, Any]) -> None:
    kid = wire.header_of(session["access_token"])["kid"]
    for path in ("/.well-known/jwks.json", "/lok/o/jwks/"):
        keys = wire.request(platform.url + path).json()["keys"]
        assert kid in [key["kid"] for key in keys]
        assert not {"d", "p", "q"} & {name for key in keys for name in key}


def test_reports_are_taken(platform: Server, token: str) -> None:
    base = wire.request(f"{platform.url}/.well-known/fakts").json()["base_url"].rstrip("/")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    report = {
        "alias_reports": {
            "rekuest": {"alias_id": "no-such-alias", "reason": None, "valid": True},
            "s3": {"alias_id": None, "reason": "unreachable\nreally", "valid": False},
        },
        "functional": True,
    }
    answer = wire.request(f"{base}/report/", json.dumps(report).encode(), headers=headers)
    assert answer.status == 200
    stranger = wire.request(f"{base}/report/", b"{}", headers={"Content-Type": "application/json"})
    assert stranger.status in (401, 403)


def test_me_and_my_context(platform: Server, token: str) -> None:
    query = "{ me { id username } mycontext { user { id } organization { id } roles scope } }"
    answer = wire.graphql(platform.lok_url, query, token=token).json()
    assert "errors" not in answer, answer
    claims = wire.claims_of(token)
    assert answer["data"]["me"]["username"] == claims["preferred_username"]
    assert answer["data"]["mycontext"]["user"]["id"] == claims["sub"]
    assert answer["data"]["mycontext"]["organization"]["id"] == claims["org"]
    assert answer["data"]["mycontext"]["roles"] == claims["roles"]
