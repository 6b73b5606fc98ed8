"""Files as they are: sent whole or in parts, downloaded, read at random."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import random
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest

from .pictures import raw

LARGE = 30 * 1024 * 1024


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 30 MiB that does not compress."""
    path = tmp_path_factory.mktemp("files") / "large.bin"
    path.write_bytes(random.Random(5).randbytes(LARGE))
    return path


@pytest.fixture(scope="module")
def stored_large(m: Any, large: Path) -> Any:
    return m.from_file_like(large, file_name="large.bin")


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text("cells: 12\n")
    return path


def downloaded(file: Any, path: Path) -> bytes:
    return Path(file.download(str(path))).read_bytes()


def test_a_file_is_sent_by_its_path(m: Any, notes: Path, tmp_path: Path) -> None:
    for given in (notes, str(notes)):
        file = m.from_file_like(given, file_name="my notes.txt")
        assert file.name == "my notes.txt"
        assert downloaded(m.get_file(file.id), tmp_path / "back.txt") == b"cells: 12\n"


def test_an_open_file_is_sent(m: Any, notes: Path, tmp_path: Path) -> None:
    with notes.open("rb") as opened:
        file = m.from_file_like(opened, file_name="opened.txt")
    assert downloaded(file, tmp_path / "back.txt") == b"cells: 12\n"


def test_bytes_are_sent_as_a_file_with_a_name(m: Any, tmp_path: Path) -> None:
    content = io.BytesIO(b"\x00\x01in memory\xff")
    content.name = "memory.bin"
    file = m.from_file_like(content, file_name="memory.bin")
    assert downloaded(file, tmp_path / "back.bin") == b"\x00\x01in memory\xff"


async def test_a_file_in_an_event_loop(am: Any, notes: Path, tmp_path: Path) -> None:
    file = await am.afrom_file_like(notes, file_name="async.txt")
    read = await am.aget_file(file.id)
    assert read.name == "async.txt"
    assert await asyncio.to_thread(downloaded, read, tmp_path / "back.txt") == b"cells: 12\n"


@pytest.mark.parametrize("size", [0, 1, 5 * 1024 * 1024, 5 * 1024 * 1024 + 1])
def test_a_file_of_every_size_comes_back(m: Any, tmp_path: Path, size: int) -> None:
    """Around the size at which the client sends parts."""
    content = random.Random(size).randbytes(size)
    (tmp_path / "sent").write_bytes(content)
    file = m.from_file_like(tmp_path / "sent", file_name=f"{size}.bin")
    assert downloaded(file, tmp_path / "back") == content
    text = "query ($id: ID!) { file(id: $id) { size } }"
    assert raw(m, text, id=file.id)["file"]["size"] == size


def test_a_large_file_is_sent_in_parts(stored_large: Any, large: Path, tmp_path: Path) -> None:
    back = downloaded(stored_large, tmp_path / "back.bin")
    assert hashlib.sha256(back).digest() == hashlib.sha256(large.read_bytes()).digest()


async def test_a_large_file_in_an_event_loop(am: Any, large: Path, tmp_path: Path) -> None:
    file = await am.afrom_file_like(large, file_name="async large.bin")
    assert await asyncio.to_thread(downloaded, file, tmp_path / "back.bin") == large.read_bytes()


def test_a_large_file_is_read_at_random(stored_large: Any, large: Path) -> None:
    content = large.read_bytes()
    choose = random.Random(11)
    with stored_large.open() as handle:
        assert handle.seek(0, os.SEEK_END) == LARGE
        assert handle.read(10) == b""
        for _ in range(40):
            start = choose.randrange(LARGE)
            length = choose.choice([1, 17, 4096, 1 << 20, 3 << 20])
            handle.seek(start)
            assert handle.read(length) == content[start : start + length], (start, length)
            assert handle.tell() == min(LARGE, start + length)
        handle.seek(-5, os.SEEK_END)
        assert handle.read() == content[-5:]


@pytest.mark.parametrize("options", [{"cache": False}, {"cache": "readahead"}, {"block_size": 777}])
def test_reading_at_random_in_other_ways(m: Any, tmp_path: Path, options: dict[str, Any]) -> None:
    content = random.Random(3).randbytes(100_000)
    (tmp_path / "sent").write_bytes(content)
    file = m.from_file_like(tmp_path / "sent", file_name="blocks.bin")
    with file.open(**options) as handle:
        for start, length in ((0, 10), (99_990, 100), (500, 2000), (0, 100_000)):
            handle.seek(start)
            assert handle.read(length) == content[start : start + length]


def test_a_reader_of_archives_takes_an_open_file(m: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("inner/table.csv", "a,b\n1,2\n")
        archive.writestr("inner/large.bin", random.Random(1).randbytes(300_000))
    file = m.from_file_like(tmp_path / "a.zip", file_name="a.zip")
    with file.open() as handle, zipfile.ZipFile(handle) as archive:
        assert archive.read("inner/table.csv") == b"a,b\n1,2\n"


def test_a_reader_that_wants_a_path_gets_one(m: Any, notes: Path) -> None:
    file = m.from_file_like(notes, file_name="wanted.txt")
    with file.as_path() as path:
        assert Path(path).name == "wanted.txt"
        assert Path(path).read_text() == "cells: 12\n"
    assert not Path(path).exists()


def test_threads_send_files_side_by_side(m: Any, tmp_path: Path) -> None:
    for n in range(10):
        (tmp_path / f"{n}.txt").write_text(f"file {n}")
    with ThreadPoolExecutor(5) as threads:
        jobs = [
            threads.submit(copy_context().run, m.from_file_like, tmp_path / f"{n}.txt", file_name=f"{n}.txt")
            for n in range(10)
        ]
        files = [job.result() for job in jobs]
    for n, file in enumerate(files):
        assert downloaded(file, tmp_path / "back") == f"file {n}".encode()


@pytest.mark.parametrize("name", ["ünï codé.tif", "a b/c\\d.txt", "..", "%2e%2e%2f", "x" * 200])
def test_a_name_is_only_a_name(m: Any, notes: Path, tmp_path: Path, name: str) -> None:
    file = m.from_file_like(notes, file_name=name)
    assert m.get_file(file.id).name == name
    assert downloaded(file, tmp_path / "back.txt") == b"cells: 12\n"


def test_files_are_offered_to_a_picker(m: Any, notes: Path) -> None:
    file = m.from_file_like(notes, file_name="picked by name.txt")
    (option,) = m.search_files(search="PICKED BY")
    assert (option.label, option.value) == ("picked by name.txt", file.id)
    assert m.search_files(values=[file.id]) == (option,)
    assert m.search_files(values=[]) == ()
    assert len(m.search_files(limit=1)) == 1


def test_a_file_lies_in_its_folder(m: Any, notes: Path) -> None:
    folder = m.create_folder(name="files")
    file = m.from_file_like(notes, file_name="inside.txt", folder=folder.id)
    text = "query ($f: FileFilter) { files(filters: $f) { id name folder { id } contentType size } }"
    (found,) = raw(m, text, f={"folder": folder.id})["files"]
    assert (found["id"], found["folder"]["id"], found["size"]) == (file.id, folder.id, 10)
    assert raw(m, text, f={"folder": folder.id, "extension": "txt"})["files"] == [found]
    assert raw(m, text, f={"folder": folder.id, "extension": "tif"})["files"] == []


def test_a_deleted_file_is_gone(m: Any, notes: Path) -> None:
    file = m.from_file_like(notes, file_name="gone.txt")
    assert raw(m, "mutation ($id: ID!) { deleteFile(input: {id: $id}) }", id=file.id)["deleteFile"] == file.id
    assert m.search_files(search="gone.txt") == ()
    with pytest.raises(Exception, match="(?i)no file|not found|does not exist"):
        m.get_file(file.id)
