"""An app with memory, state and locks, and every kind of value there and back."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable
from typing import Any

import pytest
from arkitekt_spec.declare.errors import CriticalCallError, ErrorCallError
from rekuest.api.schema import TaskEventKind


@pytest.fixture
def ask(rekuest: Any) -> Callable[..., Any]:
    """Asks what the client has no function for, through its own connection."""

    async def query(document: str, **variables: Any) -> Any:
        return (await rekuest.rath.aquery(document, variables)).data

    return query


async def task_called(rekuest: Any, reference: str) -> Any:
    return next((task for task in await rekuest.arequests() if task.reference == reference), None)


# --- memory --------------------------------------------------------------------

DRAWERS = "query Drawers { memoryDrawers { id resourceId identifier label description agentMinted } }"


async def test_a_value_stays_in_the_apps_memory_until_it_is_collected(
    rekuest: Any, lab: dict[str, Any], ask: Any, eventually: Any
) -> None:
    culture = await rekuest.acall(lab["Grow"], name="HeLa", cells=100)
    assert await rekuest.acall(lab["Count Cells"], culture=culture) == 100
    drawers = {drawer["resourceId"]: drawer for drawer in (await ask(DRAWERS))["memoryDrawers"]}
    assert drawers[culture]["identifier"] == "@test-laboratory/culture"
    assert drawers[culture]["label"] == "Culture HeLa"
    assert drawers[culture]["description"] == "100 cells"
    assert drawers[culture]["agentMinted"] is True

    assert await rekuest.acollect(drawers=[culture]) == (culture,)

    async def is_gone() -> bool:
        return culture not in {d["resourceId"] for d in (await ask(DRAWERS))["memoryDrawers"]}

    await eventually(is_gone)
    with pytest.raises((CriticalCallError, ErrorCallError), match="not in this agent's shelve"):
        await rekuest.acall(lab["Count Cells"], culture=culture)


async def test_values_in_memory_travel_in_lists_and_are_collected_by_their_drawers(
    rekuest: Any, lab: dict[str, Any], ask: Any, eventually: Any
) -> None:
    whole = await rekuest.acall(lab["Grow"], name="CHO", cells=90)
    parts = await rekuest.acall(lab["Split"], culture=whole, parts=3)
    assert [await rekuest.acall(lab["Count Cells"], culture=part) for part in parts] == [30, 30, 30]
    kept = (await ask(DRAWERS))["memoryDrawers"]
    ids = [drawer["id"] for drawer in kept if drawer["resourceId"] in {whole, *parts}]
    assert len(ids) == 4
    assert await rekuest.acollect(drawers=ids) == tuple(ids)

    async def are_gone() -> bool:
        return not {d["id"] for d in (await ask(DRAWERS))["memoryDrawers"]} & set(ids)

    await eventually(are_gone)


async def test_collecting_what_nobody_keeps_is_no_error(rekuest: Any, lab: dict[str, Any]) -> None:
    assert await rekuest.acollect(drawers=["999999", "no-such-drawer"]) == ("999999", "no-such-drawer")
    assert await rekuest.acollect(drawers=[]) == ()


# --- state ---------------------------------------------------------------------

STATES = """query States { agents(filters: {appIdentifier: "test-laboratory"}) {
  states { id interface key appIdentifier definition { name ports { key kind nullable } } } } }"""

HISTORY = """query History { sessions { agent { name }
  snapshots { globalRevision value state { interface } }
  patches { op path value interface globalCurrentRevision globalFutureRevision
            task { reference } state { interface } } } }"""


async def test_a_declared_state_is_in_the_catalog(rekuest: Any, lab: dict[str, Any], ask: Any) -> None:
    ((stage,),) = [agent["states"] for agent in (await ask(STATES))["agents"]]
    assert (stage["interface"], stage["key"], stage["appIdentifier"]) == ("stage", "stage", "test-laboratory")
    assert [(port["key"], port["kind"], port["nullable"]) for port in stage["definition"]["ports"]] == [
        ("x", "FLOAT", False),
        ("y", "FLOAT", False),
        ("visited", "LIST", True),
    ]
    fetched = await rekuest.aget_state(id=stage["id"])
    assert fetched.interface == "stage"
    assert [port.key for port in fetched.definition.ports] == ["x", "y", "visited"]


async def test_a_state_begins_with_a_snapshot_and_continues_in_patches(
    rekuest: Any, lab: dict[str, Any], ask: Any, eventually: Any
) -> None:
    assert await rekuest.acall(lab["Move"], x=3.5, y=4.5, reference="moved-1") == 8.0

    async def moved() -> Any:
        (session,) = (await ask(HISTORY))["sessions"]
        patches = [p for p in session["patches"] if (p["task"] or {}).get("reference") == "moved-1"]
        return session if len(patches) == 2 else None

    session = await eventually(moved)
    assert session["agent"]["name"] == "test-laboratory:2.1.0"
    first = session["snapshots"][0]
    assert first["state"]["interface"] == "stage"
    assert first["value"] == {"x": 1.0, "y": 2.0, "visited": []}
    patches = [p for p in session["patches"] if (p["task"] or {}).get("reference") == "moved-1"]
    assert [(p["op"], p["path"], p["value"]) for p in patches] == [
        ("replace", "/x", 3.5),
        ("replace", "/y", 4.5),
    ]
    assert all(p["globalFutureRevision"] == p["globalCurrentRevision"] + 1 for p in patches)
    assert patches[0]["globalFutureRevision"] < patches[1]["globalFutureRevision"]


# --- locks ---------------------------------------------------------------------

LOCKS = """query Locks { agents(filters: {appIdentifier: "test-laboratory"}) {
  locks { key heldBy { reference } requiredBy { interface } } } }"""

HELD = "query Held($id: ID!) { task(id: $id) { heldLocks { key heldBy { id } } } }"


async def test_a_lock_is_held_by_the_task_that_has_it(
    rekuest: Any, lab: dict[str, Any], ask: Any, eventually: Any
) -> None:
    async def holder() -> Any:
        ((locks),) = [agent["locks"] for agent in (await ask(LOCKS))["agents"]]
        return {lock["key"]: (lock["heldBy"] or {}).get("reference") for lock in locks}

    ((locks),) = [agent["locks"] for agent in (await ask(LOCKS))["agents"]]
    required = {lock["key"]: [i["interface"] for i in lock["requiredBy"]] for lock in locks}
    assert required == {"stage": ["move"], "laser": ["burn"]}

    # A result arrives a moment before the lock it was made under is free.
    async def are_free() -> bool:
        return await holder() == {"stage": None, "laser": None}

    await eventually(are_free)

    first = asyncio.create_task(rekuest.acall(lab["Burn"], seconds=1.5, reference="burn-1"))

    async def is_burning() -> bool:
        return (await holder())["laser"] == "burn-1"

    await eventually(is_burning)
    task = await task_called(rekuest, "burn-1")
    held = (await ask(HELD, id=task.id))["task"]["heldLocks"]
    assert held == [{"key": "laser", "heldBy": {"id": task.id}}]

    # Another one waits for its turn, though the action may run in parallel.
    assert await rekuest.acall(lab["Burn"], seconds=0, reference="burn-2") == "burnt"
    assert first.done()
    assert await first == "burnt"

    await eventually(are_free)
    assert (await ask(HELD, id=task.id))["task"]["heldLocks"] == []


async def test_a_cancelled_task_lets_its_lock_go(
    rekuest: Any, lab: dict[str, Any], ask: Any, eventually: Any
) -> None:
    call = asyncio.create_task(rekuest.acall(lab["Burn"], seconds=60, reference="burn-3"))

    async def held() -> Any:
        task = await task_called(rekuest, "burn-3")
        return task and (await ask(HELD, id=task.id))["task"]["heldLocks"]

    await eventually(held)
    call.cancel()
    await asyncio.wait([call])
    assert await rekuest.acall(lab["Burn"], seconds=0) == "burnt"


# --- pausing -------------------------------------------------------------------


async def test_a_paused_task_goes_on_step_by_step(rekuest: Any, lab: dict[str, Any], eventually: Any) -> None:
    """`resume` with `step` runs to the next place where the action can stop."""
    call = asyncio.create_task(rekuest.acall(lab["Step By Step"], steps=40, reference="steps-1"))

    async def history() -> list[Any]:
        task = await task_called(rekuest, "steps-1")
        return list((await rekuest.atask_events(id=task.id)).events) if task else []

    async def logged() -> list[str]:
        return [event.message for event in await history() if event.kind == TaskEventKind.LOG]

    async def count(kind: TaskEventKind) -> int:
        return sum(event.kind == kind for event in await history())

    await eventually(logged)
    task = await task_called(rekuest, "steps-1")
    await rekuest.apause(task=task.id)

    async def stands(times: int) -> bool:
        return await count(TaskEventKind.PAUSED) == times

    await eventually(lambda: stands(1))
    before = await logged()
    for step in range(1, 4):
        await rekuest.aresume(task=task.id, step=True)
        await eventually(lambda times=1 + step: stands(times))
        assert len(await logged()) == len(before) + step
    assert not call.done()

    await rekuest.aresume(task=task.id, step=False)
    assert await call == "40 steps"
    assert await logged() == [f"step {n}" for n in range(1, 41)]


async def test_a_cancel_is_seen_from_both_sides(
    rekuest: Any, lab: dict[str, Any], ask: Any, eventually: Any
) -> None:
    call = asyncio.create_task(rekuest.acall(lab["Step By Step"], steps=1000, reference="cancel-1"))

    async def running() -> Any:
        task = await task_called(rekuest, "cancel-1")
        running = (TaskEventKind.STARTED, TaskEventKind.PROGRESS)
        return task if task and task.latest_event_kind in running else None

    task = await eventually(running)
    await rekuest.acancel(task=task.id)
    with pytest.raises(CriticalCallError, match="(?i)cancelled"):
        await call
    seen = await ask(
        "query Seen($id: ID!) { task(id: $id) { isDone finishedAt latestEventKind latestInstructKind"
        " instructs { kind } events { kind } } }",
        id=task.id,
    )
    assert seen["task"]["isDone"] is True
    assert seen["task"]["finishedAt"]
    assert (seen["task"]["latestEventKind"], seen["task"]["latestInstructKind"]) == ("CANCELLED", "CANCEL")
    assert [instruct["kind"] for instruct in seen["task"]["instructs"]] == ["CANCEL", "ASSIGN"]
    kinds = [event["kind"] for event in seen["task"]["events"]]
    assert kinds.index("CANCELLING") < kinds.index("CANCELLED")


# --- values --------------------------------------------------------------------

WHEN = datetime.datetime(2026, 3, 29, 1, 59, 59, 123456, tzinfo=datetime.UTC)

EVERYTHING: dict[str, Any] = {
    "whole": 2**62,
    "real": 0.1,
    "yes": True,
    "text": 'Müller µm 顕微鏡 🔬 "quoted" \\ \t \u2028 end',
    "when": WHEN.isoformat(),
    "lens": "OIL",
    "either": {"__use": 1, "__value": "word"},
    "perhaps": None,
    "many": [3, 1, 2],
    "table": {"a": 1.5, "ü": -2.0},
    "nested": [{"a": 1}, {}, {"b": 2}],
    "region": {"left": 1, "top": 2, "label": None, "__identifier": "@test-laboratory/region"},
    "slide": {"__identifier": "@test-laboratory/slide", "object": "slide-7"},
}


async def test_every_kind_of_value_comes_back_as_it_went(rekuest: Any, lab: dict[str, Any]) -> None:
    returned = await rekuest.acall_raw(EVERYTHING, action=lab["Echo Everything"])
    assert list(returned.values()) == list(EVERYTHING.values())


async def test_numbers_and_times_keep_their_exact_values(rekuest: Any, lab: dict[str, Any]) -> None:
    for whole, real in ((-(2**63), 1e-07), (2**63 - 1, 1e22), (0, 5e-324), (1, 1.7976931348623157e308)):
        sent = {**EVERYTHING, "whole": whole, "real": real}
        returned = await rekuest.acall_raw(sent, action=lab["Echo Everything"])
        assert returned["return0"] == whole
        assert repr(returned["return1"]) == repr(real)


async def test_a_union_takes_each_of_its_kinds(rekuest: Any, lab: dict[str, Any]) -> None:
    for variant in ({"__use": 0, "__value": 7}, {"__use": 1, "__value": "seven"}):
        returned = await rekuest.acall_raw({**EVERYTHING, "either": variant}, action=lab["Echo Everything"])
        assert returned["return6"] == variant


async def test_big_arguments_and_results_arrive(rekuest: Any, lab: dict[str, Any]) -> None:
    big = "x" * 900_000
    assert await rekuest.acall(lab["Weigh"], text=big) == len(big)
    assert len(await rekuest.acall(lab["Repeat"], text="x", times=900_000)) == 900_000


async def test_arguments_that_are_too_big_are_refused_clearly(rekuest: Any, lab: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="larger than 1048576 bytes"):
        await rekuest.acall(lab["Weigh"], text="x" * 1_100_000)
    assert await rekuest.acall(lab["Weigh"], text="still here") == 10


async def test_a_result_that_is_too_big_fails_its_task_and_no_other(
    rekuest: Any, lab: dict[str, Any]
) -> None:
    """The client would drop its feed over a frame of that size, and with it every call that waits."""
    other = asyncio.create_task(rekuest.acall(lab["Burn"], seconds=2))
    with pytest.raises(
        CriticalCallError, match="The result is 3000014 bytes, more than a caller can be sent"
    ):
        await rekuest.acall(lab["Repeat"], text="x", times=3_000_000)
    assert await other == "burnt"
