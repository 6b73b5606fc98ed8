"""A data directory on a disk that fills up: clear errors, nothing acknowledged lost, and on it goes."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from platform_under_test import wire
from platform_under_test.apps import Apps
from platform_under_test.server import BINARY, Server, free_ports

from .conftest import OFFERING, connected, find_all, wait_until_assignable

FULL = "disk .* is full"


class SmallDisk:
    """A file system of a few megabytes that a test can fill and free."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as ballast:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        ballast.write(b"\0" * size)
                except OSError:
                    continue

    def free(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    path = tmp_path / "disk"
    path.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "tmpfs", str(path)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield SmallDisk(path)
    subprocess.run(["umount", "-l", str(path)], check=True)


@pytest.fixture
def server(disk: SmallDisk) -> Iterator[Server]:
    """A platform whose data directory is on the small disk."""
    running = Server(disk.path / "data", free_ports()).start()
    yield running
    if running.is_alive():
        running.stop()
    assert not running.crashes(), running.crashes()


@pytest.fixture
def programs(server: Server, tmp_path: Path) -> Iterator[Apps]:
    running = Apps(server, tmp_path / "apps", [])
    yield running
    running.stop_all()


async def test_tasks_while_the_disk_fills_up_and_is_freed_again(
    disk: SmallDisk, server: Server, programs: Apps, tmp_path: Path
) -> None:
    app = programs.start(OFFERING, "offering")
    key = server.take_key()
    token = wire.log_in(server.url, key, "test-caller")["access_token"]
    await asyncio.to_thread(wait_until_assignable, server, token, app)
    async with connected(server, tmp_path / "caller", key) as client:
        actions = await find_all(client)
        ended: list[str] = []

        async def call(reference: str) -> str:
            got = await client.acall(actions["Describe"], text="x" * 100_000, reference=reference)
            ended.append(reference)
            return got

        for n in range(3):
            await call(f"before-{n}")
        running = asyncio.create_task(client.acall(actions["Expose"], seconds=2, reference="across"))
        while not (app.home / "ran").exists():
            await asyncio.sleep(0.02)

        disk.fill()
        with pytest.raises(Exception, match=FULL):
            for n in range(1000):
                await asyncio.wait_for(call(f"meanwhile-{n}"), 20)
        # A program gets the code to try again on, and reading goes on.
        sent = {"action": actions["Describe"].id, "args": {"text": "x" * 100_000}, "capture": False}
        assign = "mutation ($input: AssignInput!) { assign(input: $input) { id } }"
        refused = wire.graphql(server.rekuest_url, assign, {"input": sent}, token)
        assert (refused.status, refused.error_code()) == (200, "UNAVAILABLE")
        assert {task.reference for task in await client.arequests()} >= set(ended)
        await asyncio.sleep(2.5)
        assert server.is_alive()

        disk.free()
        # What the app reported meanwhile was not acknowledged, so it is not lost.
        assert await asyncio.wait_for(running, 30) == "exposed"
        for n in range(3):
            await asyncio.wait_for(call(f"after-{n}"), 20)
        await check(client, ended)
        kinds = await history(client, "across")
        assert kinds.count("STARTED") == kinds.count("YIELD") == kinds.count("COMPLETED") == 1

    assert server.stop() == 0
    server.start()
    async with connected(server, tmp_path / "caller", key) as client:
        await check(client, ended)


async def history(client: Any, reference: str) -> list[str]:
    task = next(task for task in await client.arequests() if task.reference == reference)
    return [event.kind.value for event in (await client.atask_events(id=task.id)).events]


async def check(client: Any, ended: list[str]) -> None:
    """Everything a caller was told the end of is there, and ended."""
    kinds = {task.reference: task.latest_event_kind.value for task in await client.arequests()}
    assert {reference: kinds.get(reference) for reference in ended} == dict.fromkeys(ended, "COMPLETED")


def test_logins_while_the_disk_is_full_are_refused_clearly(disk: SmallDisk, server: Server) -> None:
    disk.fill()
    endpoint = wire.request(f"{server.url}/.well-known/fakts").json()["token_endpoint"]
    answers = [
        wire.token_request(
            endpoint,
            grant_type=wire.MANDATE_KEY,
            key=server.take_key(),
            manifest=wire.json.dumps(wire.manifest(f"app-{n}")),
            requested_client_kind="development",
            requested_client_role="interface",
            request_auth_key="false",
        )
        for n in range(20)
    ]
    refused = [answer for answer in answers if answer.status != 200]
    assert refused, "the disk was not full"
    for answer in refused:
        assert answer.status == 503, answer.body
        assert "full" in answer.json()["error_description"]
    disk.free()
    assert wire.log_in(server.url, server.take_key(), "at-last")["access_token"]


def test_a_first_start_on_a_full_disk_says_so(disk: SmallDisk) -> None:
    disk.fill()
    assert_refuses_to_start(disk.path / "data")


def test_a_later_start_on_a_full_disk_says_so_and_harms_nothing(disk: SmallDisk, server: Server) -> None:
    access = dict(server.access)
    assert server.stop() == 0
    disk.fill()
    assert_refuses_to_start(server.data)
    disk.free()
    assert server.start().access == access


def assert_refuses_to_start(data: Path) -> None:
    command = [str(BINARY), "up", "--data", str(data), "--port", str(free_ports()), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 7, ended.stderr
    assert "space" in ended.stderr or "full" in ended.stderr, ended.stderr
