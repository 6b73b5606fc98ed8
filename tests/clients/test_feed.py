"""The change feed by itself, and calls that must end well without it."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets
from arkitekt import aeasy
from rekuest.arkitekt import rekuest_service

from platform_under_test import wire
from platform_under_test.apps import client_environment
from platform_under_test.proxy import Proxy
from platform_under_test.server import Server

pytestmark = pytest.mark.usefixtures("offering")

WATCH = """subscription { mytasks {
  create { id reference isDone latestEventKind }
  event { id task kind returns message progress value createdAt } } }"""

ASSIGN = "mutation ($input: AssignInput!) { assign(input: $input) { id reference } }"


def socket_url(server: Server) -> str:
    return server.rekuest_url.replace("http", "ws", 1) + "/graphql"


@asynccontextmanager
async def legacy_feed(server: Server, token: str) -> AsyncIterator[Any]:
    """A `graphql-ws` socket after its handshake, as the Python clients open it."""
    # The library reads no close frame while messages it has no room for wait unread.
    async with websockets.connect(socket_url(server), subprotocols=["graphql-ws"], max_queue=None) as socket:
        assert socket.subprotocol == "graphql-ws"
        await socket.send(json.dumps({"type": "connection_init", "payload": {"token": token}}))
        assert await frame(socket) == {"type": "connection_ack"}
        yield socket


async def frame(socket: Any, within: float = 10) -> dict[str, Any]:
    """The next frame that is not a keep-alive."""
    while True:
        got = json.loads(await asyncio.wait_for(socket.recv(), within))
        if got["type"] not in ("ka", "ping"):
            return got


async def start(socket: Any, query: str, token: str | None = None, id: str = "1") -> None:
    payload: dict[str, Any] = {"query": query, "variables": {}}
    if token:
        payload["headers"] = {"Authorization": f"Bearer {token}"}
    await socket.send(json.dumps({"id": id, "type": "start", "payload": payload}))


def assign(server: Server, token: str, action: Any, **args: Any) -> dict[str, Any]:
    sent = {"action": action.id, "args": args, "capture": False, "reference": str(uuid.uuid4())}
    answer = wire.graphql(server.rekuest_url, ASSIGN, {"input": sent}, token).json()
    assert "errors" not in answer, answer
    return answer["data"]["assign"]


async def test_the_feed_alone_tells_a_tasks_whole_story(
    platform: Server, token: str, actions: dict[str, Any]
) -> None:
    async with legacy_feed(platform, token) as socket:
        await start(socket, WATCH)
        await asyncio.sleep(0.2)
        task = await asyncio.to_thread(assign, platform, token, actions["Add"], a=1, b=2)
        created: list[str] = []
        events: list[dict[str, Any]] = []
        while not events or events[-1]["kind"] != "COMPLETED":
            got = await frame(socket)
            assert (got["type"], got["id"]) == ("data", "1"), got
            assert "errors" not in got["payload"]
            change = got["payload"]["data"]["mytasks"]
            assert (change["create"] is None) != (change["event"] is None)
            if change["create"]:
                created.append(change["create"]["reference"])
            elif change["event"]["task"] == task["id"]:
                events.append(change["event"])
        assert created == [task["reference"]]
        kinds = [event["kind"] for event in events]
        assert kinds[0] == "QUEUED"
        assert kinds.index("STARTED") < kinds.index("YIELD")
        ids = [int(event["id"]) for event in events]
        assert ids == sorted(set(ids))
        yielded = next(event for event in events if event["kind"] == "YIELD")
        assert yielded["returns"] == {"return0": 3}


async def test_an_event_is_readable_when_it_is_pushed(
    platform: Server, token: str, actions: dict[str, Any]
) -> None:
    read = "query ($id: ID!) { task(id: $id) { events { id } } }"
    async with legacy_feed(platform, token) as socket:
        await start(socket, WATCH)
        await asyncio.sleep(0.2)
        task = await asyncio.to_thread(assign, platform, token, actions["Report"], steps=5)
        while True:
            event = (await frame(socket))["payload"]["data"]["mytasks"]["event"]
            if not event or event["task"] != task["id"]:
                continue
            answer = await asyncio.to_thread(
                wire.graphql, platform.rekuest_url, read, {"id": task["id"]}, token
            )
            assert event["id"] in [e["id"] for e in answer.json()["data"]["task"]["events"]]
            if event["kind"] == "COMPLETED":
                break


async def test_the_feed_shows_only_the_callers_own_tasks(
    platform: Server, token: str, actions: dict[str, Any], log_in_as: Any
) -> None:
    other = (await asyncio.to_thread(log_in_as, "somebody-else"))["access_token"]
    async with legacy_feed(platform, other) as socket:
        await start(socket, WATCH)
        await asyncio.sleep(0.2)
        await asyncio.to_thread(assign, platform, token, actions["Add"], a=1)
        with pytest.raises(TimeoutError):
            await frame(socket, within=1)


async def test_a_late_subscription_is_told_what_just_happened(
    platform: Server, token: str, actions: dict[str, Any]
) -> None:
    task = await asyncio.to_thread(assign, platform, token, actions["Add"], a=1)
    async with websockets.connect(socket_url(platform), subprotocols=["graphql-ws"]) as socket:
        # The acknowledgement is held back for a token that was seen before, which this one was.
        await socket.send(json.dumps({"type": "connection_init", "payload": {"token": token}}))
        await start(socket, WATCH)
        while True:
            event = (await frame(socket))["payload"]["data"]["mytasks"]["event"]
            if event and event["task"] == task["id"] and event["kind"] == "COMPLETED":
                break


async def test_a_start_may_be_pipelined_behind_the_init(platform: Server, token: str) -> None:
    """A reconnecting client does this, and a later acknowledgement would crash it."""
    async with websockets.connect(socket_url(platform), subprotocols=["graphql-ws"]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"token": token}}))
        await start(socket, WATCH)
        with pytest.raises(TimeoutError):
            while True:
                assert (await frame(socket, within=0.5))["type"] == "data"


@pytest.mark.parametrize("bad", ["", "nonsense", "a.b.c"])
async def test_a_bad_token_is_an_error_frame_not_a_closed_socket(
    platform: Server, token: str, bad: str
) -> None:
    async with legacy_feed(platform, bad) as socket:
        await start(socket, WATCH)
        got = await frame(socket)
        assert (got["type"], got["id"]) == ("error", "1")
        payload = got["payload"][0] if isinstance(got["payload"], list) else got["payload"]
        assert payload["extensions"]["code"] == "UNAUTHENTICATED"
        # The header of a later start counts, and the socket still serves it.
        await start(socket, WATCH, token=token, id="2")
        await socket.send(json.dumps({"id": "2", "type": "stop"}))


async def test_queries_and_nonsense_do_not_end_the_socket(platform: Server, token: str) -> None:
    async with legacy_feed(platform, token) as socket:
        for id, query in (("q", "{ __typename }"), ("s", "subscription {"), ("f", "subscription { no }")):
            await start(socket, query, id=id)
            got = await frame(socket)
            assert (got["type"], got["id"]) == ("error", id), got
        await socket.send("this is not JSON")
        await socket.send(json.dumps({"id": "never-started", "type": "stop"}))
        await socket.send(json.dumps({"type": "something-else"}))
        await start(socket, "{ __typename }", id="still-there")
        assert (await frame(socket))["id"] == "still-there"


async def test_a_stopped_subscription_says_nothing_more(
    platform: Server, token: str, actions: dict[str, Any]
) -> None:
    async with legacy_feed(platform, token) as socket:
        await start(socket, WATCH)
        await asyncio.sleep(0.2)
        await socket.send(json.dumps({"id": "1", "type": "stop"}))
        # The error frame comes after whatever was on its way when the stop arrived.
        await start(socket, "{ __typename }", id="marker")
        while (await frame(socket))["id"] != "marker":
            pass
        await asyncio.to_thread(assign, platform, token, actions["Add"], a=1)
        with pytest.raises(TimeoutError):
            got = await frame(socket, within=1)
            raise AssertionError(f"a frame after the stop: {got}")


async def test_short_calls_end_well_over_a_dead_feed(
    platform: Server, actions: dict[str, Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Proxy(platform.port, silent=True) as proxy:
        key = platform.take_key()
        for name, value in client_environment(platform, tmp_path, key, proxy.url).items():
            monkeypatch.setenv(name, value)
        async with aeasy("behind-a-dead-feed", rekuest_service) as client:
            began = time.monotonic()
            assert await client.acall(actions["Add"], a=40) == 42
            took = time.monotonic() - began
        assert proxy.swallowed > 0, "the feed was not dead"
        assert took < 10, "catching up is a matter of half a second, not of the test's patience"
