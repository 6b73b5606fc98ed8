"""A platform to measure, on either database, with as many logins as wanted."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from platform_under_test import wire
from platform_under_test.replicas import Replicas
from platform_under_test.server import Server, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_under_test.access import Access
    from platform_under_test.postgres import Postgres
    from platform_under_test.program import Program


def cpu_seconds(pids: list[int]) -> float:
    """What the processes' threads have run so far, user and system."""
    threads = [path for pid in pids for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(path.read_text().split()[0]) for path in threads) / 1e9


def total_cpu_seconds(pids: list[int]) -> float:
    """As `cpu_seconds`, with threads that have ended and children that were waited for; in steps of 10 ms."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


@dataclass
class Subject:
    """Rekuest as load sees it, without the gateway that may stand before it."""

    access: Access
    program: Program
    port: int
    keys: list[str]
    """Mandate keys nobody has used."""
    postgres: Postgres | None = None

    @property
    def pid(self) -> int:
        assert self.program.process is not None
        return self.program.process.pid

    def log_in(self, name: str) -> str:
        token: str = wire.log_in(self.access.url, self.keys.pop(), name)["access_token"]
        return token

    def cpu_seconds(self) -> float:
        return cpu_seconds([self.pid])

    def proportional_kib(self) -> int:
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
        raise RuntimeError("no Pss in smaps_rollup")


def add_mandate_keys(configuration: Path, count: int) -> list[str]:
    """The keys, as good as the ones the first start made."""
    document: dict[str, Any] = yaml.safe_load(configuration.read_text())
    known = document["mandate_keys"]
    keys = [secrets.token_urlsafe(32) for _ in range(count)]
    known += [{**known[0], "name": f"load-{i}", "key": key} for i, key in enumerate(keys)]
    configuration.write_text(yaml.safe_dump(document, sort_keys=False))
    return keys


@contextmanager
def on_sqlite(room: Path, logins: int) -> Iterator[Subject]:
    server = Server(room / "data", free_ports()).start()
    try:
        server.stop()
        keys = add_mandate_keys(room / "data" / "lok.yaml", logins)
        server.start()
        yield Subject(server, server, server.port, keys)
    finally:
        server.stop()


class _Replicas(Replicas):
    keys: list[str]
    logins: int

    def _write_files(self, origin: str) -> None:
        super()._write_files(origin)
        self.keys = add_mandate_keys(self.room / "lok.yaml", self.logins)


@contextmanager
def on_postgres(room: Path, logins: int) -> Iterator[Subject]:
    room.mkdir()
    replicas = _Replicas(room, {"lok": 1, "rekuest": 1})
    replicas.logins = logins
    try:
        replicas.start()
        rekuest = replicas.of("rekuest")[0]
        yield Subject(replicas, rekuest, rekuest.port, replicas.keys, replicas.postgres)
    finally:
        replicas.stop()
