"""The app that the tests of this folder call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from arkitekt import aeasy
from rekuest.arkitekt import rekuest_service
from rekuest.protocol.schema import ActionFilter

from platform_under_test import wire
from platform_under_test.access import Access
from platform_under_test.apps import AppProcess, Apps, client_environment
from platform_under_test.server import Server

from .stories import STEPS, WORKFLOWS, Restartable

OFFERING = Path(__file__).with_name("offering.py")
LABORATORY = Path(__file__).with_name("laboratory.py")

ASSIGNABLE = 'query { actions(filters: {assignable: true, appIdentifier: "test-offering"}) { id } }'


@pytest.fixture(scope="module")
def offering(platform: Server, apps: Apps, token: str) -> AppProcess:
    """offering.py, connected and ready to be called."""
    app = apps.start(OFFERING, "offering")
    wait_until_assignable(platform, token, app)
    return app


def wait_until_assignable(server: Access, token: str, app: AppProcess, within: float = 30) -> None:
    """Waits until the app's actions can be called."""
    deadline = time.monotonic() + within
    while True:
        answer = wire.graphql(server.rekuest_url, ASSIGNABLE, token=token).json()
        if (answer.get("data") or {}).get("actions"):
            return
        if app.process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the app never registered: {answer}\n{app.output}")
        time.sleep(0.05)


@asynccontextmanager
async def connected(
    server: Access,
    home: Path,
    key: str,
    url: str | None = None,
    name: str = "test-caller",
    version: str = "0.0.1",
) -> AsyncIterator[Any]:
    """The official client of one run of a program; a second run with the same home logs in from its cache."""
    async with AsyncExitStack() as stack:
        with pytest.MonkeyPatch.context() as environment:
            for variable, value in client_environment(server, home, key, url).items():
                environment.setenv(variable, value)
            client = await stack.enter_async_context(aeasy(name, rekuest_service, version=version))
        yield client


async def find_all(client: Any, app: str = "test-offering") -> dict[str, Any]:
    """Every action an app offers now, by name, found the way an ordinary program finds them."""
    listed = await client.alist_actions(filters=ActionFilter(assignable=True, appIdentifier=app))
    return {row.name: await client.afind(id=row.id) for row in listed}


@pytest.fixture
def ran(offering: AppProcess) -> Any:
    """Which of the offering's code has run since the test began."""
    file = offering.home / "ran"
    before = len(file.read_text().splitlines()) if file.exists() else 0

    def lines() -> list[str]:
        return file.read_text().splitlines()[before:] if file.exists() else []

    return lines


@pytest.fixture(scope="module")
async def actions(offering: AppProcess, rekuest: Any) -> dict[str, Any]:
    return await find_all(rekuest)


@pytest.fixture(scope="module")
async def laboratory(apps: Apps, rekuest: Any) -> AppProcess:
    """laboratory.py, connected and ready to be called."""
    app = apps.start(LABORATORY, "laboratory")
    async with asyncio.timeout(30):
        while not await find_all(rekuest, "test-laboratory"):
            assert app.process.poll() is None, app.output
            await asyncio.sleep(0.05)
    return app


@pytest.fixture(scope="module")
async def lab(laboratory: AppProcess, rekuest: Any) -> dict[str, Any]:
    """What the laboratory offers, by name."""
    return await find_all(rekuest, "test-laboratory")


@pytest.fixture(scope="module")
def steps(apps: Apps) -> Restartable:
    """steps.py, started."""
    return Restartable(apps, STEPS).start()


@pytest.fixture(scope="module")
def workflows(apps: Apps) -> Restartable:
    """workflows.py, started."""
    return Restartable(apps, WORKFLOWS).start()


@pytest.fixture(scope="module")
async def flows(steps: Restartable, workflows: Restartable, rekuest: Any) -> dict[str, Any]:
    """What steps.py and workflows.py offer, by name, once it can be called."""
    found: dict[str, Any] = {}
    for program in (steps, workflows):
        await program.is_there(rekuest)
        found |= await find_all(rekuest, program.identifier)
    return found
