"""Other people's WebSocket clients: npm's graphql-ws and ws, Python's websockets."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import websockets

from platform_under_test import wire
from platform_under_test.apps import Apps
from platform_under_test.server import Server


@pytest.fixture(scope="module")
def greeter(platform: Server, apps: Apps, token: str, repository: Path) -> None:
    """The example provider, connected."""
    app = apps.start(repository / "examples" / "provider.py", "provider")
    query = "{ actions(filters: {assignable: true}) { id } }"
    for _ in range(600):
        if wire.graphql(platform.rekuest_url, query, token=token).json()["data"]["actions"]:
            return
        assert app.process.poll() is None, app.output
        time.sleep(0.05)
    raise AssertionError(app.output)


def feed_url(platform: Server) -> str:
    return platform.rekuest_url.replace("http", "ws", 1) + "/graphql"


def test_the_graphql_ws_client(
    platform: Server, token: str, node: Callable[..., list[Any]], greeter: None
) -> None:
    http = f"{platform.rekuest_url}/graphql"
    (seen,) = node("subscriber.mjs", feed_url(platform), http, token)
    assert seen["query"] == [{"data": {"__typename": "Query"}}]
    assert seen["named"] == [{"data": {"a": "Query"}}]
    assert isinstance(seen["invalid"], list)
    assert seen["invalid"][0]["message"]
    assert isinstance(seen["syntax"], list)
    assert seen["syntax"][0]["message"]
    assert "errors" not in seen["assigned"]
    assert seen["kinds"][0] == "QUEUED"
    assert seen["kinds"][-1] == "COMPLETED"
    assert seen["kinds"].count("YIELD") == 1


def test_the_ws_peer(platform: Server, token: str, node: Callable[..., list[Any]]) -> None:
    (seen,) = node("ws_peer.mjs", feed_url(platform), token)
    assert seen["subprotocol"] == "graphql-transport-ws"
    assert seen["pong"] == "between"
    assert seen["fragmented"] == "connection_ack"
    assert seen["lengths"] == [["next", "Query", "complete"]] * 6
    assert seen["closed"] == 1000
    assert seen["withDeflateOffered"] == "connection_ack"
    assert seen["notJson"] == 4400
    assert seen["beforeInit"] == 4401
    assert seen["twoInits"] == 4429
    assert seen["sameId"] == 4409


async def closed_with(url: str, *messages: str | bytes, **options: Any) -> int:
    async with websockets.connect(url, **options) as socket:
        for message in messages:
            await socket.send(message)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            async with asyncio.timeout(10):
                while True:
                    await socket.recv()
    return closed.value.rcvd.code if closed.value.rcvd else 1006


async def test_no_subprotocol_is_closed_with_4406(platform: Server) -> None:
    assert await closed_with(feed_url(platform)) == 4406


async def test_a_binary_frame_is_refused(platform: Server) -> None:
    code = await closed_with(feed_url(platform), b"\x00\x01", subprotocols=["graphql-ws"])
    assert code in (1002, 1003)


async def test_the_first_known_subprotocol_is_chosen(platform: Server) -> None:
    for offered, chosen in (
        (["nonsense", "graphql-ws"], "graphql-ws"),
        (["graphql-transport-ws", "graphql-ws"], "graphql-transport-ws"),
        (["graphql-ws", "graphql-transport-ws"], "graphql-ws"),
    ):
        async with websockets.connect(feed_url(platform), subprotocols=offered) as socket:
            assert socket.subprotocol == chosen


async def test_an_oversized_message_is_refused(platform: Server) -> None:
    huge = json.dumps({"type": "connection_init", "payload": {"x": "x" * (3 << 20)}})
    try:
        code = await closed_with(feed_url(platform), huge, subprotocols=["graphql-ws"], max_size=None)
    except websockets.ConnectionClosed as closed:
        code = closed.rcvd.code if closed.rcvd else 1006
    assert code in (1009, 1006)


async def test_a_ping_is_answered_while_idle(platform: Server) -> None:
    async with websockets.connect(feed_url(platform), subprotocols=["graphql-ws"]) as socket:
        await asyncio.wait_for(await socket.ping(b"still there?"), 5)


async def test_connection_terminate_ends_cleanly(platform: Server, token: str) -> None:
    init = json.dumps({"type": "connection_init", "payload": {"token": token}})
    end = json.dumps({"type": "connection_terminate"})
    assert await closed_with(feed_url(platform), init, end, subprotocols=["graphql-ws"]) == 1000


async def test_the_transport_protocol_refuses_an_unknown_message(platform: Server) -> None:
    url = feed_url(platform)
    assert await closed_with(url, '{"type": "hello"}', subprotocols=["graphql-transport-ws"]) == 4400


async def test_a_ping_message_is_answered(platform: Server) -> None:
    async with websockets.connect(feed_url(platform), subprotocols=["graphql-transport-ws"]) as socket:
        await socket.send(json.dumps({"type": "ping"}))
        assert json.loads(await asyncio.wait_for(socket.recv(), 5))["type"] == "pong"
