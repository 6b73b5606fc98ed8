"""Clients that come back: the unmodified client's own reconnecting, on a network that breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from arkitekt_runtime.postmans.errors import PostmanException

from platform_under_test import wire
from platform_under_test.apps import AppProcess, Apps
from platform_under_test.proxy import Proxy
from platform_under_test.server import Server, free_ports

from .conftest import OFFERING, connected, find_all, wait_until_assignable

FEED = "/rekuest/graphql"
AGENTS = "/rekuest/agi"


@asynccontextmanager
async def calling_over(network: Proxy, platform: Server, home: Path) -> AsyncIterator[Any]:
    """The official client on a network that breaks."""
    async with connected(platform, home, platform.take_key(), network.url) as client:
        yield client


@asynccontextmanager
async def watched(client: Any) -> AsyncIterator[list[str]]:
    """The kinds of events that the client's own subscription shows while it is open."""
    seen: list[str] = []

    async def watch() -> None:
        async for change in client.awatch_my_tasks():
            if change.event:
                seen.append(change.event.kind.value)

    watching = asyncio.create_task(watch())
    yield seen
    watching.cancel()
    await asyncio.wait([watching])


async def feed_shows_a_task_while_it_runs(client: Any) -> bool:
    """Is the subscription there before a task of a second and a half ends?"""
    expose = (await find_all(client))["Expose"]
    async with watched(client) as seen:
        assert await client.acall(expose, seconds=1.5) == "exposed"
        return "STARTED" in seen


async def kinds_of(client: Any, reference: str) -> list[str]:
    task = next(task for task in await client.arequests() if task.reference == reference)
    return [event.kind.value for event in (await client.atask_events(id=task.id)).events]


# --- the caller ----------------------------------------------------------------


async def test_a_program_that_runs_again_has_its_feed_at_once(
    platform: Server, offering: AppProcess, tmp_path: Path
) -> None:
    key = platform.take_key()
    for _ in range(2):
        async with connected(platform, tmp_path, key) as client:
            assert await feed_shows_a_task_while_it_runs(client)


async def test_two_programs_with_one_login_both_have_their_feed_at_once(
    platform: Server, offering: AppProcess, tmp_path: Path
) -> None:
    key = platform.take_key()
    async with connected(platform, tmp_path, key) as one:
        assert await feed_shows_a_task_while_it_runs(one)
        async with connected(platform, tmp_path, key) as two:
            assert await feed_shows_a_task_while_it_runs(two)
            assert await feed_shows_a_task_while_it_runs(one)


async def test_calls_work_again_as_soon_as_a_lost_feed_was_noticed(
    platform: Server, offering: AppProcess, tmp_path: Path
) -> None:
    async with Proxy(platform.port) as network, calling_over(network, platform, tmp_path) as caller:
        actions = await find_all(caller)
        assert await caller.acall(actions["Add"], a=1) == 3
        waiting = asyncio.create_task(caller.acall(actions["Expose"], seconds=60))
        await asyncio.sleep(0.5)
        assert network.cut(FEED) > 0
        # The client gives up what waited on the lost feed, four seconds later.
        with pytest.raises(PostmanException, match="Lost the task event feed"):
            await waiting
        for n in range(20):
            assert await caller.acall(actions["Add"], a=n, b=n) == 2 * n
        assert await feed_shows_a_task_while_it_runs(caller)


async def test_a_client_that_lost_its_feed_while_idle_works_when_it_is_used_again(
    platform: Server, offering: AppProcess, tmp_path: Path
) -> None:
    """It reconnects with nothing to say; the acknowledgement it cannot bear is held back.

    Idle for longer than the patience of five seconds it breaks once more, and is then known.
    """

    async def use_again(network: Proxy, caller: Any, idle: float) -> None:
        actions = await find_all(caller)
        assert await caller.acall(actions["Add"], a=1) == 3
        assert network.cut(FEED) > 0
        await asyncio.sleep(idle)
        assert await caller.acall(actions["Expose"], seconds=3) == "exposed"
        assert await feed_shows_a_task_while_it_runs(caller)

    async with (
        Proxy(platform.port) as one,
        Proxy(platform.port) as two,
        calling_over(one, platform, tmp_path / "one") as first,
        calling_over(two, platform, tmp_path / "two") as second,
    ):
        await asyncio.gather(use_again(one, first, idle=6), use_again(two, second, idle=14.5))


# --- the agent -----------------------------------------------------------------


async def test_an_app_whose_socket_is_cut_reports_its_result_once(
    platform: Server, apps: Apps, rekuest: Any
) -> None:
    far_away = OFFERING.read_text().replace('App("test-offering"', 'App("far-away"')
    async with Proxy(platform.port) as network:
        app = apps.start(far_away, "far-away", url=network.url)
        async with asyncio.timeout(30):
            while "Expose" not in (actions := await find_all(rekuest, "far-away")):
                await asyncio.sleep(0.05)
            call = asyncio.create_task(rekuest.acall(actions["Expose"], seconds=2, reference="cut-1"))
            while not (app.home / "ran").exists():
                await asyncio.sleep(0.02)
            assert network.cut(AGENTS) > 0
            assert await call == "exposed"
        kinds = await kinds_of(rekuest, "cut-1")
        assert kinds.count("STARTED") == kinds.count("YIELD") == kinds.count("COMPLETED") == 1
        assert (app.home / "ran").read_text() == "expose started\n"
        app.stop()


# --- the server ----------------------------------------------------------------


@pytest.fixture
def restarting(tmp_path: Path) -> Iterator[Server]:
    """A platform of one test alone, to be restarted."""
    server = Server(tmp_path / "data", free_ports()).start()
    yield server
    if server.is_alive():
        server.stop()
    assert not server.crashes(), server.crashes()


@pytest.fixture
def near(restarting: Server, tmp_path: Path) -> Iterator[AppProcess]:
    """The offering, connected to the platform that restarts."""
    programs = Apps(restarting, tmp_path / "apps", [])
    yield programs.start(OFFERING, "offering")
    programs.stop_all()


async def test_a_restart_loses_no_result(restarting: Server, near: AppProcess, tmp_path: Path) -> None:
    key = restarting.take_key()
    token = wire.log_in(restarting.url, key, "test-caller")["access_token"]
    await asyncio.to_thread(wait_until_assignable, restarting, token, near)
    async with connected(restarting, tmp_path / "caller", key) as client:
        actions = await find_all(client)
        assert await client.acall(actions["Add"], a=1) == 3
        call = asyncio.create_task(client.acall(actions["Expose"], seconds=5, reference="across"))
        while "expose started" not in (near.home / "ran").read_text():
            await asyncio.sleep(0.02)
        restarting.kill()
        await asyncio.to_thread(restarting.start)
        # The client gives up what waited on its feed. Asking for the same work, by its
        # reference, joins the task that is there already.
        with pytest.raises(PostmanException, match="Lost the task event feed"):
            await call
        assert await client.acall(actions["Expose"], seconds=5, reference="across") == "exposed"
        kinds = await kinds_of(client, "across")
        assert kinds.count("STARTED") == kinds.count("YIELD") == kinds.count("COMPLETED") == 1
        assert (near.home / "ran").read_text().count("expose started") == 1
        # A client that is idle meanwhile is served when it is used again.
        await asyncio.to_thread(restarting.stop)
        await asyncio.to_thread(restarting.start)
        await asyncio.sleep(6)
        await asyncio.to_thread(wait_until_assignable, restarting, token, near)
        assert await client.acall(actions["Expose"], seconds=3) == "exposed"
        assert await feed_shows_a_task_while_it_runs(client)
