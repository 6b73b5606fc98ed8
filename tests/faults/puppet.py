"""An agent that does what the test says, one frame at a time, and nothing by itself."""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from socket import SHUT_RDWR
from typing import Any

import websockets
from websockets.sync.client import ClientConnection, connect

from platform_under_test.agent import registration

from .model import Frame, Report
from .properties import STILL_RUNNING

WITHIN = 10
"""Seconds for any answer."""


def offering(token: str, session: str, **changes: Any) -> dict[str, Any]:
    """A registration with `twice`, and with `again`, which may be run more than once."""
    frame = registration(token, session, **changes)
    [twice] = frame["implementations"]
    definition = {**twice["definition"], "key": "again", "name": "Again", "idempotent": True}
    frame["implementations"] = [twice, {**twice, "interface": "again", "definition": definition}]
    return frame


@dataclass
class Process:
    """What dies with an agent's process."""

    session: str = field(default_factory=lambda: str(uuid.uuid4()))
    pos: int = 0
    known: list[str] = field(default_factory=list)
    """Tasks it was sent."""
    ended: set[str] = field(default_factory=set)


class Puppet:
    """One agent: its journal on disk, its process, the process's connection."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token
        self.id = ""
        self.journal: list[Report] = []
        self.process: Process | None = None
        self.got: list[Frame] = []
        """What the connection was sent about tasks, from its INIT on."""
        self._socket: ClientConnection | None = None
        self._acknowledged: dict[str, int] = {}

    @property
    def is_connected(self) -> bool:
        return self._socket is not None

    def register(self, process: Process, force: bool = False) -> tuple[list[str], str]:
        """Connects a process: the inquiries, and the reason if it was refused."""
        socket = connect(self.url, open_timeout=WITHIN, close_timeout=0.2, ping_interval=None)
        socket.send(json.dumps(offering(self.token, process.session, force=force, name="model:0.1.0")))
        init = json.loads(socket.recv(WITHIN))
        if init["type"] != "INIT":
            _break(socket)
            return [], init["error"]
        if self._socket:
            self.is_displaced()
        self.process, self._socket, self.got, self.id = process, socket, [], init["agent"]
        return [inquiry["task"] for inquiry in init["inquiries"]], ""

    def is_displaced(self) -> None:
        """Reads up to the close frame that tells this connection that another took over."""
        assert self._socket
        while self._socket.close_code is None:
            with suppress(websockets.ConnectionClosed):
                self._socket.recv(WITHIN)
        assert self._socket.close_code == 4005
        self._socket = None

    def drop(self) -> None:
        """The connection breaks without a goodbye."""
        if self._socket:
            _break(self._socket)
            self._socket = None

    def kill(self) -> None:
        self.drop()
        self.process = None

    def write_down(self, kind: str, task: str | None = None, **fields: Any) -> Report:
        """Numbers a frame and keeps it until it is acknowledged."""
        assert self.process
        self.process.pos += 1
        report = Report(self.process.session, self.process.pos, kind, task, **fields)
        self.journal.append(report)
        return report

    def send(self, report: Report) -> None:
        assert self._socket
        frame: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "type": report.kind,
            "pos": report.pos,
            "journal_session": report.session,
            "agent_ts": 1.0,
        }
        if report.kind == "SESSION_INIT":
            frame |= {"session_id": report.session, "states": {}}
        else:
            frame |= {"task": report.task, "message": report.message, "progress": report.progress}
        self._socket.send(json.dumps(frame))

    def is_acknowledged(self, report: Report) -> None:
        """Waits until the server has this report for good; the journal still keeps it."""
        while self._acknowledged.get(report.session, 0) < report.pos:
            self._read(WITHIN)

    def forget(self) -> None:
        """Deletes from the journal what was acknowledged."""
        self.journal = [kept for kept in self.journal if self._acknowledged.get(kept.session, 0) < kept.pos]

    def answer(self, task: str) -> Report | None:
        """An inquiry answered the way the official client does."""
        assert self.process
        if task in self.process.known and task not in self.process.ended:
            return self.write_down("PROGRESS", task, message=STILL_RUNNING, progress=0)
        if any(kept.task == task for kept in self.journal):
            return None
        return self.write_down("CRITICAL", task, message="After disconnect actor was no longer managed")

    def read_until(self, count: int) -> list[Frame]:
        """What the connection was sent about tasks, once it is this much, or when nothing more comes."""
        try:
            while len(self.got) < count:
                self._read(2)
            while True:
                self._read(0)
        except TimeoutError:
            return self.got

    def _heard(self, frame: Frame) -> None:
        """An agent passes over a task that it was sent before; several processes may both send it."""
        if frame[0] != "ASSIGN" or frame not in self.got:
            self.got.append(frame)

    def _read(self, within: float) -> None:
        assert self._socket
        frame = json.loads(self._socket.recv(within))
        match frame["type"]:
            case "HEARTBEAT":
                self._socket.send(json.dumps({"id": str(uuid.uuid4()), "type": "HEARTBEAT_ANSWER"}))
            case "JOURNAL_ACK":
                self._acknowledged[frame["journal_session"]] = frame["pos"]
            case kind:
                self._heard((kind, frame["task"]))
                if kind == "ASSIGN" and self.process and frame["task"] not in self.process.known:
                    self.process.known.append(frame["task"])


def _break(socket: ClientConnection) -> None:
    with suppress(OSError):  # the other side was first
        socket.socket.shutdown(SHUT_RDWR)
    socket.close_socket()
