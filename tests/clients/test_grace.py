"""Apps that stay away: what they had begun is given up after the grace."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from arkitekt_spec.declare.errors import AgentLost
from rekuest.api.schema import TaskPolicy

from platform_under_test import agent as by_hand
from platform_under_test.server import Server

from .conftest import find_all
from .stories import Restartable, check_ends, kinds, story, until

AUTO = TaskPolicy.AUTO


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    return {"rekuest": {"agents": {"grace_seconds": 1}}}


async def a_workflow_waits_for_its_code_and_for_no_other(
    rekuest: Any, flows: dict[str, Any], workflows: Restartable, begun: asyncio.Barrier
) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Remember"], add=flows["Add"].id, door="g1", policy=AUTO, reference="changed")
    )
    await workflows.reaches("g1")
    await begun.wait()
    workflows.kill()
    await until(rekuest, "changed", lambda told: kinds(told).count("QUEUED") == 2)
    workflows.start(lambda source: source.replace("task.arandom(8)", "task.arandom(9)"))
    with pytest.raises(AgentLost) as raised:
        await call
    assert raised.value.started
    check_ends(await story(rekuest, "changed"))


async def any_other_task_is_lost(
    rekuest: Any, flows: dict[str, Any], steps: Restartable, begun: asyncio.Barrier
) -> None:
    call = asyncio.create_task(rekuest.acall(flows["Wait"], door="g2", reference="given-up"))
    await steps.reaches("g2")
    await begun.wait()
    steps.kill()
    with pytest.raises(AgentLost, match="is gone"):
        await call
    check_ends(await story(rekuest, "given-up"))


async def what_is_said_too_late_is_kept_and_changes_nothing(
    platform: Server, rekuest: Any, token: str, begun: asyncio.Barrier
) -> None:
    """By an app that was only cut off: the same process is back."""
    session = str(uuid.uuid4())
    async with by_hand.agent(platform, token, session) as gone:
        twice = (await find_all(rekuest, "raw-requests"))["Twice"]
        call = asyncio.create_task(rekuest.acall(twice, a=4, reference="late"))
        task = (await gone.receive("ASSIGN"))["task"]
        await gone.acknowledged(await gone.journal({"type": "STARTED", "task": task}))
        await begun.wait()
    with pytest.raises(AgentLost, match="is gone"):
        await call
    async with by_hand.connected(platform) as socket:
        back = by_hand.Agent(socket, session)
        back.pos = gone.pos
        await back.send(by_hand.registration(token, session))
        await back.receive("INIT")
        await back.journal({"type": "YIELD", "task": task, "returns": {"return0": 8}})
        await back.acknowledged(await back.journal({"type": "COMPLETED", "task": task}))
    root = await story(rekuest, "late")
    check_ends(root)
    assert kinds(root) == ["QUEUED", "STARTED", "LOST", "LATE_REPORT", "LATE_REPORT"]
    assert root["events"][3]["returns"] == {"return0": 8}


async def test_what_an_app_had_begun_is_given_up_when_it_stays_away(
    platform: Server,
    rekuest: Any,
    flows: dict[str, Any],
    steps: Restartable,
    workflows: Restartable,
    token: str,
) -> None:
    """Once for three stories: who is away is looked for every ten seconds."""
    begun = asyncio.Barrier(3)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(a_workflow_waits_for_its_code_and_for_no_other(rekuest, flows, workflows, begun))
        group.create_task(any_other_task_is_lost(rekuest, flows, steps, begun))
        group.create_task(what_is_said_too_late_is_kept_and_changes_nothing(platform, rekuest, token, begun))
