"""What the load runs against, and what can happen to its processes."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from platform_under_test import wire
from platform_under_test.access import Access
from platform_under_test.program import Program
from platform_under_test.replicas import Replica, Replicas
from platform_under_test.server import Server, free_ports

Fault = Callable[[], Awaitable[None]]


class Platform(Protocol):
    """A running platform on one kind of database."""

    port: int
    """Where it answers."""

    faults: dict[str, Fault]
    """What can happen to it, by name; each returns when the platform serves again."""

    feeds_may_skip: bool
    """Whether an event may be stored and never told to a feed that was open all the time."""

    restarts: list[str]
    """Those of its faults that break every connection and are noticed by the time they return."""

    def log_in(self, app: str) -> str:
        """The token of an app; the same app again is the same agent or caller."""
        ...

    def stop(self) -> None:
        """Ends everything; fails if a process ended by itself or logged a crash."""
        ...


class Logins:
    """An app's key is its own, and names the same agent or caller every time."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._keys: dict[str, str] = {}

    def log_in(self, app: str) -> str:
        if app not in self._keys:
            self._keys[app] = self._access.take_key()
        token: str = wire.log_in(self._access.url, self._keys[app], app)["access_token"]
        return token


class OneProcessOnSqlite(Logins):
    """`arkitektd up`: killed, asked to stop, and frozen."""

    feeds_may_skip = False

    def __init__(self, data: Path) -> None:
        self.server = Server(data, free_ports()).start()
        super().__init__(self.server)
        self.port = self.server.port
        self.faults: dict[str, Fault] = {
            "kill the server": lambda: _kill(self.server),
            "stop the server": lambda: _stop(self.server),
            "freeze the server": lambda: _freeze(self.server),
        }
        self.restarts = ["kill the server", "stop the server"]

    def stop(self) -> None:
        self.server.end_well()


class ServicesOnPostgres(Logins):
    """`arkitektd serve`: two processes for Rekuest's callers, two for its agents, and their
    PostgreSQL, each with its own faults."""

    feeds_may_skip = False
    counts = {"lok": 1, "rekuest": 2, "rekuest-takt": 2}

    def __init__(self, room: Path) -> None:
        room.mkdir()
        self.replicas = Replicas(room, dict(self.counts)).start()
        super().__init__(self.replicas)
        self.port = urlsplit(self.replicas.url).port or 0
        self.faults: dict[str, Fault] = {
            "kill a replica": lambda: _kill(self._any_replica()),
            "stop a replica": lambda: _stop(self._any_replica()),
            "freeze a replica": lambda: _freeze(self._any_replica()),
            "restart PostgreSQL": lambda: self._restart_postgres(signal.SIGQUIT),
            "kill the postmaster": lambda: self._restart_postgres(signal.SIGKILL),
        }
        self.restarts = [
            "kill a replica",
            "stop a replica",
        ]  # what breaks every connection where there is one

    def _of_rekuest(self) -> list[Replica]:
        return self.replicas.of("rekuest") + self.replicas.of("rekuest-takt")

    def _any_replica(self) -> Replica:
        return random.choice(self._of_rekuest())

    def stop(self) -> None:
        self.replicas.stop()

    async def _restart_postgres(self, how: signal.Signals) -> None:
        await asyncio.to_thread(self.replicas.postgres.stop, how)
        deadline = time.monotonic() + 20
        while True:
            try:
                await asyncio.to_thread(self.replicas.postgres.start)
                return
            except AssertionError:  # its orphans still hold the shared memory
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)


class OneProcessOnPostgres(ServicesOnPostgres):
    """With one process of Rekuest, so that a model can tell what each step leads to."""

    counts = {"lok": 1, "rekuest": 1}


async def _kill(program: Program) -> None:
    await asyncio.to_thread(program.kill)
    await asyncio.to_thread(program.start)


async def _stop(program: Program) -> None:
    code = await asyncio.to_thread(program.stop)
    assert code == 0, program.log[-50:]
    await asyncio.to_thread(program.start)


async def _freeze(program: Program) -> None:
    assert program.process is not None
    program.process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(1)
    program.process.send_signal(signal.SIGCONT)
