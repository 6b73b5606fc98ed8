"""Probes: from an app with the official client, and by GraphQL to an app that has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from arkitekt_spec.declare.errors import CriticalCallError

from platform_under_test import wire
from platform_under_test.apps import Apps
from platform_under_test.server import Server

from .conftest import find_all
from .test_states import following

PROBING = Path(__file__).with_name("probing.py")

PROBE = """mutation ($input: ProbeInput!) { probe(input: $input) {
  id kind seq isDone interface reference agent action implementation createdAt } }"""
CANCEL = "mutation ($input: CancelProbeInput!) { cancelProbe(input: $input) { kind isDone } }"
FIND = "query ($id: ID!) { probe(id: $id) { kind seq isDone returns error } }"
STATS = "query { probeStats { totalLive myInflight maxInflight } }"
FOLLOW = 'subscription { probeEvents(probe: "%s") { probe kind seq message progress returns createdAt } }'


@pytest.fixture(scope="module")
async def probed(apps: Apps, rekuest: Any) -> dict[str, Any]:
    """What probing.py offers, by name."""
    app = apps.start(PROBING, "probing")
    async with asyncio.timeout(30):
        while not (found := await find_all(rekuest, "test-probing")):
            assert app.process.poll() is None, app.output
            await asyncio.sleep(0.05)
    return found


@pytest.fixture
def graphql(platform: Server, token: str) -> Callable[..., Any]:
    def ask(query: str, **variables: Any) -> Any:
        return wire.graphql(platform.rekuest_url, query, variables, token).json()

    return ask


def probe(graphql: Any, action: Any, seconds: float) -> dict[str, Any]:
    sent = {"action": action.id, "args": {"a": 4, "seconds": seconds}, "reference": "by-hand"}
    answer = graphql(PROBE, input=sent)
    assert "errors" not in answer, answer
    return answer["data"]["probe"]


async def test_an_app_probes_and_hears_what_comes_of_it(rekuest: Any, probed: dict[str, Any]) -> None:
    said = await rekuest.acall(probed["Ask"], action=probed["Preview"].id, a=21)
    assert said == ["YIELD {'return0': 42}", "COMPLETED None"]


async def test_an_app_hears_that_an_action_allows_no_probes(rekuest: Any, probed: dict[str, Any]) -> None:
    with pytest.raises(CriticalCallError, match="does not allow probes"):
        await rekuest.acall(probed["Ask"], action=probed["Ask"].id, a=21)


async def test_a_probe_is_followed_to_its_end_and_leaves_no_task(
    platform: Server, token: str, graphql: Any, probed: dict[str, Any]
) -> None:
    begun = probe(graphql, probed["Preview"], seconds=1)
    assert begun["id"].startswith("p-")
    assert (begun["kind"], begun["seq"], begun["isDone"]) == ("QUEUED", 0, False)
    assert (begun["interface"], begun["reference"]) == ("preview", "by-hand")
    assert begun["action"] == probed["Preview"].id
    events: list[dict[str, Any]] = []
    async with following(platform, token, FOLLOW % begun["id"]) as following_event:
        while not events or events[-1]["kind"] != "COMPLETED":
            events.append(await following_event())
    first = events[0]["seq"]
    assert [event["seq"] for event in events] == list(range(first, first + len(events)))
    assert events[-2]["kind"] == "YIELD"
    assert events[-2]["returns"] == {"return0": 8}
    ended = graphql(FIND, id=begun["id"])["data"]["probe"]
    assert ended == {
        "kind": "COMPLETED",
        "seq": events[-1]["seq"],
        "isDone": True,
        "returns": {"return0": 8},
        "error": None,
    }
    tasks = graphql("query { tasks { action { id } } }")["data"]["tasks"]
    assert probed["Preview"].id not in [task["action"]["id"] for task in tasks]


async def test_a_probe_is_cancelled(graphql: Any, probed: dict[str, Any], eventually: Any) -> None:
    begun = probe(graphql, probed["Preview"], seconds=60)
    await eventually(lambda: graphql(FIND, id=begun["id"])["data"]["probe"]["kind"] == "PROGRESS")
    assert graphql(STATS)["data"]["probeStats"]["myInflight"] == 1
    graphql(CANCEL, input={"probe": begun["id"]})
    await eventually(lambda: graphql(FIND, id=begun["id"])["data"]["probe"]["kind"] == "CANCELLED")
    again = graphql(CANCEL, input={"probe": begun["id"]})["data"]["cancelProbe"]
    assert again == {"kind": "CANCELLED", "isDone": True}
    assert graphql(STATS)["data"]["probeStats"]["myInflight"] == 0


def test_what_is_no_probe_is_said_to_be_none(graphql: Any) -> None:
    answer = graphql(FIND, id="p-0")
    assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"
