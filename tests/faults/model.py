"""A model of the life of tasks: what the server must answer, store and send, without a server.

It knows nothing of sockets or rows. Whoever drives it tells it what happened, in the order in which
the server was told, and compares `tasks` with what queries answer and `sent` with what agents got.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .properties import STILL_RUNNING, TERMINAL, moves_on

ASKED = {"CANCEL": "CANCELLING", "INTERRUPT": "INTERRUPTING", "PAUSE": "PAUSING", "RESUME": "RESUMING"}
GRANTED = {"CANCEL": "CANCELLED", "INTERRUPT": "INTERRUPTED"}
MOST_ATTEMPTS = 4
"""At a task that may be run more than once."""

Frame = tuple[str, str]
"""What an agent is sent about a task: the frame's type, the task."""


@dataclass
class Event:
    """`progress` is null in all but PROGRESS, `pos` in what the server says by itself."""

    kind: str
    message: str | None = None
    progress: int | None = None
    pos: int | None = None


@dataclass
class Task:
    id: str
    agent: str
    is_idempotent: bool
    events: list[Event] = field(default_factory=lambda: [Event("QUEUED")])
    is_done: bool = False
    is_reported: bool = False
    instruct: str = "ASSIGN"

    @property
    def latest(self) -> str:
        return [event.kind for event in self.events if moves_on(event.kind, event.message)][-1]

    @property
    def wants_to_end(self) -> bool:
        return self.instruct in GRANTED

    @property
    def unconfirmed(self) -> str | None:
        """The control that its agent must be sent again."""
        if self.wants_to_end or (self.instruct == "PAUSE" and self.latest != "PAUSED"):
            return self.instruct
        since = [event.kind for event in self.events]
        while "RESUMING" in since:
            since = since[since.index("RESUMING") + 1 :]
        return "RESUME" if self.instruct == "RESUME" and "RESUMED" not in since else None

    def append(self, event: Event) -> None:
        self.events.append(event)
        self.is_done = self.is_done or event.kind in TERMINAL


@dataclass
class Report:
    """A numbered frame of an agent. Without a task: its session's first, SESSION_INIT."""

    session: str
    pos: int
    kind: str
    task: str | None = None
    message: str | None = None
    progress: int | None = None


@dataclass
class Agent:
    """What the server knows of one."""

    is_live: bool = False
    session: str = ""
    begun: set[str] = field(default_factory=set)
    positions: dict[str, int] = field(default_factory=dict)
    before: set[str] = field(default_factory=set)
    """Tasks from before this process: nothing is sent of them until its SESSION_INIT."""
    sent: list[Frame] = field(default_factory=list)
    """What the connection must have been sent, from its INIT on."""


class Refused(Exception):
    """The server must say no."""


class Model:
    def __init__(self, agents: list[str]) -> None:
        self.agents = {name: Agent() for name in agents}
        self.tasks: dict[str, Task] = {}

    # Callers -----------------------------------------------------------------------------------

    def assign(self, agent: str) -> None:
        if not self.agents[agent].is_live:
            raise Refused("Agent is not available")

    def assigned(self, agent: str, task: str, is_idempotent: bool) -> None:
        self.tasks[task] = Task(task, agent, is_idempotent)
        self.agents[agent].sent.append(("ASSIGN", task))

    def control(self, task: str, what: str) -> None:
        controlled = self.tasks[task]
        if controlled.is_done:
            raise Refused("already terminal")
        controlled.instruct = what
        controlled.append(Event(ASKED[what]))
        agent = self.agents[controlled.agent]
        if agent.is_live and task not in agent.before:
            agent.sent.append((what, task))

    # Agents ------------------------------------------------------------------------------------

    def register(self, name: str, session: str, force: bool = False) -> list[str]:
        """The inquiries of the INIT."""
        agent = self.agents[name]
        is_same = session == agent.session
        if agent.is_live and not is_same and not force:
            raise Refused("already registered")
        agent.is_live, agent.session, agent.sent = True, session, []
        mine = self._open_tasks(name)
        if not is_same or session not in agent.begun:
            agent.before = {task.id for task in mine}
            return []
        self._send_pending(agent, mine)
        return [task.id for task in mine if task.is_reported]

    def disconnect(self, name: str) -> None:
        self.agents[name].is_live = False

    def take(self, name: str, report: Report) -> None:
        """A numbered frame arrived: it is acknowledged, and counts if it is new."""
        agent = self.agents[name]
        if report.pos <= agent.positions.get(report.session, 0):
            return
        agent.positions[report.session] = report.pos
        if report.kind == "SESSION_INIT":
            self._begin(name, report.session)
            return
        task = self.tasks.get(report.task or "")
        if task is None or task.agent != name:
            return
        task.is_reported = True
        kind = "LATE_REPORT" if task.is_done else report.kind
        is_progress = report.kind == "PROGRESS" and report.message != STILL_RUNNING
        task.append(Event(kind, report.message, report.progress if is_progress else None, report.pos))

    def _begin(self, name: str, session: str) -> None:
        agent = self.agents[name]
        agent.begun.add(session)
        if session != agent.session:
            return  # said again for a process that is dead
        mine = [task for task in self._open_tasks(name) if task.id in agent.before]
        for task in mine:
            self._decide(task)
        self._send_pending(agent, [task for task in mine if not task.is_done])
        agent.before = set()

    def _decide(self, task: Task) -> None:
        """The fate of a task whose process is gone. What was never heard of goes to the next."""
        begun = sum(event.kind == "QUEUED" for event in task.events)
        if task.is_reported and task.is_idempotent and begun < MOST_ATTEMPTS:
            task.append(Event("QUEUED", "The app that ran this task is gone. It was queued again."))
            task.is_reported = False
        elif task.is_reported:
            task.append(Event("LOST", "The app that ran this task was restarted."))
        elif task.wants_to_end:
            task.append(Event(GRANTED[task.instruct]))

    def _open_tasks(self, name: str) -> list[Task]:
        return [task for task in self.tasks.values() if task.agent == name and not task.is_done]

    def _send_pending(self, agent: Agent, tasks: list[Task]) -> None:
        agent.sent += [("ASSIGN", task.id) for task in tasks if not task.is_reported]
        agent.sent += [(task.unconfirmed, task.id) for task in tasks if task.unconfirmed]

    # The server --------------------------------------------------------------------------------

    def restart(self) -> None:
        for agent in self.agents.values():
            agent.is_live = False

    def expected(self, task: str) -> dict[str, Any]:
        """What a query must answer."""
        model = self.tasks[task]
        return {
            "isDone": model.is_done,
            "latestEventKind": model.latest,
            "latestInstructKind": model.instruct,
            "revision": len(model.events) - 1,
            "events": [(event.kind, event.message, event.progress, event.pos) for event in model.events],
        }
