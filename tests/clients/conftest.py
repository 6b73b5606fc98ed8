"""The app that the tests of this folder call."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from platform_under_test import wire
from platform_under_test.apps import AppProcess, Apps
from platform_under_test.server import Server

OFFERING = Path(__file__).with_name("offering.py")

ASSIGNABLE = 'query { actions(filters: {assignable: true, appIdentifier: "test-offering"}) { id } }'


@pytest.fixture(scope="module")
def offering(platform: Server, apps: Apps, token: str) -> AppProcess:
    """offering.py, connected and ready to be called."""
    app = apps.start(OFFERING, "offering")
    wait_until_assignable(platform, token, app)
    return app


def wait_until_assignable(server: Server, token: str, app: AppProcess, within: float = 30) -> None:
    """Waits until the app's actions can be called."""
    deadline = time.monotonic() + within
    while True:
        answer = wire.graphql(server.rekuest_url, ASSIGNABLE, token=token).json()
        if (answer.get("data") or {}).get("actions"):
            return
        if app.process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the app never registered: {answer}\n{app.output}")
        time.sleep(0.05)


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
    """Every offered action by name, found the way an ordinary program finds them."""
    from rekuest.protocol.schema import ActionFilter

    filters = ActionFilter(assignable=True, appIdentifier="test-offering")
    listed = await rekuest.alist_actions(filters=filters)
    return {row.name: await rekuest.afind(id=row.id) for row in listed}
