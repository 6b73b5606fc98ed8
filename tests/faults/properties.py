"""What must hold of every task, whatever went wrong on the way. Each check yields what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .evidence import Evidence, Report

TERMINAL = frozenset({"COMPLETED", "FAILED", "CRITICAL", "CANCELLED", "INTERRUPTED", "LOST", "DENIED"})
TELLS_ONLY = frozenset({"LOG", "EFFECT", "LATE_REPORT"})
STILL_RUNNING = "Actor is still running"
"""An agent's answer to an inquiry; a PROGRESS that is none."""

FEED_FIELDS = ("id", "kind", "message", "progress", "returns", "value", "createdAt")

Task = dict[str, Any]


def moves_on(kind: str, message: str | None) -> bool:
    """Whether an event changes what its task's row says of the latest one."""
    return kind not in TELLS_ONLY and message != STILL_RUNNING


def violations(tasks: list[Task], evidence: Evidence, feeds_may_skip: bool = False) -> list[str]:
    """Everything that is wrong with these tasks, read from the server after the dust has settled."""
    found = [f"task {task['id']}: {wrong}" for task in tasks for wrong in of_one_task(task)]
    by_id = {task["id"]: task for task in tasks}
    found += references(by_id, evidence)
    found += acknowledged_reports(by_id, evidence.reports)
    found += feeds(by_id, evidence, feeds_may_skip)
    found += readings(by_id, evidence)
    return found


def of_one_task(task: Task) -> Iterator[str]:
    """A task's row and its events tell one story, which has one beginning and at most one end."""
    kinds = [event["kind"] for event in task["events"]]
    ids = [int(event["id"]) for event in task["events"]]
    if kinds[:1] != ["QUEUED"]:
        yield f"begins with {kinds[:1]}"
    if ids != sorted(set(ids)):
        yield f"its event ids do not grow: {ids}"
    ends = [event for event in task["events"] if event["kind"] in TERMINAL]
    if len(ends) != (1 if task["isDone"] else 0):
        yield f"isDone is {task['isDone']}, its ends are {[end['kind'] for end in ends]}"
    elif ends:
        after = set(kinds[kinds.index(ends[0]["kind"]) + 1 :])
        if not after <= {"LATE_REPORT"}:
            yield f"goes on after its end: {kinds}"
    if task["finishedAt"] != (ends[0]["createdAt"] if ends else None):
        yield f"finishedAt is {task['finishedAt']}, its ends are {ends}"
    moving = [event for event in task["events"] if moves_on(event["kind"], event["message"])]
    if task["latestEventKind"] != moving[-1]["kind"]:
        yield f"latestEventKind is {task['latestEventKind']}, its events are {kinds}"
    for field, latest in (("progress", "latestProgress"), ("returns", "latestReturns")):
        said = [event[field] for event in moving if event[field] is not None]
        if task[latest] != (said[-1] if said else None):
            yield f"{latest} is {task[latest]!r}, its events say {said}"
    if task["revision"] < len(kinds) - 1:
        yield f"revision is {task['revision']} after {len(kinds)} events"


def references(tasks: dict[str, Task], evidence: Evidence) -> Iterator[str]:
    """What was accepted is there, and a reference names one task however often it was sent."""
    for reference, task in evidence.answers:
        if evidence.accepted[reference] != task:
            yield f"reference {reference} is task {task} and task {evidence.accepted[reference]}"
        elif task not in tasks:
            yield f"task {task} was accepted and is gone"
        elif tasks[task]["reference"] != reference:
            yield f"task {task} was accepted as {reference} and is {tasks[task]['reference']}"


def acknowledged_reports(tasks: dict[str, Task], reports: list[Report]) -> Iterator[str]:
    """Acknowledged reports are there once, others at most once, and nothing that nobody said."""
    by_tick = {report.tick: report for report in reports}
    found: Counter[int] = Counter()
    for task in tasks.values():
        for event in task["events"]:
            if event["agentPos"] is None:
                continue
            tick = int(datetime.fromisoformat(event["agentTs"]).timestamp())
            found[tick] += 1
            yield from _tells(by_tick.get(tick), task["id"], event)
    for report in reports:
        count = found[report.tick]
        if count > 1 or (report.is_acknowledged and count == 0 and report.task in tasks):
            yield f"{report} is there {count} times"


def _tells(report: Report | None, task: str, event: dict[str, Any]) -> Iterator[str]:
    told = (task, event["agentPos"], event["message"])
    if report is None or (report.task, report.pos, report.message) != told:
        yield f"task {task}: {event} is not what was said: {report}"
    elif event["kind"] not in (report.kind, "LATE_REPORT"):
        yield f"task {task}: {event} was a {report.kind}"


def feeds(tasks: dict[str, Task], evidence: Evidence, may_skip: bool) -> Iterator[str]:
    """A feed tells of each task an unbroken stretch of what the query tells, in the same words.

    If it `may_skip`, at least nothing twice, nothing out of order and nothing else.
    """
    for connection, told in enumerate(evidence.watched):
        by_task: dict[str, list[dict[str, Any]]] = {}
        for event in told:
            by_task.setdefault(event["task"], []).append({name: event[name] for name in FEED_FIELDS})
        for task, heard in by_task.items():
            if task not in tasks:
                yield f"feed {connection} told of task {task}, which is gone"
                continue
            stored = [{name: event[name] for name in FEED_FIELDS} for event in tasks[task]["events"]]
            if may_skip:
                stored = [event for event in stored if event in heard]
            first = stored.index(heard[0]) if heard[0] in stored else 0
            if stored[first : first + len(heard)] != heard:
                yield f"feed {connection}, task {task}: heard {_brief(heard)}, stored {_brief(stored)}"


def readings(tasks: dict[str, Task], evidence: Evidence) -> Iterator[str]:
    """What a query once answered stays: events are only added, revisions only grow."""
    newest: dict[str, int] = {}
    for reading in evidence.readings:
        task = tasks.get(reading["id"])
        if task is None:
            yield f"task {reading['id']} was read and is gone"
            continue
        if task["events"][: len(reading["events"])] != reading["events"]:
            yield f"task {task['id']}: read {_brief(reading['events'])}, now {_brief(task['events'])}"
        if not newest.get(task["id"], 0) <= reading["revision"] <= task["revision"]:
            yield f"task {task['id']}: its revision fell"
        newest[task["id"]] = reading["revision"]


def _brief(events: list[dict[str, Any]]) -> str:
    return " ".join(f"{event['id']}:{event['kind']}" for event in events)
