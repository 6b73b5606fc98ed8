"""What happened, noted by those it happened to: agents, callers, feeds.

Every task report carries an `agent_ts` of its own, a whole second each, which comes back as the
event's `agentTs`: so a frame can be told from every other one in whatever the server says later.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

FIRST_TICK = 1_000_000_000

READ = """query ($ids: [ID!]!) { tasks(filters: {ids: $ids}) {
  id reference isDone finishedAt revision latestEventKind latestProgress latestMessage latestReturns
  events(ordering: [{createdAt: ASC}]) {
    id kind message progress returns value createdAt agentPos agentTs } } }"""
"""What the properties are checked on."""

WATCH = """subscription { mytasks { create { id reference }
  event { id task kind message progress returns value createdAt } } }"""


@dataclass
class Report:
    """A task report that an agent numbered."""

    task: str
    kind: str
    pos: int
    tick: int
    message: str | None
    is_acknowledged: bool = False


@dataclass
class Evidence:
    """One run's notes."""

    accepted: dict[str, str] = field(default_factory=dict)
    """Reference to task, as `assign` answered."""

    answers: list[tuple[str, str]] = field(default_factory=list)
    """Every answer to every attempt of an `assign`: reference and task."""

    reports: list[Report] = field(default_factory=list)

    watched: list[list[dict[str, Any]]] = field(default_factory=list)
    """What each connection of a feed was told, in its order."""

    readings: list[dict[str, Any]] = field(default_factory=list)
    """Tasks as queries answered them on the way."""

    _ticks: Iterator[int] = field(default_factory=lambda: itertools.count(FIRST_TICK))

    def accept(self, reference: str, task: str) -> None:
        self.accepted[reference] = task
        self.answers.append((reference, task))

    def tick(self) -> int:
        return next(self._ticks)
