"""What tests of workflows share: apps that are killed and come back, and what is told of their tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platform_under_test.apps import AppProcess, Apps

STEPS = Path(__file__).with_name("steps.py")
WORKFLOWS = Path(__file__).with_name("workflows.py")

PROCESSES = """query ($app: ID!) {
  agents(filters: {appIdentifier: $app}) { connected sessions { id } } }"""

STORY = """
query Story($reference: String!) {
  tasks(filters: {reference: $reference}) { ...Told children { ...Told children { ...Told } } }
}
fragment Told on Task {
  id isDone latestEventKind latestProgress policy parentStep callKey args
  parent { id } root { id } action { name } agent { name }
  events(ordering: [{createdAt: ASC}]) { id createdAt kind message progress returns step effect key value }
}
"""

ENDS = {"COMPLETED", "FAILED", "CRITICAL", "CANCELLED", "INTERRUPTED", "LOST", "DENIED"}


@dataclass
class Restartable:
    """An app that is killed and comes back: the same login, the same files, a new process."""

    apps: Apps
    source: Path
    url: str | None = None
    process: AppProcess | None = None
    starts: int = 0

    @property
    def identifier(self) -> str:
        return f"test-{self.source.stem}"

    def start(self, change: Callable[[str], str] = lambda source: source) -> Restartable:
        """Starts it; `change` edits its program."""
        before = self.process
        self.starts += 1
        name = self.source.stem
        self.process = self.apps.start(
            change(self.source.read_text()),
            name,
            key=before and before.key,
            url=self.url,
            home=before and before.home,
        )
        return self

    def check_alive(self) -> None:
        assert self.process is not None
        assert self.process.process.poll() is None, self.process.output

    def kill(self) -> None:
        """Ends it as a power failure would."""
        assert self.process is not None
        self.process.kill()

    @property
    def home(self) -> Path:
        assert self.process is not None
        return self.process.home

    def open(self, door: str) -> None:
        (self.home / door).touch()

    def ran(self) -> list[str]:
        """The notes that its code left."""
        file = self.home / "ran"
        return file.read_text().splitlines() if file.exists() else []

    async def is_there(self, rekuest: Any) -> None:
        """Waits until the process that was started last can be called."""
        async with asyncio.timeout(30):
            while True:
                agents = (await rekuest.rath.aquery(PROCESSES, {"app": self.identifier})).data["agents"]
                if agents and agents[0]["connected"] and len(agents[0]["sessions"]) >= self.starts:
                    return
                self.check_alive()
                await asyncio.sleep(0.05)

    async def reaches(self, door: str, times: int = 1) -> None:
        """Waits until its code stands before the door (for the so-many-th time)."""
        async with asyncio.timeout(30):
            while self.ran().count(f"before {door}") < times:
                self.check_alive()
                await asyncio.sleep(0.02)


async def story(rekuest: Any, reference: str) -> dict[str, Any]:
    """A root task with its children, by its reference."""
    told = (await rekuest.rath.aquery(STORY, {"reference": reference})).data["tasks"]
    assert len(told) == 1, told
    return told[0]


async def until(rekuest: Any, reference: str, question: Callable[[dict[str, Any]], Any]) -> Any:
    """The first answer to a question about a task's story that is true."""
    async with asyncio.timeout(30):
        while True:
            told = (await rekuest.rath.aquery(STORY, {"reference": reference})).data["tasks"]
            if told and (answer := question(told[0])):
                return answer
            await asyncio.sleep(0.05)


def kinds(task: dict[str, Any]) -> list[str]:
    return [event["kind"] for event in task["events"]]


def event(task: dict[str, Any], kind: str) -> dict[str, Any]:
    """The only event of its kind."""
    (found,) = [event for event in task["events"] if event["kind"] == kind]
    return found


def held_child(task: dict[str, Any]) -> dict[str, Any] | None:
    """The child that waits for approval."""
    return next((child for child in task["children"] if child["latestEventKind"] == "HELD"), None)


def check_ends(task: dict[str, Any]) -> None:
    """Each task of a tree that is over has exactly one end, and it is its last word but for late reports."""
    told = [kind for kind in kinds(task) if kind != "LATE_REPORT"]
    assert [kind for kind in told if kind in ENDS] == told[-1:], told
    assert task["isDone"], task
    for child in task.get("children", []):
        check_ends(child)
