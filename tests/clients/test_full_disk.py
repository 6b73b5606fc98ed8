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
from platform_under_test.command import CommandLine
from platform_under_test.object_keys import signed
from platform_under_test.server import BINARY, Server, free_ports

from .conftest import OFFERING, connected, find_all, wait_until_assignable


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
    disk: SmallDisk, server: Server, programs: Apps, tmp_path: Path, eventually: Any
) -> None:
    app = programs.start(OFFERING, "offering")
    key = server.take_key()
    token = wire.log_in(server.url, key, "test-caller")["access_token"]
    await asyncio.to_thread(wait_until_assignable, server, token, app)
    async with connected(server, tmp_path / "caller", key) as client:
        actions = await find_all(client)
        known: list[str] = []
        describe, args = actions["Describe"], {"text": "x" * 100_000}

        async def call(reference: str) -> None:
            await client.acall(describe, **args, reference=reference)
            known.append(reference)

        for n in range(3):
            await call(f"before-{n}")
        running = asyncio.create_task(client.acall(actions["Expose"], seconds=2, reference="across"))
        while not (app.home / "ran").exists():
            await asyncio.sleep(0.02)

        disk.fill()
        with pytest.raises(Exception) as refused:
            for n in range(1000):
                reference = f"meanwhile-{n}"
                await client.aassign(args=args, capture=False, action=describe.id, reference=reference)
                known.append(reference)
        # Either the task finds no room, or before it a report of the app, which is let go to
        # come back with what was not acknowledged.
        if "is full" in str(refused.value):
            assert "'code': 'UNAVAILABLE'" in str(refused.value)
        else:
            assert any("agent.journal_failed" in line and "is full" in line for line in server.log)
        # Reading goes on.
        assert {task.reference for task in await client.arequests()} >= set(known)
        await asyncio.sleep(2.5)
        assert server.is_alive()

        disk.free()
        # What the app reported meanwhile was not acknowledged, so it is not lost.
        assert await asyncio.wait_for(running, 30) == "exposed"
        for n in range(3):
            await asyncio.wait_for(call(f"after-{n}"), 30)
        await eventually(lambda: all_completed(client, known), within=30)
        kinds = await history(client, "across")
        assert kinds.count("STARTED") == kinds.count("YIELD") == kinds.count("COMPLETED") == 1

    assert server.stop() == 0
    server.start()
    async with connected(server, tmp_path / "caller", key) as client:
        assert await all_completed(client, known)


async def history(client: Any, reference: str) -> list[str]:
    task = next(task for task in await client.arequests() if task.reference == reference)
    return [event.kind.value for event in (await client.atask_events(id=task.id)).events]


async def all_completed(client: Any, known: list[str]) -> bool:
    """Is everything that was accepted there, and done?"""
    kinds = {task.reference: task.latest_event_kind.value for task in await client.arequests()}
    return all(kinds.get(reference) == "COMPLETED" for reference in known)


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


def test_objects_while_the_disk_is_full(disk: SmallDisk, server: Server) -> None:
    keys = CommandLine(server.data).json("s3", "grant", "--write")
    kept = os.urandom(100_000)
    assert signed(keys, "PUT", "/bench/kept", kept).status == 200
    disk.fill()
    refused = signed(keys, "PUT", "/bench/large", os.urandom(1_000_000))
    assert refused.status == 507
    assert b"<Code>StorageFull</Code>" in refused.body
    assert signed(keys, "GET", "/bench/kept").body == kept
    assert signed(keys, "GET", "/bench/large").status == 404
    disk.free()
    assert signed(keys, "PUT", "/bench/large", kept).status == 200
    assert signed(keys, "GET", "/bench/large").body == kept
