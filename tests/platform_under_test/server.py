"""One `arkitektd up` as a process, on a directory of its own."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from .access import Access
from .program import BINARY, CRASH, READY_WITHIN, REPOSITORY, Program

__all__ = ["BINARY", "CRASH", "READY_WITHIN", "REPOSITORY", "Server", "free_ports"]


def free_ports(count: int = 2) -> int:
    """The first of so many free ports in a row; the object store listens on the second."""
    while True:
        sockets = [socket.socket() for _ in range(count)]
        try:
            sockets[0].bind(("127.0.0.1", 0))
            first = sockets[0].getsockname()[1]
            for offset, follower in enumerate(sockets[1:], start=1):
                follower.bind(("127.0.0.1", first + offset))
            return first
        except (OSError, OverflowError):
            continue
        finally:
            for each in sockets:
                each.close()


@dataclass
class Server(Program, Access):
    """A running platform and what its first start wrote about it."""

    data: Path
    port: int
    options: list[str] = field(default_factory=list)

    def arguments(self) -> list[str]:
        return ["up", "--data", str(self.data), "--port", str(self.port), "--json", *self.options]

    def start(self) -> Self:
        super().start()
        self.access = json.loads((self.data / "access.json").read_text())
        return self
