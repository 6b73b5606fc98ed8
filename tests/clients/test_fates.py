"""What becomes of work whose app dies, as its caller sees it."""

from __future__ import annotations

import asyncio
import datetime
import signal
from typing import Any

import pytest
from arkitekt_spec.declare.errors import AgentLost
from rekuest.api.schema import TaskPolicy

from platform_under_test import agent as by_hand
from platform_under_test.server import Server

from .conftest import find_all
from .stories import Restartable, check_ends, event, kinds, story, until

AUTO = TaskPolicy.AUTO


# --- lost ----------------------------------------------------------------------


@pytest.mark.parametrize(("action", "effects"), [("Wait", "UNKNOWN"), ("Burn", "IRREVERSIBLE")])
async def test_a_caller_is_told_what_is_known_about_a_lost_task(
    rekuest: Any, flows: dict[str, Any], steps: Restartable, action: str, effects: str
) -> None:
    door = f"lost-{action}"
    call = asyncio.create_task(rekuest.acall(flows[action], door=door, reference=door))
    await steps.reaches(door)
    await until(rekuest, door, lambda told: told["latestProgress"] == 40)
    steps.kill()
    steps.start()
    with pytest.raises(AgentLost) as raised:
        await call
    await steps.is_there(rekuest)
    lost = raised.value
    assert (lost.started, lost.last_progress, lost.effects) == (True, 40, effects)
    root = await story(rekuest, door)
    check_ends(root)
    assert event(root, "LOST")["value"]["effects"] == effects


async def test_a_workflow_learns_that_its_call_was_lost(
    rekuest: Any, flows: dict[str, Any], steps: Restartable
) -> None:
    call = asyncio.create_task(
        rekuest.acall(
            flows["Attempt"], step=flows["Burn"].id, words="l1", policy=AUTO, reference="child-lost"
        )
    )
    await steps.reaches("l1")
    await until(rekuest, "child-lost", lambda told: told["children"][0]["latestProgress"] == 40)
    steps.kill()
    steps.start()
    assert await call == "lost: started=True progress=40 effects=IRREVERSIBLE"
    await steps.is_there(rekuest)
    check_ends(await story(rekuest, "child-lost"))


async def test_a_workflow_may_insist(rekuest: Any, flows: dict[str, Any], steps: Restartable) -> None:
    """A call that is made again is another task: it does not find the lost one."""
    call = asyncio.create_task(
        rekuest.acall(flows["Insist"], step=flows["Wait"].id, words="l2", policy=AUTO, reference="insist")
    )
    await steps.reaches("l2")
    steps.kill()
    steps.open("l2")
    steps.start()
    assert await call == "l2"
    root = await story(rekuest, "insist")
    check_ends(root)
    assert [kinds(child)[-1] for child in root["children"]] == ["LOST", "COMPLETED"]


async def test_both_apps_die_and_the_workflow_is_told_when_it_goes_on(
    rekuest: Any, flows: dict[str, Any], steps: Restartable, workflows: Restartable
) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Attempt"], step=flows["Wait"].id, words="l3", policy=AUTO, reference="both")
    )
    await steps.reaches("l3")
    steps.kill()
    workflows.kill()
    steps.start()
    await until(rekuest, "both", lambda told: kinds(told["children"][0])[-1] == "LOST")
    workflows.start()
    assert (await call).startswith("lost: started=True")
    check_ends(await story(rekuest, "both"))


async def test_a_workflow_whose_code_has_changed_is_lost(
    rekuest: Any, flows: dict[str, Any], workflows: Restartable
) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Remember"], add=flows["Add"].id, door="l4", policy=AUTO, reference="changed")
    )
    await workflows.reaches("l4")
    workflows.kill()
    workflows.start(lambda source: source.replace("task.arandom(8)", "task.arandom(9)"))
    with pytest.raises(AgentLost):
        await call
    check_ends(await story(rekuest, "changed"))
    workflows.kill()
    workflows.start()
    await workflows.is_there(rekuest)


async def test_a_task_its_app_had_not_begun_is_not_lost(
    rekuest: Any, flows: dict[str, Any], steps: Restartable
) -> None:
    assert steps.process is not None
    steps.process.process.send_signal(signal.SIGSTOP)
    call = asyncio.create_task(rekuest.acall(flows["Add"], a=70, b=7, reference="not-begun"))
    await until(rekuest, "not-begun", lambda told: True)
    steps.kill()
    steps.start()
    assert await call == 77
    assert kinds(await story(rekuest, "not-begun")) == ["QUEUED", "STARTED", "PROGRESS", "YIELD", "COMPLETED"]
    assert steps.ran().count("add 70 7") == 1


async def test_a_task_that_its_app_does_not_offer_any_more_is_lost_unbegun(
    rekuest: Any, flows: dict[str, Any], steps: Restartable
) -> None:
    assert steps.process is not None
    steps.process.process.send_signal(signal.SIGSTOP)
    call = asyncio.create_task(rekuest.acall(flows["Burn"], door="l5", reference="not-offered"))
    await until(rekuest, "not-offered", lambda told: True)
    steps.kill()
    steps.start(lambda source: source.replace("def burn(", "def burn_slowly("))
    with pytest.raises(AgentLost, match="does not offer this any more") as raised:
        await call
    assert not raised.value.started
    assert kinds(await story(rekuest, "not-offered")) == ["QUEUED", "LOST"]
    steps.kill()
    steps.start()
    await steps.is_there(rekuest)


# --- not lost ------------------------------------------------------------------


async def test_a_task_that_may_run_twice_is_queued_again(
    platform: Server, rekuest: Any, log_in_as: Any
) -> None:
    """The official client cannot say of an action that it is idempotent: its agent is spoken by hand."""
    token = (await asyncio.to_thread(log_in_as, "by-hand"))["access_token"]
    implementation = by_hand.registration(token, "")["implementations"][0]
    offered = [{**implementation, "definition": {**by_hand.DEFINITION, "idempotent": True}}]
    async with by_hand.agent(platform, token, implementations=offered) as first:
        twice = (await find_all(rekuest, "by-hand"))["Twice"]
        call = asyncio.create_task(rekuest.acall(twice, a=21, reference="again"))
        task = (await first.receive("ASSIGN"))["task"]
        await first.acknowledged(await first.journal({"type": "STARTED", "task": task}))
    async with by_hand.agent(platform, token, implementations=offered) as second:
        assert (await second.receive("ASSIGN"))["task"] == task
        await second.journal({"type": "STARTED", "task": task})
        await second.journal({"type": "YIELD", "task": task, "returns": {"return0": 42}})
        await second.journal({"type": "COMPLETED", "task": task})
        assert await call == 42
    root = await story(rekuest, "again")
    check_ends(root)
    assert kinds(root) == ["QUEUED", "STARTED", "QUEUED", "STARTED", "YIELD", "COMPLETED"]
    assert "queued again" in root["events"][2]["message"]


# --- not before a time ---------------------------------------------------------


ASSIGN = "mutation ($input: AssignInput!) { assign(input: $input) { id } }"


async def assign_later(rekuest: Any, action: Any, reference: str, due: datetime.datetime, **args: int) -> str:
    """The official client's own `aassign` takes `not_before`, and then refuses to send it."""
    sent = {"action": action.id, "args": args, "capture": False, "reference": reference}
    answer = await rekuest.rath.aquery(ASSIGN, {"input": {**sent, "notBefore": due.isoformat()}})
    return answer.data["assign"]["id"]


def in_seconds(seconds: float) -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)


async def test_a_task_waits_for_its_time(rekuest: Any, flows: dict[str, Any], steps: Restartable) -> None:
    due = in_seconds(2)
    await assign_later(rekuest, flows["Add"], "later", due, a=30, b=3)
    root = await story(rekuest, "later")
    assert (kinds(root), root["agent"]) == (["QUEUED"], None)
    root = await until(rekuest, "later", lambda told: told["isDone"] and told)
    assert kinds(root) == ["QUEUED", "BOUND", "STARTED", "PROGRESS", "YIELD", "COMPLETED"]
    assert root["agent"]["name"] == "test-steps:1.0.0"
    assert due <= datetime.datetime.fromisoformat(event(root, "STARTED")["createdAt"])
    assert steps.ran().count("add 30 3") == 1


async def test_a_task_that_waits_for_its_time_is_cancelled_at_once(
    rekuest: Any, flows: dict[str, Any], steps: Restartable
) -> None:
    task = await assign_later(rekuest, flows["Add"], "never", in_seconds(1), a=31, b=3)
    await rekuest.acancel(task=task)
    assert kinds(await story(rekuest, "never")) == ["QUEUED", "CANCELLING", "CANCELLED"]
    # Once a later one has run, its time has come, too.
    await assign_later(rekuest, flows["Add"], "after", in_seconds(1.5), a=32, b=3)
    await until(rekuest, "after", lambda told: told["isDone"])
    assert "add 31 3" not in steps.ran()
