"""Programs that people sign in to with Lok, on npm's openid-client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from platform_under_test import wire
from platform_under_test.server import Server, free_ports

SECRET = "a+secret/with%characters=="
RELYING_PARTIES = f"""
openid_apps:
  - client_name: Wiki
    client_id: wiki
    client_secret: "{SECRET}"
    redirect_uris: [https://wiki.lab.example/callback]
    post_logout_redirect_uris: [https://wiki.lab.example/bye]
  - client_name: Tool
    client_id: tool
    redirect_uris: [http://127.0.0.1/callback]
    post_logout_redirect_uris: [http://127.0.0.1/bye]
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A platform whose configuration lists relying parties."""
    server = Server(tmp_path_factory.mktemp("data"), free_ports()).start()
    server.end_well()
    with (server.data / "lok.yaml").open("a") as configuration:
        configuration.write(RELYING_PARTIES)
    server.start()
    yield server
    server.end_well()


def run(lab: Server, node: Callable[..., list[Any]], client: str, secret: str, place: str) -> dict[str, Any]:
    person = lab.access["users"][0]
    (seen,) = node(
        "relying_party.mjs",
        lab.lok_url,
        client,
        secret,
        f"{place}/callback",
        f"{place}/bye",
        person["username"],
        person["password"],
    )
    return seen


@pytest.mark.parametrize(
    ("client", "secret", "place"),
    [("wiki", SECRET, "https://wiki.lab.example"), ("tool", "", "http://127.0.0.1:51004")],
)
def test_a_person_signs_in_to_a_program(
    lab: Server, node: Callable[..., list[Any]], client: str, secret: str, place: str
) -> None:
    seen = run(lab, node, client, secret, place)
    username = lab.access["users"][0]["username"]
    assert seen["issuer"] == lab.lok_url
    assert seen["titles"] == ["Sign in", "Sign in to a program"]
    claims = seen["claims"]
    assert claims["iss"] == lab.lok_url
    assert claims["aud"] == client
    assert claims["preferred_username"] == username
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["roles"] == seen["person"]["roles"]
    assert seen["person"] == seen["personAgain"]
    assert seen["person"]["sub"] == claims["sub"] == seen["silent"]
    assert set(seen["scope"].split()) == {"openid", "profile", "email", "offline_access"}
    assert seen["rotated"]
    refused = wire.graphql(lab.lok_url, "{ me { id } }", token=seen["accessToken"])
    assert refused.error_code() == "UNAUTHENTICATED", "signing in to a program lets it do nothing"
    if secret:
        assert seen["introspected"]["good"]["active"] is True
        assert seen["introspected"]["good"]["client_id"] == client
        assert seen["introspected"]["good"]["username"] == username
        assert seen["introspected"]["none"] == {"active": False}
    assert seen["replayed"] == "invalid_grant"
    assert seen["afterReplay"] == "invalid_grant"
    assert seen["revoked"] == "invalid_grant"
    assert seen["left"] == f"{place}/bye?state=left"
    assert seen["signedOut"] == "login_required"


def test_discovery_follows_the_request(lab: Server) -> None:
    for host in ("localhost", "127.0.0.1"):
        base = f"http://{host}:{lab.port}/lok"
        for path in (
            "/lok/.well-known/openid-configuration",
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server/lok",
        ):
            document = wire.request(f"http://{host}:{lab.port}{path}").json()
            assert document["issuer"] == base
            assert all(
                value.startswith(base + "/") for name, value in document.items() if name.endswith("_endpoint")
            )
