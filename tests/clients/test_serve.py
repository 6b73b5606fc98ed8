"""`arkitektd serve`: services in processes of their own behind one origin; here one process each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from platform_under_test import agent, wire
from platform_under_test.replicas import Replica, Replicas


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    """In place of `up`: Lok and Rekuest, whose one process also has the agents."""
    running = Replicas(tmp_path_factory.mktemp("replicas"), {"lok": 1, "rekuest": 1})
    try:
        yield running.start()
    finally:
        running.stop()


async def test_a_program_logs_in_through_the_origin_and_calls_another(
    rekuest: Any, actions: dict[str, Any]
) -> None:
    assert await rekuest.acall(actions["Add"], a=40, b=2) == 42


def test_addresses_are_those_of_the_origin(platform: Replicas) -> None:
    found = wire.request(f"{platform.url}/.well-known/fakts").json()
    assert found["token_endpoint"] == f"{platform.url}/lok/o/token/"
    assert found["issuer"] == "lok"


def test_what_only_the_machine_may_see_stays_behind_the_origin(platform: Replicas) -> None:
    assert wire.request(f"{platform.rekuest_url}/metrics").status == 403
    port = platform.of("rekuest")[0].port
    assert wire.request(f"http://localhost:{port}/rekuest/metrics").status == 200


def test_keys_survive_a_restart(platform: Replicas, token: str) -> None:
    def published() -> tuple[Any, Any]:
        keys = [f"{platform.rekuest_url}/.well-known/jwks.json", f"{platform.lok_url}/o/jwks/"]
        return tuple(wire.request(url).json() for url in keys)

    before = published()
    for process in platform.processes:
        process.end_well()
        process.start()
    assert published() == before
    answer = wire.graphql(platform.rekuest_url, "{ actions { id } }", token=token).json()
    assert "errors" not in answer, answer


async def test_stopping_takes_under_two_seconds_whatever_is_going_on(
    platform: Replicas, log_in_as: Any
) -> None:
    token = (await asyncio.to_thread(log_in_as, "long-living"))["access_token"]
    process = platform.of("rekuest")[0]
    async with agent.agent(platform, token):
        before = time.monotonic()
        assert await asyncio.to_thread(process.stop) == 0
        assert time.monotonic() - before < 2
    await asyncio.to_thread(process.start)


def test_a_database_that_goes_away_is_said_and_come_back_is_used(platform: Replicas, token: str) -> None:
    platform.postgres.stop()
    assert wire.request(f"{platform.rekuest_url}/ht").status == 503
    assert wire.request(f"{platform.rekuest_url}/live").status == 200
    platform.postgres.start()
    assert wire.request(f"{platform.rekuest_url}/ht").status == 200
    answer = wire.graphql(platform.rekuest_url, "{ actions { id } }", token=token).json()
    assert "errors" not in answer, answer


def test_stopping_does_not_wait_for_a_database_that_is_away(platform: Replicas) -> None:
    platform.postgres.stop()
    for process in platform.processes:
        before = time.monotonic()
        process.end_well()
        assert time.monotonic() - before < 2
    platform.postgres.start()
    for process in platform.processes:
        process.start()


def test_rekuest_starts_before_lok_and_fetches_its_keys_when_they_are_needed(
    platform: Replicas, token: str, tmp_path: Path
) -> None:
    lok, rekuest = platform.of("lok")[0], platform.of("rekuest")[0]
    configuration = tmp_path / "rekuest.yaml"
    keys = f"http://127.0.0.1:{lok.port}/lok/o/jwks/"
    issuer = f"{{kind: jwks_uri, iss: lok, min_refresh_interval: 0, jwks_uri: '{keys}'}}"
    configuration.write_text(
        f"database: {{uri: '{platform.postgres.uri}', schema: rekuest}}\n"
        f"authentikate: {{audience: rekuest, issuers: [{issuer}]}}\n"
    )
    lok.end_well()
    rekuest.end_well()
    early = Replica("rekuest", configuration, rekuest.port).start()
    try:
        refused = wire.graphql(platform.rekuest_url, "{ actions { id } }", token=token)
        assert refused.error_reason() == "KEY_RETRIEVAL_FAILED", refused.body
        lok.start()
        answer = wire.graphql(platform.rekuest_url, "{ actions { id } }", token=token).json()
        assert "errors" not in answer, answer
        assert any("auth.keys_unavailable" in line and keys in line for line in early.log), early.log
    finally:
        early.end_well()
        rekuest.start()
