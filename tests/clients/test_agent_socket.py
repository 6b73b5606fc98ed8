"""The agent socket, spoken by hand: what the official agent cannot be made to do."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest
import websockets

from platform_under_test import wire
from platform_under_test.agent import Agent, agent, connected, registration
from platform_under_test.server import Server


async def close_code(socket: Any, within: float = 15) -> int:
    with pytest.raises(websockets.ConnectionClosed) as closed:
        async with asyncio.timeout(within):
            while True:
                await socket.recv()
    received = closed.value.rcvd
    return received.code if received else 1006


async def refusal(socket: Any) -> tuple[str, int]:
    """The PROTOCOL_ERROR and the close code of a refused registration."""
    frame = json.loads(await asyncio.wait_for(socket.recv(), 10))
    assert frame["type"] == "PROTOCOL_ERROR", frame
    return frame["error"], await close_code(socket)


@pytest.fixture
async def agent_token(log_in_as: Any) -> str:
    return (await asyncio.to_thread(log_in_as, f"by-hand-{uuid.uuid4()}"))["access_token"]


async def assign(server: Server, token: str, agent_id: str, **changes: Any) -> dict[str, Any]:
    sent = {"agent": agent_id, "interface": "twice", "args": {"a": 4}, "capture": False, **changes}
    query = "mutation ($input: AssignInput!) { assign(input: $input) { id isDone } }"
    answer = await asyncio.to_thread(wire.graphql, server.rekuest_url, query, {"input": sent}, token)
    assert "errors" not in answer.json(), answer.json()
    return answer.json()["data"]["assign"]


async def events(server: Server, token: str, task: str) -> list[dict[str, Any]]:
    query = """query ($id: ID!) { task(id: $id) {
      isDone latestEventKind events(ordering: [{createdAt: ASC}]) { kind message returns } } }"""
    answer = await asyncio.to_thread(wire.graphql, server.rekuest_url, query, {"id": task}, token)
    return answer.json()["data"]["task"]["events"]


async def test_a_second_connection_of_another_process_is_refused(platform: Server, agent_token: str) -> None:
    async with agent(platform, agent_token), connected(platform) as second:
        await second.send(json.dumps(registration(agent_token, str(uuid.uuid4()))))
        error, code = await refusal(second)
        assert "already" in error
        assert code == 4004


async def test_force_takes_the_connection_over(platform: Server, agent_token: str) -> None:
    async with agent(platform, agent_token) as first, agent(platform, agent_token, force=True) as second:
        assert second.id == first.id
        assert await close_code(first.socket) == 4005
        task = await assign(platform, agent_token, second.id)
        assert (await second.receive("ASSIGN"))["task"] == task["id"]


async def test_the_same_process_takes_its_own_connection_over(platform: Server, agent_token: str) -> None:
    session = str(uuid.uuid4())
    async with agent(platform, agent_token, session) as first, connected(platform) as again:
        await again.send(json.dumps(registration(agent_token, session)))
        spoken = Agent(again, session)
        assert (await spoken.receive("INIT"))["agent"] == first.id
        assert await close_code(first.socket) == 4005


async def test_a_task_from_assign_to_its_last_acknowledgement(
    platform: Server, agent_token: str, token: str
) -> None:
    async with agent(platform, agent_token) as spoken:
        task = await assign(platform, token, spoken.id, reference=str(uuid.uuid4()))
        order = await spoken.receive("ASSIGN")
        assert order["task"] == task["id"]
        assert order["interface"] == "twice"
        assert order["args"] == {"a": 4}
        for name in ("user", "org", "action", "implementation"):
            assert isinstance(order[name], str) and order[name], name
        await spoken.journal({"type": "STARTED", "task": task["id"], "seq": 1})
        await spoken.journal({"type": "YIELD", "task": task["id"], "seq": 2, "returns": {"return0": 8}})
        last = await spoken.journal({"type": "COMPLETED", "task": task["id"], "seq": 3})
        await spoken.acknowledged(last)
        kinds = [event["kind"] for event in await events(platform, token, task["id"])]
        assert kinds == ["QUEUED", "STARTED", "YIELD", "COMPLETED"]


async def test_a_resent_frame_is_acknowledged_and_counted_once(
    platform: Server, agent_token: str, token: str
) -> None:
    async with agent(platform, agent_token) as spoken:
        task = await assign(platform, token, spoken.id)
        await spoken.receive("ASSIGN")
        pos = await spoken.journal({"type": "STARTED", "task": task["id"]})
        await spoken.acknowledged(pos)
        spoken.pos -= 1
        await spoken.journal({"type": "STARTED", "task": task["id"]})
        await spoken.acknowledged(pos)
        kinds = [event["kind"] for event in await events(platform, token, task["id"])]
        assert kinds.count("STARTED") == 1


async def test_frames_about_nothing_known_are_acknowledged(platform: Server, agent_token: str) -> None:
    async with agent(platform, agent_token) as spoken:
        for frame in (
            {"type": "STARTED", "task": "987654321"},
            {"type": "COMPLETED", "task": "not-a-number"},
            {"type": "UNLOCK", "key": "no-such-lock", "task": None},
            {"type": "STATE_PATCH", "session_id": spoken.session, "global_rev": 1, "ts": 1.0,
             "state_name": "none", "op": "replace", "path": "/x", "value": 1, "old_value": None},
        ):  # fmt: skip
            await spoken.acknowledged(await spoken.journal(frame))


async def test_a_journal_that_starts_late_is_accepted(platform: Server, agent_token: str) -> None:
    async with agent(platform, agent_token) as spoken:
        foreign = str(uuid.uuid4())
        await spoken.send(
            {"type": "STARTED", "task": "5", "pos": 17, "journal_session": foreign, "agent_ts": 1.0}
        )
        acknowledged = await spoken.receive("JOURNAL_ACK")
        assert (acknowledged["journal_session"], acknowledged["pos"]) == (foreign, 17)


async def test_a_report_after_the_end_changes_nothing(platform: Server, agent_token: str, token: str) -> None:
    async with agent(platform, agent_token) as spoken:
        task = await assign(platform, token, spoken.id)
        await spoken.receive("ASSIGN")
        await spoken.journal({"type": "COMPLETED", "task": task["id"]})
        last = await spoken.journal({"type": "FAILED", "task": task["id"], "error": "late"})
        await spoken.acknowledged(last)
        kinds = [event["kind"] for event in await events(platform, token, task["id"])]
        assert kinds == ["QUEUED", "COMPLETED", "LATE_REPORT"]


async def test_work_that_was_never_picked_up_is_delivered_again(
    platform: Server, agent_token: str, token: str
) -> None:
    async with agent(platform, agent_token) as spoken:
        agent_id = spoken.id
        task = await assign(platform, token, agent_id)
        await spoken.receive("ASSIGN")
    async with agent(platform, agent_token) as again:
        assert again.id == agent_id
        assert (await again.receive("ASSIGN", within=40))["task"] == task["id"]


async def test_a_bad_token_is_refused_with_a_reason(platform: Server, agent_token: str) -> None:
    for bad in ("", "nonsense", wire.tampered_token(agent_token, sub="2")):
        async with connected(platform) as socket:
            await socket.send(json.dumps(registration(bad, str(uuid.uuid4()))))
            error, code = await refusal(socket)
            assert error
            assert code == 3003


async def test_a_bad_declaration_is_refused_with_a_reason(platform: Server, agent_token: str) -> None:
    async with connected(platform) as socket:
        broken = registration(agent_token, str(uuid.uuid4()), implementations=[{"interface": 5}])
        await socket.send(json.dumps(broken))
        error, code = await refusal(socket)
        assert error
        assert code == 3003


async def test_what_is_no_json_is_refused(platform: Server) -> None:
    async with connected(platform) as socket:
        await socket.send("this is not JSON")
        assert await close_code(socket) == 3002


async def test_a_frame_before_registration_is_refused(platform: Server) -> None:
    async with connected(platform) as socket:
        await socket.send(json.dumps({"id": "1", "type": "HEARTBEAT_ANSWER"}))
        assert await close_code(socket) == 3004


async def test_a_socket_that_never_registers_is_closed(platform: Server) -> None:
    async with connected(platform) as socket:
        assert await close_code(socket, within=20) not in (1000, 1001)


async def test_heartbeats_come_after_registration(platform: Server, agent_token: str) -> None:
    async with agent(platform, agent_token) as spoken:
        async with asyncio.timeout(20):
            while json.loads(await spoken.socket.recv())["type"] != "HEARTBEAT":
                pass


async def test_a_flood_of_reports_is_all_kept(platform: Server, agent_token: str, token: str) -> None:
    async with agent(platform, agent_token) as spoken:
        task = await assign(platform, token, spoken.id)
        await spoken.receive("ASSIGN")
        for step in range(1000):
            await spoken.journal({"type": "PROGRESS", "task": task["id"], "progress": step % 100})
        last = await spoken.journal({"type": "COMPLETED", "task": task["id"]})
        await spoken.acknowledged(last)
        kinds = [event["kind"] for event in await events(platform, token, task["id"])]
        assert kinds == ["QUEUED", *["PROGRESS"] * 1000, "COMPLETED"]


async def test_a_message_with_a_nul_neither_crashes_nor_blocks(
    platform: Server, agent_token: str, token: str
) -> None:
    async with agent(platform, agent_token) as spoken:
        task = await assign(platform, token, spoken.id)
        await spoken.receive("ASSIGN")
        pos = await spoken.journal(
            {"type": "LOG", "task": task["id"], "level": "INFO", "message": "a\u0000b"}
        )
        await spoken.acknowledged(pos)
        await spoken.acknowledged(await spoken.journal({"type": "COMPLETED", "task": task["id"]}))
        assert platform.is_alive()
