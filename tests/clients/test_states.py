"""States as they change, and the agents that have them: watched, checked out, asked of, shut out."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets
from arkitekt_spec.declare.errors import StatePreconditionFailed

from platform_under_test import wire
from platform_under_test.agent import agent as spoken_agent
from platform_under_test.server import Server

STAGE = (
    """query Stage { agents(filters: {appIdentifier: "test-laboratory"}) { id states { id interface } } }"""
)

CHECKOUT = """query Checkout($state: ID!, $revision: Int) {
  checkout(state: $state, globalRevision: $revision, forwardPatchCount: 5, backwardPatchCount: 5) {
    value globalRevision
    forwardPatches { path globalFutureRevision patch { op path value } }
    backwardPatches { path globalFutureRevision task { reference } } } }"""

CHECKOUT_AGENT = """query CheckoutAgent($agent: ID!) {
  checkoutAgent(agent: $agent) { values globalRevision forwardPatches { id } } }"""

WATCH_STATE = """subscription { watchState(stateId: "%s") { __typename
  ... on StateSnapshotEvent { value globalRevision sessionId timestamp }
  ... on StatePatchEvent { op path value globalRevision sessionId timestamp } } }"""

WATCH_AGENT = """subscription { watchAgent(agentId: "%s") { __typename
  ... on AgentSnapshotEvent { values globalRevision }
  ... on StatePatchEvent { interface path value globalRevision } } }"""

UPDATES = 'subscription { stateUpdateEvents(stateId: "%s") { id interface } }'

AGENTS = "subscription { agents { create { name connected } update { name connected blocked } delete } }"

IMPLEMENTATIONS = """subscription { implementations(agent: "%s") {
  create { interface } update { interface } delete } }"""


@pytest.fixture
def ask(rekuest: Any) -> Callable[..., Any]:
    async def query(document: str, **variables: Any) -> Any:
        return (await rekuest.rath.aquery(document, variables)).data

    return query


@asynccontextmanager
async def following(server: Server, token: str, query: str) -> AsyncIterator[Callable[[], Any]]:
    """A subscription; gives the next value of its one field."""
    url = server.rekuest_url.replace("http", "ws", 1) + "/graphql"
    async with websockets.connect(url, subprotocols=["graphql-transport-ws"]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"token": token}}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))

        async def following_value(within: float = 10) -> Any:
            got = json.loads(await asyncio.wait_for(socket.recv(), within))
            assert got["type"] == "next", got
            assert "errors" not in got["payload"], got
            (value,) = got["payload"]["data"].values()
            return value

        yield following_value


def mutate(server: Server, token: str, field: str, selection: str = "{ id }", **sent: Any) -> Any:
    kind = {
        "updateAgent": "UpdateAgentInput",
        "deleteAgent": "DeleteAgentInput",
        "pinAgent": "PinInput",
        "deleteImplementation": "DeleteImplementationInput",
        "implementAgent": "ImplementAgentInput",
        "shelveInMemoryDrawer": "ShelveInMemoryDrawerInput",
    }.get(field) or field.capitalize() + "Input"
    document = f"mutation ($input: {kind}!) {{ {field}(input: $input) {selection} }}"
    answer = wire.graphql(server.rekuest_url, document, {"input": sent}, token).json()
    if "errors" in answer:
        raise AssertionError(answer["errors"][0]["message"])
    return answer["data"][field]


async def stage_of(ask: Any) -> tuple[str, str]:
    (found,) = (await ask(STAGE))["agents"]
    return found["id"], found["states"][0]["id"]


# --- with the official client --------------------------------------------------


async def test_a_state_is_watched_while_its_app_changes_it(
    platform: Server, token: str, rekuest: Any, lab: dict[str, Any], ask: Any
) -> None:
    agent, state = await stage_of(ask)
    async with (
        following(platform, token, WATCH_STATE % state) as watched,
        following(platform, token, WATCH_AGENT % agent) as whole,
        following(platform, token, UPDATES % state) as updates,
    ):
        first = await watched()
        assert first["__typename"] == "StateSnapshotEvent"
        everything = await whole()
        assert everything["values"] == {"stage": first["value"]}
        await asyncio.sleep(0.3)
        assert await rekuest.acall(lab["Move"], x=11.5, y=12.5) == 24.0
        patches = [await watched() for _ in range(2)]
        assert [(p["op"], p["path"], p["value"]) for p in patches] == [
            ("replace", "/x", 11.5),
            ("replace", "/y", 12.5),
        ]
        revisions = [first["globalRevision"], *(p["globalRevision"] for p in patches)]
        assert revisions == sorted(set(revisions)), "each once, in order"
        assert {p["sessionId"] for p in patches} == {first["sessionId"]}
        assert [(await whole())["path"] for _ in range(2)] == ["/x", "/y"]
        assert await updates() == {"id": state, "interface": "stage"}


async def test_a_state_is_checked_out_as_it_is_and_as_it_was(
    rekuest: Any, lab: dict[str, Any], ask: Any, eventually: Any
) -> None:
    agent, state = await stage_of(ask)
    reference = str(uuid.uuid4())
    await rekuest.acall(lab["Move"], x=1.25, y=2.25, reference=reference)

    async def moved() -> Any:
        latest = (await ask(CHECKOUT, state=state))["checkout"]
        return latest if (latest["value"]["x"], latest["value"]["y"]) == (1.25, 2.25) else None

    latest = await eventually(moved)
    revision = latest["globalRevision"]
    last = latest["backwardPatches"][-2:]
    assert [(p["path"], p["globalFutureRevision"]) for p in last] == [("/x", revision - 1), ("/y", revision)]
    assert {p["task"]["reference"] for p in last} == {reference}
    assert latest["forwardPatches"] == []

    before = (await ask(CHECKOUT, state=state, revision=revision - 1))["checkout"]
    assert before["value"]["x"] == 1.25
    assert [p["patch"] for p in before["forwardPatches"]] == [{"op": "replace", "path": "/y", "value": 2.25}]
    whole = (await ask(CHECKOUT_AGENT, agent=agent))["checkoutAgent"]
    assert whole["values"] == {"stage": latest["value"]}
    assert (whole["globalRevision"], whole["forwardPatches"]) == (revision, [])


async def test_a_task_asks_for_a_state(
    platform: Server, token: str, rekuest: Any, lab: dict[str, Any], ask: Any
) -> None:
    from rekuest.api.schema import StateRequirementInput

    def wanting(path: str, value: Any, state: str = "stage") -> list[Any]:
        return [StateRequirementInput(state=state, path=path, operator="EQUALS", value=value)]

    await rekuest.acall(lab["Move"], x=7.0, y=8.0)
    assert await rekuest.acall(lab["Move"], x=1.0, y=8.0, state_requires=wanting("/x", 7.0)) == 9.0
    with pytest.raises(StatePreconditionFailed):
        await rekuest.acall(lab["Move"], x=1.0, y=8.0, state_requires=wanting("/x", 7.0))
    for refused in (wanting("/nowhere", 1), wanting("/x", 1, state="lamp")):
        with pytest.raises(Exception, match="stateRequires"):
            await rekuest.acall(lab["Move"], x=1.0, y=8.0, state_requires=refused)


# --- by hand -------------------------------------------------------------------

LAMP = [
    {
        "interface": "lamp",
        "definition": {"name": "lamp", "ports": [{"key": "on", "kind": "BOOL", "nullable": True}]},
    }
]


async def test_a_state_may_become_null(platform: Server, token: str) -> None:
    async with spoken_agent(platform, token, states=LAMP, hash="1" * 64) as spoken:
        watching = WATCH_AGENT % spoken.id
        async with following(platform, token, watching) as watched:
            assert (await watched())["values"] == {}
            await spoken.journal(
                {
                    "type": "STATE_PATCH",
                    "session_id": spoken.session,
                    "global_rev": 1,
                    "ts": 1.0,
                    "state_name": "lamp",
                    "op": "add",
                    "path": "/on",
                    "value": None,
                    "old_value": None,
                    "task_id": None,
                }
            )
            assert await watched() == {
                "__typename": "StatePatchEvent",
                "interface": "lamp",
                "path": "/on",
                "value": None,
                "globalRevision": 1,
            }
        query = "query ($agent: ID!) { checkoutAgent(agent: $agent, backwardPatchCount: 1)"
        query += " { values backwardPatches { value patch { op value } } } }"
        answer = wire.graphql(platform.rekuest_url, query, {"agent": spoken.id}, token).json()
        assert answer["data"]["checkoutAgent"] == {
            "values": {"lamp": {"on": None}},
            "backwardPatches": [{"value": None, "patch": {"op": "add", "value": None}}],
        }


async def test_agents_and_what_they_offer_are_followed(platform: Server, token: str) -> None:
    async with spoken_agent(platform, token, name="followed") as spoken:
        agent = spoken.id
        async with (
            following(platform, token, AGENTS) as agents,
            following(platform, token, IMPLEMENTATIONS % agent) as offered,
        ):
            await asyncio.sleep(0.3)
            await asyncio.to_thread(mutate, platform, token, "updateAgent", id=agent, name="Renamed")
            renamed = {"name": "Renamed", "connected": True, "blocked": False}
            assert await agents() == {"create": None, "update": renamed, "delete": None}
            (implementation,) = await asyncio.to_thread(implementations, platform, token, agent)
            await asyncio.to_thread(
                mutate, platform, token, "deleteImplementation", "", implementation=implementation
            )
            assert await offered() == {"create": None, "update": None, "delete": implementation}
            await spoken.socket.close()
            assert (await agents())["update"]["connected"] is False
            async with spoken_agent(platform, token, name="followed"):
                assert (await agents())["update"]["connected"] is True
                assert (await offered())["create"] == {"interface": "twice"}
            assert (await agents())["update"]["connected"] is False
            await asyncio.to_thread(mutate, platform, token, "updateAgent", id=agent, name=None)
            await agents()
            assert await asyncio.to_thread(mutate, platform, token, "deleteAgent", "", id=agent) == agent
            assert await agents() == {"create": None, "update": None, "delete": agent}


def implementations(server: Server, token: str, agent: str) -> list[str]:
    query = "query ($agent: ID!) { agent(id: $agent) { implementations { id } } }"
    answer = wire.graphql(server.rekuest_url, query, {"agent": agent}, token).json()
    return [one["id"] for one in answer["data"]["agent"]["implementations"]]


async def test_agents_are_sent_away_and_shut_out(platform: Server, token: str) -> None:
    async with spoken_agent(platform, token) as spoken:
        agent = spoken.id
        await asyncio.to_thread(mutate, platform, token, "bounce", agent=agent)
        await spoken.receive("BOUNCE")
        await asyncio.to_thread(mutate, platform, token, "kick", agent=agent, reason="enough")
        assert (await spoken.receive("KICK"))["reason"] == "enough"
    with pytest.raises(AssertionError, match="not connected"):
        await asyncio.to_thread(until_gone, platform, token, agent)
    async with spoken_agent(platform, token) as spoken:
        blocked = await asyncio.to_thread(mutate, platform, token, "block", "{ blocked }", agent=agent)
        assert blocked == {"blocked": True}
        await spoken.receive("KICK")
    with pytest.raises(websockets.ConnectionClosed) as refused:
        async with spoken_agent(platform, token) as spoken:
            pass
    assert refused.value.rcvd and refused.value.rcvd.code == 4003
    await asyncio.to_thread(mutate, platform, token, "unblock", agent=agent)
    async with spoken_agent(platform, token) as spoken:
        assert spoken.id == agent


def until_gone(server: Server, token: str, agent: str) -> None:
    """Kicks until that is refused: the end of a socket is noticed a moment later."""
    for _ in range(100):
        mutate(server, token, "kick", agent=agent)


async def test_drawers_are_kept_by_hand(platform: Server, token: str) -> None:
    made = await asyncio.to_thread(
        mutate,
        platform,
        token,
        "shelveInMemoryDrawer",
        "{ id label agentMinted shelve { agent { id } } }",
        identifier="@by-hand/thing",
        resourceId="r-1",
        label=None,
    )
    assert (made["label"], made["agentMinted"]) == ("r-1", False)
    document = "mutation ($input: UnshelveMemoryDrawerInput!) { unshelveMemoryDrawer(input: $input) }"
    answer = wire.graphql(platform.rekuest_url, document, {"input": {"id": "r-1"}}, token).json()
    assert answer["data"] == {"unshelveMemoryDrawer": made["id"]}
    again = wire.graphql(platform.rekuest_url, document, {"input": {"id": "r-1"}}, token)
    assert again.error_code() == "NOT_FOUND"
