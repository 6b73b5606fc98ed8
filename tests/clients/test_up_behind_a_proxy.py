"""`up` with a proxy before it, as `lok.yaml` says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from platform_under_test import wire
from platform_under_test.server import Server, free_ports

BEHIND = {
    "X-Forwarded-Host": "arkitekt.lab.org",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "192.0.2.7",
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """In place of the usual one: trusts one proxy, and has Lok below another path."""
    server = Server(tmp_path_factory.mktemp("data"), free_ports()).start()
    server.end_well()
    configuration = server.data / "lok.yaml"
    document: dict[str, Any] = yaml.safe_load(configuration.read_text())
    document["django"] |= {"trusted_proxy_depth": 1, "force_script_name": "who"}
    configuration.write_text(yaml.safe_dump(document))
    server.start()
    yield server
    server.end_well()


def test_addresses_are_those_of_the_proxy(platform: Server) -> None:
    found = wire.request(f"{platform.url}/.well-known/fakts", headers=BEHIND).json()
    assert found["token_endpoint"] == "https://arkitekt.lab.org/who/o/token/"


def test_the_pages_take_their_forms_and_keep_their_cookie_safe(platform: Server) -> None:
    answer = wire.request(f"{platform.url}/who/account", headers=BEHIND)
    assert "; Secure" in answer.headers["set-cookie"]
    assert "; Path=/who" in answer.headers["set-cookie"]


def test_a_program_logs_in_below_the_other_path(platform: Server) -> None:
    session = wire.log_in(platform.url, platform.take_key(), "behind-a-proxy")
    assert session["self"]["alias"]["path"] == "who"
    me = wire.graphql(f"{platform.url}/who", "{ me { username } }", token=session["access_token"]).json()
    assert me == {"data": {"me": {"username": "demo"}}}
