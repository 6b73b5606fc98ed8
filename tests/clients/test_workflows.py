"""Workflows and the calls they make, with the official client on both ends."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from arkitekt_spec.declare.errors import CriticalCallError
from rekuest.api.schema import TaskPolicy

from .stories import Restartable, check_ends, event, kinds, story, until

AUTO = TaskPolicy.AUTO


# --- calls ---------------------------------------------------------------------


async def test_a_workflow_calls_an_action_of_another_app(rekuest: Any, flows: dict[str, Any]) -> None:
    add = flows["Add"].id
    total = await rekuest.acall(flows["Add Up"], add=add, numbers=[1, 2, 3], policy=AUTO, reference="sum")
    assert total == 6
    root = await story(rekuest, "sum")
    check_ends(root)
    assert [child["args"] for child in root["children"]] == [
        {"a": 0, "b": 1},
        {"a": 1, "b": 2},
        {"a": 3, "b": 3},
    ]
    for child in root["children"]:
        assert child["action"]["name"] == "Add"
        assert child["agent"]["name"] == "test-steps:1.0.0"
        assert child["parent"]["id"] == child["root"]["id"] == root["id"]
        assert child["policy"] == "AUTO"
        assert kinds(child) == ["QUEUED", "STARTED", "PROGRESS", "YIELD", "COMPLETED"]
    # A call takes a step of the workflow; none is taken twice.
    taken = [child["parentStep"] for child in root["children"]]
    taken += [event["step"] for event in root["events"] if event["step"] is not None]
    assert sorted(taken) == list(range(1, len(taken) + 1))


async def test_calls_at_the_same_time_each_get_their_own_result(rekuest: Any, flows: dict[str, Any]) -> None:
    numbers = [5, 5, 1, 5, *range(10, 26)]
    add = flows["Add"].id
    sums = await rekuest.acall(
        flows["Add At Once"], add=add, numbers=numbers, policy=AUTO, reference="at-once"
    )
    assert sums == [number + 1 for number in numbers]
    root = await story(rekuest, "at-once")
    check_ends(root)
    assert len({child["callKey"] for child in root["children"]}) == len(numbers)


async def test_a_blocking_workflow_waits_for_its_call(rekuest: Any, flows: dict[str, Any]) -> None:
    assert await rekuest.acall(flows["Add Blocking"], add=flows["Add"].id, a=41, policy=AUTO) == 42


async def test_a_generator_streams_through_a_workflow(rekuest: Any, flows: dict[str, Any]) -> None:
    relayed = rekuest.aiterate(flows["Relay"], count=flows["Count"].id, n=5, policy=AUTO, reference="relay")
    assert [value async for value in relayed] == [0, 10, 20, 30, 40]
    root = await story(rekuest, "relay")
    check_ends(root)
    assert kinds(root).count("YIELD") == kinds(root["children"][0]).count("YIELD") == 5


async def test_a_workflow_calls_a_workflow(rekuest: Any, flows: dict[str, Any]) -> None:
    doubled = await rekuest.acall(flows["Add Twice"], add=flows["Add"].id, policy=AUTO, reference="twice")
    assert doubled == 6
    root = await story(rekuest, "twice")
    check_ends(root)
    (middle,) = root["children"]
    assert middle["action"]["name"] == "Add Up"
    for leaf in middle["children"]:
        assert (leaf["parent"]["id"], leaf["root"]["id"]) == (middle["id"], root["id"])
    assert len(middle["children"]) == 2


async def test_a_failing_call_raises_in_the_workflow(rekuest: Any, flows: dict[str, Any]) -> None:
    told = await rekuest.acall(flows["Attempt"], step=flows["Fail"].id, words="no light", policy=AUTO)
    assert told == "failed: no light"


async def test_calling_what_is_not_there_raises_in_the_workflow(rekuest: Any, flows: dict[str, Any]) -> None:
    with pytest.raises(CriticalCallError, match="(?i)not found|no action|exist"):
        await rekuest.acall(flows["Attempt"], step="999999", words="", policy=AUTO)


async def test_only_a_workflow_may_call(rekuest: Any, flows: dict[str, Any], steps: Restartable) -> None:
    before = steps.ran()
    with pytest.raises(CriticalCallError, match="only a workflow may"):
        await rekuest.acall(flows["Not A Workflow"], add=flows["Add"].id, policy=AUTO)
    assert steps.ran() == before


# --- resuming ------------------------------------------------------------------


async def test_a_workflow_goes_on_where_it_was_when_its_app_comes_back(
    rekuest: Any, flows: dict[str, Any], workflows: Restartable, steps: Restartable
) -> None:
    """What it took from outside is given back to it, and its calls are not made again."""
    added = steps.ran().count("add 1 2")
    call = asyncio.create_task(
        rekuest.acall(flows["Remember"], add=flows["Add"].id, door="r1", policy=AUTO, reference="remember")
    )
    await workflows.reaches("r1")
    workflows.kill()
    workflows.start()
    await workflows.reaches("r1", times=2)
    workflows.open("r1")
    now, chance, answer, three = await call

    root = await story(rekuest, "remember")
    check_ends(root)
    recorded = {event["key"]: event["value"] for event in root["events"] if event["kind"] == "EFFECT"}
    assert recorded == {"NOW:1": now, "RANDOM:1": chance, "RECORD:1": answer}
    assert kinds(root).count("EFFECT") == 3
    assert workflows.ran().count("oracle") == 1
    assert three == 3
    assert len(root["children"]) == 1
    assert steps.ran().count("add 1 2") == added + 1
    # Two runs, and the caller is told why.
    assert kinds(root).count("STARTED") == kinds(root).count("QUEUED") == 2
    again = [event for event in root["events"] if event["kind"] == "QUEUED"][1]
    assert "goes on" in again["message"]
    numbered = [event["step"] for event in root["events"] if event["step"] is not None]
    assert numbered == sorted(set(numbered))


async def test_a_call_that_ended_meanwhile_is_found_by_the_resumed_workflow(
    rekuest: Any, flows: dict[str, Any], workflows: Restartable, steps: Restartable
) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Attempt"], step=flows["Wait"].id, words="r2", policy=AUTO, reference="meanwhile")
    )
    await steps.reaches("r2")
    workflows.kill()
    steps.open("r2")
    await until(rekuest, "meanwhile", lambda told: told["children"][0]["isDone"])
    workflows.start()
    assert await call == "r2"
    root = await story(rekuest, "meanwhile")
    check_ends(root)
    assert kinds(root["children"][0]).count("STARTED") == len(root["children"]) == 1
    assert steps.ran().count("before r2") == 1


async def test_a_sleep_that_was_begun_is_not_begun_again(
    rekuest: Any, flows: dict[str, Any], workflows: Restartable
) -> None:
    call = asyncio.create_task(rekuest.acall(flows["Sleep"], seconds=3, policy=AUTO, reference="asleep"))
    await until(rekuest, "asleep", lambda told: "EFFECT" in kinds(told))
    workflows.kill()
    workflows.start()
    woke = await call
    slept = event(await story(rekuest, "asleep"), "EFFECT")
    assert (slept["effect"], slept["key"]) == ("SLEEP", "SLEEP:1")
    assert woke >= slept["value"]


async def test_a_workflow_that_calls_something_else_when_it_is_resumed_fails(
    rekuest: Any, flows: dict[str, Any], workflows: Restartable
) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Waver"], add=flows["Add"].id, door="r3", policy=AUTO, reference="waver")
    )
    await workflows.reaches("r3")
    workflows.kill()
    workflows.start()
    with pytest.raises(
        CriticalCallError, match="Nondeterministic workflow: the call 'the call' was made before"
    ):
        await call
    check_ends(await story(rekuest, "waver"))


# --- control -------------------------------------------------------------------
#
# Last: an app hears nothing for five seconds while a workflow that is stopped waits for its call.


async def test_a_person_cancels_one_call_and_the_workflow_goes_on(
    rekuest: Any, flows: dict[str, Any], steps: Restartable
) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Attempt"], step=flows["Wait"].id, words="c2", policy=AUTO, reference="one")
    )
    await steps.reaches("c2")
    child = (await story(rekuest, "one"))["children"][0]
    await rekuest.acancel(task=child["id"])
    assert await call == "failed: The delegated task was cancelled or interrupted before completion."
    check_ends(await story(rekuest, "one"))


async def test_cancelling_a_workflow_cancels_what_it_called(
    rekuest: Any, flows: dict[str, Any], steps: Restartable, eventually: Any
) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Attempt"], step=flows["Wait"].id, words="c1", policy=AUTO, reference="cancel")
    )
    await steps.reaches("c1")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await eventually(lambda: "away from c1" in steps.ran())
    root = await until(rekuest, "cancel", lambda told: told["children"][0]["isDone"] and told)
    check_ends(root)
    assert kinds(root)[-2:] == ["CANCELLING", "CANCELLED"]
    assert kinds(root["children"][0])[-2:] == ["CANCELLING", "CANCELLED"]


async def test_interrupting_a_workflow_interrupts_what_it_called(
    rekuest: Any, flows: dict[str, Any], steps: Restartable, eventually: Any
) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Attempt"], step=flows["Wait"].id, words="i1", policy=AUTO, reference="interrupt")
    )
    await steps.reaches("i1")
    await rekuest.ainterrupt(task=(await story(rekuest, "interrupt"))["id"])
    with pytest.raises(CriticalCallError, match="interrupted"):
        await call
    await eventually(lambda: "away from i1" in steps.ran())
    root = await until(rekuest, "interrupt", lambda told: told["children"][0]["isDone"] and told)
    check_ends(root)
    assert kinds(root)[-2:] == ["INTERRUPTING", "INTERRUPTED"]
    assert "INTERRUPTED" in kinds(root["children"][0])
