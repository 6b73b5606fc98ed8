"""One running platform per test module, and the programs that talk to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from platform_under_test import wire
from platform_under_test.apps import Apps, client_environment
from platform_under_test.server import BINARY, REPOSITORY, Server, free_ports


def pytest_configure(config: pytest.Config) -> None:
    if not BINARY.exists():
        raise pytest.UsageError(f"{BINARY} is not there: run ./dev build first.")


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """What a module sets of its platform's settings."""
    return {}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, settings: dict[str, Any]) -> Iterator[Server]:
    """A platform on a fresh directory, shared by the tests of one module."""
    config = tmp_path_factory.mktemp("config") / "settings.yaml"
    config.write_text(json.dumps(settings))
    server = Server(tmp_path_factory.mktemp("data"), free_ports(), ["--config", str(config)]).start()
    yield server
    server.end_well()


@pytest.fixture(scope="module")
def apps(platform: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apps]:
    """Starts programs of the official client against the module's platform."""
    running = Apps(platform, tmp_path_factory.mktemp("apps"), [])
    yield running
    running.stop_all()


@pytest.fixture(scope="module")
def session(platform: Server) -> dict[str, Any]:
    """A token answer for raw requests, from a login of its own."""
    return wire.log_in(platform.url, platform.take_key(), "raw-requests")


@pytest.fixture(scope="module")
def token(session: dict[str, Any]) -> str:
    return session["access_token"]


@pytest.fixture(scope="module")
def log_in_as(platform: Server) -> Callable[..., dict[str, Any]]:
    """Logs another app in; returns its token answer."""

    def log_in(identifier: str, **changes: Any) -> dict[str, Any]:
        return wire.log_in(platform.url, platform.take_key(), identifier, **changes)

    return log_in


@pytest.fixture(scope="module")
def caller_key(platform: Server) -> str:
    """The mandate key of the module's calling app: one key, one app."""
    return platform.take_key()


@pytest.fixture(scope="module")
async def rekuest(
    platform: Server, caller_key: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Any]:
    """The official client, connected the way a user's script connects it."""
    from arkitekt import aeasy
    from rekuest.arkitekt import rekuest_service

    home = tmp_path_factory.mktemp("caller")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in client_environment(platform, home, caller_key).items():
            environment.setenv(name, value)
        async with aeasy("test-caller", rekuest_service) as client:
            yield client


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Repeats a question until its answer is true."""

    async def wait(question: Callable[[], Any], within: float = 20) -> Any:
        async with asyncio.timeout(within):
            while True:
                answer = question()
                if asyncio.iscoroutine(answer):
                    answer = await answer
                if answer:
                    return answer
                await asyncio.sleep(0.05)

    return wait
