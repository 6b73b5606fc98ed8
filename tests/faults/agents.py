"""Agents as the official client makes them: a journal on disk, a process that can be killed.

The journal survives its process. A numbered frame is kept in it until it is acknowledged, and is
said again, byte by byte, after every INIT.
"""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import websockets

from platform_under_test.agent import registration

from .evidence import Evidence, Report
from .properties import STILL_RUNNING

CONNECTION_LOST = (OSError, websockets.WebSocketException, TimeoutError)


@dataclass
class Frame:
    session: str
    pos: int
    text: str
    report: Report | None


@dataclass
class Journal:
    """The frames that one agent's processes numbered and that were not acknowledged."""

    evidence: Evidence
    frames: list[Frame] = field(default_factory=list)

    def acknowledge(self, session: str, pos: int) -> None:
        for frame in self.frames:
            if frame.report and frame.session == session and frame.pos <= pos:
                frame.report.is_acknowledged = True
        self.frames = [kept for kept in self.frames if kept.session != session or kept.pos > pos]


class AgentProcess:
    """One process of an agent: what it runs and has not written down dies with it."""

    def __init__(self, url: str, token: str, journal: Journal, dice: random.Random) -> None:
        self.url = url
        self.token = token
        self.journal = journal
        self.session = str(uuid.uuid4())
        self.agent = ""
        """Its id; known once it `is_up`."""
        self.is_up = asyncio.Event()
        self._dice = dice
        self._force = False
        self._pos = 0
        self._unsent: deque[str] = deque()
        self._work: dict[str, asyncio.Task[None]] = {}
        self._seen: set[str] = set()
        self._paused: dict[str, asyncio.Event] = {}
        self._socket: Any = None
        self._life = asyncio.create_task(self._live())

    async def kill(self) -> None:
        """SIGKILL: the socket breaks, nothing more is said."""
        self._life.cancel()
        for work in self._work.values():
            work.cancel()
        if self._socket:
            self._socket.transport.abort()
        await asyncio.gather(self._life, *self._work.values(), return_exceptions=True)

    async def _live(self) -> None:
        while True:
            try:
                async with websockets.connect(
                    self.url, open_timeout=3, close_timeout=1, ping_interval=None, max_queue=None
                ) as self._socket:
                    await self._speak()
            except CONNECTION_LOST:
                self._force = self._refused()
            self.is_up.clear()
            await asyncio.sleep(self._dice.uniform(0.02, 0.2))

    def _refused(self) -> bool:
        """Told that the process before is still connected, a person starts the app with `force`."""
        return self._socket is not None and self._socket.close_code == 4004

    async def _speak(self) -> None:
        changes = {"force": self._force, "name": "faults:0.1.0"}
        await self._socket.send(json.dumps(registration(self.token, self.session, **changes)))
        async with asyncio.timeout(5):
            init = json.loads(await self._socket.recv())
        if init["type"] != "INIT":
            await asyncio.wait_for(self._socket.wait_closed(), 3)
            raise OSError(init)
        self._unsent = deque(frame.text for frame in self.journal.frames)
        self.agent = init["agent"]
        self.is_up.set()
        if self._pos == 0:
            self.number({"type": "SESSION_INIT", "session_id": self.session, "states": {}})
        for inquiry in init["inquiries"]:
            self._answer(inquiry["task"])
        writer = asyncio.create_task(self._write())
        try:
            async for text in self._socket:
                self._take(json.loads(text))
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            while self._unsent:
                await self._socket.send(self._unsent.popleft())
            await asyncio.sleep(0.002)

    def number(self, frame: dict[str, Any], report: Report | None = None) -> None:
        self._pos += 1
        stamps = {"id": str(uuid.uuid4()), "pos": self._pos, "journal_session": self.session}
        text = json.dumps({**stamps, **frame})
        self.journal.frames.append(Frame(self.session, self._pos, text, report))
        self._unsent.append(text)

    def report(self, task: str, kind: str, **fields: Any) -> None:
        evidence = self.journal.evidence
        message = fields.get("message") or fields.get("error")
        report = Report(task, kind, self._pos + 1, evidence.tick(), message)
        evidence.reports.append(report)
        self.number({"type": kind, "task": task, "agent_ts": float(report.tick), **fields}, report)

    def _answer(self, task: str) -> None:
        if task in self._work:
            self.report(task, "PROGRESS", progress=0, message=STILL_RUNNING)
        elif not any(frame.report and frame.report.task == task for frame in self.journal.frames):
            self.report(task, "CRITICAL", error="After disconnect actor was no longer managed")

    def _take(self, frame: dict[str, Any]) -> None:
        task = frame.get("task", "")
        match frame["type"]:
            case "HEARTBEAT":
                self._unsent.append(json.dumps({"id": str(uuid.uuid4()), "type": "HEARTBEAT_ANSWER"}))
            case "JOURNAL_ACK":
                self.journal.acknowledge(frame["journal_session"], frame["pos"])
            case "ASSIGN" if task not in self._seen:
                self._seen.add(task)
                self._paused[task] = asyncio.Event()
                self._paused[task].set()
                self._work[task] = asyncio.create_task(self._run(task, frame["args"]["a"]))
            case "ASSIGN" if task in self._work:
                self.report(task, "LOG", level="DEBUG", message="Duplicate assign ignored")
            case "CANCEL" | "INTERRUPT" if task in self._work:
                self._work.pop(task).cancel()
                self.report(task, {"CANCEL": "CANCELLED", "INTERRUPT": "INTERRUPTED"}[frame["type"]])
            case "PAUSE" if task in self._work and self._paused[task].is_set():
                self._paused[task].clear()
                self.report(task, "PAUSED")
            case "RESUME" if task in self._work and not self._paused[task].is_set():
                self._paused[task].set()
                self.report(task, "RESUMED")
            case "CANCEL" | "INTERRUPT" | "PAUSE" | "RESUME" if task not in self._seen:
                self.report(task, "CRITICAL", error="Actors is no longer running and not managed.")

    async def _run(self, task: str, steps: int) -> None:
        self.report(task, "STARTED")
        for step in range(steps):
            await asyncio.sleep(self._dice.uniform(0, 0.05))
            await self._paused[task].wait()
            if step % 2:
                self.report(task, "LOG", level="INFO", message=f"step {step} of {task}")
            else:
                self.report(task, "PROGRESS", progress=step, message=f"step {step} of {task}")
        del self._work[task]
        if steps % 5 == 4:
            self.report(task, "FAILED", error="as told")
        else:
            self.report(task, "YIELD", returns={"return0": 2 * steps})
            self.report(task, "COMPLETED")
