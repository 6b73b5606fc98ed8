"""Official apps as processes: a second one, one that dies, one that comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from arkitekt_spec.declare.errors import AgentLost

from platform_under_test.apps import AppProcess, Apps

from .conftest import OFFERING, wait_until_assignable

FORCED = """
from offering import app
from arkitekt import run
run(app, force=True)
"""


@pytest.fixture
def forced(apps: Apps) -> str:
    """The offering, started with `force=True`."""
    apps.room.mkdir(parents=True, exist_ok=True)
    (apps.room / "offering.py").write_text(OFFERING.read_text())
    return FORCED


def test_a_second_process_of_the_same_app_gives_up(apps: Apps, offering: AppProcess) -> None:
    second = apps.start(OFFERING, "second", key=offering.key)
    assert second.wait(30) != 0
    assert "already" in second.output
    assert offering.process.poll() is None, offering.output


async def test_force_replaces_the_first_process(
    apps: Apps, offering: AppProcess, rekuest: Any, actions: dict[str, Any], forced: str
) -> None:
    second = apps.start(forced, "forced", key=offering.key)
    assert await asyncio.to_thread(offering.wait, 30) != 0
    assert await rekuest.acall(actions["Add"], a=1, b=1) == 2
    assert (second.home / "ran").exists()


async def test_an_app_that_was_killed_loses_its_running_task(
    apps: Apps, rekuest: Any, actions: dict[str, Any], token: str, forced: str
) -> None:
    running = next(app for app in apps.started if app.process.poll() is None)
    call = asyncio.create_task(rekuest.acall(actions["Expose"], seconds=600))
    async with asyncio.timeout(20):
        while "expose started" not in (running.home / "ran").read_text():
            await asyncio.sleep(0.05)
    running.kill()
    # A new process settles the fate of the old one's work at once.
    again = apps.start(forced, "again", key=running.key, home=running.home)
    with pytest.raises(AgentLost):
        await asyncio.wait_for(call, 60)
    await asyncio.to_thread(wait_until_assignable, apps.server, token, again)
    assert await rekuest.acall(actions["Add"], a=1, b=2) == 3


async def test_calling_an_app_that_is_away_says_so(
    apps: Apps, rekuest: Any, actions: dict[str, Any], eventually: Any
) -> None:
    from rekuest.protocol.schema import ActionFilter

    for app in apps.started:
        app.stop()
    here = ActionFilter(assignable=True, appIdentifier="test-offering")

    async def nobody() -> bool:
        return await rekuest.alist_actions(filters=here) == ()

    await eventually(nobody)
    with pytest.raises(Exception, match="(?i)no |not "):
        await rekuest.acall(actions["Add"], a=1)


def test_a_mandate_key_serves_one_app_only(apps: Apps, offering: AppProcess) -> None:
    other = apps.start(
        """
        from arkitekt import App, run
        app = App("another-app", "1.0.0")
        @app.action
        def hello() -> str:
            return "hello"
        run(app)
        """,
        "other",
        key=offering.key,
    )
    assert other.wait(30) != 0
    assert "refused the mandate key" in other.output
