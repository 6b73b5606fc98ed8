"""Watching files come and go."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest

DELETE = "mutation ($id: ID!) { deleteFile(input: {id: $id}) }"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text("cells: 12\n")
    return path


@asynccontextmanager
async def watching(am: Any, notes: Path, folder: Any = None) -> AsyncIterator[list[Any]]:
    """What the feed says, from when it is known to be heard."""
    events: list[Any] = []
    options = {} if folder is None else {"folder": folder.id}

    async def watch() -> None:
        async for event in am.awatch_files(**options):
            events.append(event)

    task = asyncio.create_task(watch())
    async with asyncio.timeout(20):
        while not events:
            await am.afrom_file_like(notes, file_name="is it on?", **options)
            await asyncio.sleep(0.1)
    await asyncio.sleep(0.3)
    events.clear()
    yield events
    task.cancel()
    await asyncio.wait([task])


async def test_a_file_is_announced_when_it_comes_and_when_it_goes(
    am: Any, notes: Path, eventually: Any
) -> None:
    async with watching(am, notes) as events:
        file = await am.afrom_file_like(notes, file_name="announced.txt")
        await eventually(lambda: events)
        assert (events[0].create, events[0].delete, events[0].update) == (file, None, None)
        await am.rath.aquery(DELETE, {"id": file.id})
        await eventually(lambda: len(events) > 1)
        assert (events[1].create, events[1].delete, events[1].update) == (None, file.id, None)
        assert len(events) == 2


async def test_what_another_app_sends_is_announced(m: Any, am: Any, notes: Path, eventually: Any) -> None:
    async with watching(am, notes) as events:
        file = await asyncio.to_thread(copy_context().run, m.from_file_like, notes, file_name="theirs.txt")
        await eventually(lambda: events)
        assert events[0].create.id == file.id


async def test_only_the_files_of_a_folder(am: Any, notes: Path, eventually: Any) -> None:
    here = await am.acreate_folder(name="watched")
    there = await am.acreate_folder(name="not watched")
    async with watching(am, notes, here) as events:
        other = await am.afrom_file_like(notes, file_name="there.txt", folder=there.id)
        mine = await am.afrom_file_like(notes, file_name="here.txt", folder=here.id)
        await am.rath.aquery(DELETE, {"id": other.id})
        await am.rath.aquery(DELETE, {"id": mine.id})
        await eventually(lambda: len(events) >= 2)
        await asyncio.sleep(0.3)
        assert [(event.create and event.create.id, event.delete) for event in events] == [
            (mine.id, None),
            (None, mine.id),
        ]


async def test_twenty_files_are_announced_in_their_order(am: Any, notes: Path, eventually: Any) -> None:
    async with watching(am, notes) as events:
        files = [await am.afrom_file_like(notes, file_name=f"{n}.txt") for n in range(20)]
        await eventually(lambda: len(events) >= 20)
        assert [event.create.id for event in events] == [file.id for file in files]


def test_watching_without_an_event_loop(m: Any, notes: Path) -> None:
    seen = threading.Event()
    events: list[Any] = []

    def watch() -> None:
        for event in m.watch_files():
            events.append(event)
            seen.set()
            break

    watcher = threading.Thread(target=copy_context().run, args=(watch,), daemon=True)
    watcher.start()
    for _ in range(100):
        m.from_file_like(notes, file_name="blocking.txt")
        if seen.wait(0.1):
            break
    watcher.join(10)
    assert not watcher.is_alive()
    assert events[0].create.name == "blocking.txt"


async def test_a_folder_of_nobody_cannot_be_watched(am: Any) -> None:
    with pytest.raises(Exception, match="(?i)folder|not found"):
        async for _ in am.awatch_files(folder="999999999"):
            raise AssertionError("nothing can come")
