"""Connections that break and a server that is killed, in the middle of workflows and of questions."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from rekuest.api.schema import TaskPolicy

from platform_under_test.apps import Apps
from platform_under_test.proxy import Proxy
from platform_under_test.server import Server

from .stories import WORKFLOWS, Restartable, check_ends, event, held_child, kinds, story, until

AUTO = TaskPolicy.AUTO
AGENTS = "/rekuest/agi"
ASSIGN = "mutation ($input: AssignInput!) { assign(input: $input) { id } }"


@pytest.fixture(scope="module")
async def network(platform: Server) -> AsyncIterator[Proxy]:
    """Between the workflows' app and the platform."""
    async with Proxy(platform.port) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def workflows(apps: Apps, network: Proxy) -> Restartable:
    return Restartable(apps, WORKFLOWS, network.url).start()


def ran_once(root: dict[str, Any]) -> None:
    """Over, and none of it was done twice."""
    check_ends(root)
    for task in (root, *root["children"]):
        assert kinds(task).count("STARTED") == kinds(task).count("YIELD") == 1, kinds(task)


# --- the connection ------------------------------------------------------------


@dataclass
class Cut:
    """One cut for several stories: the client waits longer before each further connection."""

    rekuest: Any
    flows: dict[str, Any]
    steps: Restartable
    workflows: Restartable
    network: Proxy
    barrier: asyncio.Barrier

    async def happens(self) -> None:
        """Waits until all stories are where they want to be cut; returns when they are."""
        if await self.barrier.wait() == 0:
            assert self.network.cut(AGENTS) > 0
        await self.barrier.wait()

    def call(self, action: str, **more: Any) -> asyncio.Task[Any]:
        return asyncio.create_task(self.rekuest.acall(self.flows[action], **more))

    def attempt(self, door: str, reference: str, **more: Any) -> asyncio.Task[Any]:
        return self.call("Attempt", step=self.flows["Wait"].id, words=door, reference=reference, **more)


async def a_call_that_ends_meanwhile_is_told_later(cut: Cut) -> None:
    call = cut.attempt("n1", "cut-call", policy=AUTO)
    await cut.steps.reaches("n1")
    await cut.happens()
    cut.steps.open("n1")
    assert await call == "n1"
    ran_once(await story(cut.rekuest, "cut-call"))


async def the_next_call_goes_over_the_next_connection(cut: Cut) -> None:
    call = cut.call("Add Slowly", add=cut.flows["Add"].id, door="n2", policy=AUTO, reference="cut-next")
    await cut.workflows.reaches("n2")
    await cut.happens()
    cut.workflows.open("n2")
    assert await call == 7
    ran_once(await story(cut.rekuest, "cut-next"))


async def an_answer_reaches_who_asked(cut: Cut) -> None:
    cut.workflows.open("n3")
    call = cut.call("Consult", question="Sure?", door="n3", reference="cut-ask")
    root = await until(cut.rekuest, "cut-ask", lambda told: told["latestEventKind"] == "HELD" and told)
    await cut.happens()
    await cut.rekuest.adecide(task=root["id"], approved=True, answer="still")
    assert await call == "True still False"
    root = await story(cut.rekuest, "cut-ask")
    ran_once(root)
    assert kinds(root).count("HELD") == kinds(root).count("DECIDED") == 1


async def an_approval_is_enough(cut: Cut) -> None:
    cut.steps.open("n4")
    call = cut.attempt("n4", "cut-approval")
    child = await until(cut.rekuest, "cut-approval", held_child)
    await cut.happens()
    await cut.rekuest.adecide(task=child["id"], approved=True)
    assert await call == "n4"
    ran_once(await story(cut.rekuest, "cut-approval"))


async def a_refusal_is_told(cut: Cut) -> None:
    call = cut.attempt("n5", "cut-refusal")
    child = await until(cut.rekuest, "cut-refusal", held_child)
    await cut.happens()
    await cut.rekuest.adecide(task=child["id"], approved=False, answer="no")
    assert await call == "denied: no"
    check_ends(await story(cut.rekuest, "cut-refusal"))


async def a_cancel_reaches_the_whole_tree(cut: Cut) -> None:
    call = cut.attempt("n6", "cut-cancel", policy=AUTO)
    await cut.steps.reaches("n6")
    await cut.happens()
    call.cancel()
    await asyncio.wait([call])

    def is_over(told: dict[str, Any]) -> Any:
        return told["isDone"] and told["children"][0]["isDone"] and told

    root = await until(cut.rekuest, "cut-cancel", is_over)
    check_ends(root)
    assert [kinds(task)[-1] for task in (root, *root["children"])] == ["CANCELLED", "CANCELLED"]
    assert "away from n6" in cut.steps.ran()


async def test_nothing_is_lost_with_a_connection(
    rekuest: Any, flows: dict[str, Any], steps: Restartable, workflows: Restartable, network: Proxy
) -> None:
    stories = (
        a_call_that_ends_meanwhile_is_told_later,
        the_next_call_goes_over_the_next_connection,
        an_answer_reaches_who_asked,
        an_approval_is_enough,
        a_refusal_is_told,
        a_cancel_reaches_the_whole_tree,
    )
    cut = Cut(rekuest, flows, steps, workflows, network, asyncio.Barrier(len(stories)))
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for each in stories:
            group.create_task(each(cut))


# --- the server ----------------------------------------------------------------


async def test_a_killed_server_goes_on_with_everything(
    platform: Server, rekuest: Any, flows: dict[str, Any], steps: Restartable, workflows: Restartable
) -> None:
    """A call that runs, one to be approved, a question, a workflow between two steps, one not yet due."""

    async def assign(action: str, reference: str, **more: Any) -> None:
        of_the_task = {key: more.pop(key) for key in ("policy", "notBefore") if key in more}
        sent = {"action": flows[action].id, "args": more, "capture": False, "reference": reference}
        await rekuest.rath.aquery(ASSIGN, {"input": {**sent, **of_the_task}})

    # A new process: one that was cut off waits longer before each further connection.
    workflows.kill()
    workflows.start()
    await workflows.is_there(rekuest)
    wait, add = flows["Wait"].id, flows["Add"].id
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=5)
    for door in ("s2", "s4"):
        workflows.open(door)
        steps.open(door)
    await assign("Attempt", "runs", step=wait, words="s1", policy="AUTO")
    await assign("Attempt", "waits", step=wait, words="s2")
    await assign("Remember", "between", add=add, door="s3", policy="AUTO")
    await assign("Consult", "asks", question="Sure?", door="s4")
    await assign("Add", "due", a=50, b=5, notBefore=soon.isoformat())
    await steps.reaches("s1")
    await workflows.reaches("s3")
    child = await until(rekuest, "waits", held_child)
    question = await until(rekuest, "asks", lambda told: told["latestEventKind"] == "HELD" and told)

    await asyncio.to_thread(platform.kill)
    steps.open("s1")
    workflows.open("s3")
    await asyncio.to_thread(platform.start)
    await rekuest.adecide(task=child["id"], approved=True)
    await rekuest.adecide(task=question["id"], approved=False, answer="rather not")

    returned = {}
    for reference in ("runs", "waits", "between", "asks", "due"):
        root = await until(rekuest, reference, lambda told: told["isDone"] and told)
        ran_once(root)
        (returned[reference],) = [each["returns"] for each in root["events"] if each["kind"] == "YIELD"]
    assert returned["runs"] == {"return0": "s1"}
    assert returned["waits"] == {"return0": "s2"}
    assert returned["between"]["return3"] == 3
    assert returned["asks"] == {"return0": "False rather not False"}
    assert returned["due"] == {"return0": 55}
    # On time, though the process that knew of it is gone.
    began = datetime.datetime.fromisoformat(event(root, "BOUND")["createdAt"])
    assert soon <= began < soon + datetime.timedelta(seconds=3)
    for program, once in ((steps, "before s1"), (workflows, "oracle"), (steps, "add 50 5")):
        assert program.ran().count(once) == 1
