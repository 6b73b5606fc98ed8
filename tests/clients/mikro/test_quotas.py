"""Quotas as people meet them: told how much is used of how much, and what to do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from platform_under_test.server import Server, free_ports

from .conftest import Mikro

MIB = 1 << 20
QUOTAS = {"default": {"max_upload_bytes": "8MiB", "max_user_bytes": "10MiB"}}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """In place of the usual one: whoever uploads may have ten mebibytes."""
    room = tmp_path_factory.mktemp("quotas")
    config = room / "arkitektd.yaml"
    config.write_text(yaml.safe_dump({"mikro": {"stores": {"quotas": QUOTAS}}}))
    server = Server(room / "data", free_ports(), options=["--config", str(config)]).start()
    yield server
    server.end_well()


def file_of(room: Path, name: str, size: int) -> Path:
    path = room / name
    path.write_bytes(random.Random(name).randbytes(size))
    return path


def told(error: BaseException | None) -> str:
    """What somebody reads below their script: the client puts its own words around the store's."""
    return "" if error is None else f"{error}\n{told(error.__cause__ or error.__context__)}"


def test_a_file_beyond_the_quota_is_refused_with_what_is_used_and_what_to_do(m: Any, tmp_path: Path) -> None:
    first = m.from_file_like(file_of(tmp_path, "first.bin", 6 * MIB), file_name="first.bin")
    # The client does not tell beforehand how much will come, so the store refuses what is too much.
    with pytest.raises(Exception) as refused:
        m.from_file_like(file_of(tmp_path, "second.bin", 6 * MIB), file_name="second.bin")
    assert f"longer than the {4 * MIB} bytes that are permitted here" in told(refused.value)
    # What fits is taken; once nothing is left, nobody has to send bytes to hear of it.
    m.from_file_like(file_of(tmp_path, "third.bin", 4 * MIB), file_name="third.bin")
    with pytest.raises(Exception) as refused:
        m.from_file_like(file_of(tmp_path, "fourth.bin", 10), file_name="fourth.bin")
    for words in ("You have stored 10.0 MiB of the 10.0 MiB", "Delete data", "quota raised"):
        assert words in told(refused.value)
    with m.get_file(first.id).open() as handle:
        assert handle.read() == (tmp_path / "first.bin").read_bytes()


def test_an_upload_larger_than_one_may_be_is_refused_before_it_is_sent(service: Mikro) -> None:
    request = "mutation ($in: RequestBigFileUploadInput!) { requestBigfileUpload(input: $in) { store } }"
    answer = service.ask(request, **{"in": {"originalFileName": "huge.bin", "fileSize": 9 * MIB}})
    assert answer.error_code() == "PERMISSION_DENIED"
    message = answer.json()["errors"][0]["message"]
    for words in ("An upload of 9.0 MiB", "the 8.0 MiB that one may have", "smaller pieces", "raised"):
        assert words in message
