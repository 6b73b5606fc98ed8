"""The subscriptions that tell of tasks, by raw sockets, while the official client makes them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rekuest.api.schema import TaskPolicy

from platform_under_test.server import Server

from .stories import Restartable, check_ends, held_child, kinds, story, until
from .test_feed import frame, legacy_feed, start

CHANGE = "id reference isDone latestEventKind latestInstructKind root parent revision"
EVENT = "id task kind message progress returns value"
MINE = f"subscription {{ mytasks {{ create {{ {CHANGE} }} event {{ {EVENT} }} }} }}"
ALL = f"subscription {{ tasks {{ create {{ {CHANGE} }} event {{ {EVENT} }} }} }}"


def below(task: str) -> str:
    return f'subscription {{ childTasks(id: "{task}") {{ create {{ {CHANGE} }} update {{ {CHANGE} }} }} }}'


def of_agent(agent: str) -> str:
    return (
        f'subscription {{ agentTasks(agent: "{agent}") {{ create {{ {CHANGE} }} update {{ {CHANGE} }} }} }}'
    )


class Feed:
    """What came on one socket's subscriptions, by the id they were started with."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.told: dict[str, list[dict[str, Any]]] = {}

    async def follow(self, name: str, query: str) -> None:
        self.told[name] = []
        await start(self.socket, query, id=name)
        # A socket's frames are read in their order: what is refused now was read after that.
        await start(self.socket, "{ __typename }", id=f"after-{name}")
        await self.until(lambda: f"after-{name}" in self.told)

    async def until(self, question: Any) -> None:
        """Reads until the answer is true."""
        while not question():
            got = await frame(self.socket, within=30)
            if got["type"] == "error":
                assert got["id"].startswith("after-"), got
                self.told[got["id"]] = []
                continue
            assert "errors" not in got["payload"], got
            (change,) = got["payload"]["data"].values()
            self.told[got["id"]].append(change)

    def events(self, name: str, task: str) -> list[dict[str, Any]]:
        return [told["event"] for told in self.told[name] if told["event"] and told["event"]["task"] == task]

    def changes(self, name: str) -> dict[str, list[tuple[str, dict[str, Any]]]]:
        """By task: `create` or `update`, and the task as it then was."""
        changes: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        for told in self.told[name]:
            ((what, task),) = [(what, task) for what, task in told.items() if isinstance(task, dict)]
            changes.setdefault(task["id"], []).append((what, task))
        return changes

    def has_ended(self, name: str, task: str) -> bool:
        return any(change["isDone"] for _, change in self.changes(name).get(task, []))


@asynccontextmanager
async def feed(server: Server, token: str) -> AsyncIterator[Feed]:
    async with legacy_feed(server, token) as socket:
        yield Feed(socket)


@pytest.fixture(scope="module")
def watcher(log_in_as: Any) -> str:
    """The token of another program of the same person."""
    return log_in_as("watcher")["access_token"]


def told_whole(told: list[dict[str, Any]], task: dict[str, Any]) -> None:
    """A feed told what the query tells: the same events in the same order, each once."""
    assert [(event["id"], event["kind"]) for event in told] == [(e["id"], e["kind"]) for e in task["events"]]
    for mine, read in zip(told, task["events"], strict=True):
        assert {key: mine[key] for key in ("message", "progress", "returns", "value")} == {
            key: read[key] for key in ("message", "progress", "returns", "value")
        }


async def test_the_feeds_tell_the_whole_story_of_a_workflow(
    platform: Server,
    rekuest: Any,
    flows: dict[str, Any],
    steps: Restartable,
    workflows: Restartable,
    watcher: str,
) -> None:
    """Its call is held and approved, its app dies and goes on: nothing is left out, nothing is told twice."""
    async with feed(platform, watcher) as watched:
        await watched.follow("all", ALL)
        await watched.follow("steps", of_agent(await agent_of(rekuest, "test-steps")))
        mine: list[Any] = []
        watching = asyncio.create_task(collect(rekuest, mine))
        call = asyncio.create_task(
            rekuest.acall(flows["Attempt"], step=flows["Wait"].id, words="f1", reference="told")
        )
        child = await until(rekuest, "told", held_child)
        root_id = child["parent"]["id"]
        await watched.follow("below", below(root_id))
        await rekuest.adecide(task=child["id"], approved=True)
        await steps.reaches("f1")
        workflows.kill()
        workflows.start()
        await until(rekuest, "told", lambda told: kinds(told).count("STARTED") == 2)
        steps.open("f1")
        assert await call == "f1"
        root = await story(rekuest, "told")
        check_ends(root)
        last = root["events"][-1]["id"]
        await watched.until(lambda: last in [event["id"] for event in watched.events("all", root_id)])
        await watched.until(lambda: watched.has_ended("below", child["id"]))
        await watched.until(lambda: watched.has_ended("steps", child["id"]))
        watching.cancel()
        await asyncio.wait([watching])

    told_whole(watched.events("all", root_id), root)
    assert [event.id for event in mine if event.task == root_id] == [event["id"] for event in root["events"]]
    created = [told["create"] for told in watched.told["all"] if told["create"]]
    assert [(task["id"], task["reference"]) for task in created] == [(root_id, "told")]
    assert kinds(root)[:2] == ["QUEUED", "STARTED"]
    assert {"HELD", "YIELD", "COMPLETED"} < set(kinds(root))
    # Who follows a tree, or an agent, is shown the task as it became; never an older one after a newer.
    (task,) = root["children"]
    for name in ("below", "steps"):
        changes = watched.changes(name)[task["id"]]
        revisions = [change["revision"] for _, change in changes]
        assert revisions == sorted(set(revisions))
        assert changes[-1][1]["latestEventKind"] == "COMPLETED"
        assert {(change["root"], change["parent"]) for _, change in changes} == {(root_id, root_id)}
    assert [what for what, _ in watched.changes("steps")[task["id"]]].index("create") == 0
    assert root_id not in watched.changes("steps")


async def test_a_tree_is_followed_from_its_root_and_from_its_middle(
    platform: Server, rekuest: Any, flows: dict[str, Any], watcher: str
) -> None:
    async with feed(platform, watcher) as watched:
        call = asyncio.create_task(rekuest.acall(flows["Add Twice"], add=flows["Add"].id, reference="tree"))
        middle = await until(rekuest, "tree", held_child)
        await watched.follow("root", below(middle["parent"]["id"]))
        await watched.follow("middle", below(middle["id"]))
        await rekuest.adecide(task=middle["id"], approved=True)
        for _ in range(2):
            leaf = await until(rekuest, "tree", lambda told: held_child(told["children"][0]))
            await rekuest.adecide(task=leaf["id"], approved=True)
        assert await call == 6
        root = await story(rekuest, "tree")
        leaves = [leaf["id"] for leaf in root["children"][0]["children"]]
        assert len(leaves) == 2
        await watched.until(lambda: watched.has_ended("root", middle["id"]))
        await watched.until(lambda: watched.has_ended("middle", leaves[1]))
    assert set(watched.changes("root")) == {middle["id"], *leaves}
    assert set(watched.changes("middle")) == set(leaves)
    for leaf in leaves:
        assert watched.changes("root")[leaf] == watched.changes("middle")[leaf]
        assert watched.changes("root")[leaf][0][0] == "create"


async def test_nobody_follows_what_is_not_there(platform: Server, watcher: str) -> None:
    async with legacy_feed(platform, watcher) as socket:
        for id, query in (("children", below("999999")), ("agent", of_agent("999999"))):
            await start(socket, query, id=id)
            got = await frame(socket)
            assert (got["type"], got["id"]) == ("error", id)
            assert json.dumps(got["payload"]).count("NOT_FOUND") == 1


async def test_only_the_caller_is_told_by_mytasks(
    platform: Server, rekuest: Any, flows: dict[str, Any], watcher: str
) -> None:
    async with feed(platform, watcher) as watched:
        await watched.follow("mine", MINE)
        await watched.follow("all", ALL)
        sent = {"add": flows["Add"].id, "numbers": [1], "policy": TaskPolicy.AUTO}
        assert await rekuest.acall(flows["Add Up"], **sent, reference="theirs") == 1
        root = await story(rekuest, "theirs")
        await watched.until(lambda: len(watched.events("all", root["id"])) == len(root["events"]))
    assert watched.told["mine"] == []


async def agent_of(rekuest: Any, app: str) -> str:
    query = "query Agents($app: ID!) { agents(filters: {appIdentifier: $app}) { id } }"
    (agent,) = (await rekuest.rath.aquery(query, {"app": app})).data["agents"]
    return agent["id"]


async def collect(rekuest: Any, events: list[Any]) -> None:
    async for change in rekuest.awatch_my_tasks():
        if change.event:
            events.append(change.event)
