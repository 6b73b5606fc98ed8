"""Measures the platform as a whole, each figure beside its limit. `./dev bench platform` runs it.

CPU is the server's own, from /proc, so that the load generator's slowness does not count. The
limits that depend on the machine (a TCP echo, a durable commit, nginx's tiny answer) are measured
in the same run; the Python servers' figures were taken on the same kind of machine and serve as an order of
magnitude.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nginx import Nginx
from platform_under_test import wire
from platform_under_test.agent import DEFINITION, Agent, agent
from platform_under_test.server import BINARY, Server, free_ports

PYTHON_CPU_MS = {
    "{ __typename }": 14 + 7,
    "50 actions with implementations": 57 + 8,
    "50 actions with ports": 157 + 23,
    "50 tasks with action": 32 + 9,
    "action by id": 24 + 10,
    "task by id with events": 25 + 10,
    "a task, sequential": 80 + 54,
}
"""CPU per request of today's Python servers and their PostgreSQL."""

QUERIES = {
    "{ __typename }": "{ __typename }",
    "50 actions with implementations": (
        "{ actions(pagination: {limit: 50}) { id name implementations { id interface } } }"
    ),
    "50 actions with ports": (
        "{ actions(pagination: {limit: 50}) { id name args { key kind nullable } returns { key kind } } }"
    ),
    "50 tasks with action": "{ tasks(pagination: {limit: 50}) { id latestEventKind action { id name } } }",
    "action by id": "query ($action: ID) { action(id: $action) { id name hash } }",
    "task by id with events": "query ($task: ID!) { task(id: $task) { id events { id kind } } }",
}

ASSIGN = "mutation ($input: AssignInput!) { assign(input: $input) { id } }"


def row(what: str, value: str, limit: str = "") -> None:
    print(f"  {what:<44} {value:>22}   {limit}", flush=True)


def cpu_seconds(pids: list[int]) -> float:
    """What the processes' threads have run so far, user and system."""
    threads = [path for pid in pids for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(path.read_text().split()[0]) for path in threads) / 1e9


def pids_of(server: Server) -> list[int]:
    assert server.process is not None
    return [server.process.pid]


def proportional_kib(server: Server) -> int:
    assert server.process is not None
    for line in Path(f"/proc/{server.process.pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise RuntimeError("no Pss in smaps_rollup")


# Limits of the machine --------------------------------------------------------------------------


def durable_commit_us(room: Path) -> tuple[float, float]:
    """A SQLite commit of one row in WAL mode with synchronous=FULL: the median, and its CPU."""
    database = sqlite3.connect(room / "limit.sqlite", isolation_level=None)
    database.executescript("pragma journal_mode=wal; pragma synchronous=full; create table t (x);")
    times = []
    cpu = time.thread_time()
    for i in range(500):
        began = time.perf_counter()
        database.execute("insert into t values (?)", (i,))
        times.append(time.perf_counter() - began)
    cpu = time.thread_time() - cpu
    database.close()
    return statistics.median(times) * 1e6, cpu / 500 * 1e6


async def echo_us() -> float:
    """The median round trip of a few bytes over loopback."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1024):
            writer.write(data)

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    times = []
    for _ in range(2000):
        began = time.perf_counter()
        writer.write(b"x" * 64)
        await reader.read(1024)
        times.append(time.perf_counter() - began)
    writer.close()
    server.close()
    return statistics.median(times) * 1e6


# Start, memory, size ----------------------------------------------------------------------------


def stripped_mib(room: Path) -> float:
    copy = room / "arkitektd"
    shutil.copy(BINARY, copy)
    subprocess.run(["strip", str(copy)], check=True)
    return copy.stat().st_size / 2**20


def first_query_ms(server: Server, token: str, repeats: int = 10) -> float:
    """The best of ten warm starts, from the exec to the first authenticated answer."""
    best = float("inf")
    for _ in range(repeats):
        server.stop()
        began = time.perf_counter()
        server.start()
        answer = wire.graphql(server.rekuest_url, "{ __typename }", token=token)
        best = min(best, time.perf_counter() - began)
        assert answer.json() == {"data": {"__typename": "Query"}}
    return best * 1000


# Requests ---------------------------------------------------------------------------------------


def prepared(server: Server, token: str, query: str, variables: dict[str, Any]) -> bytes:
    body = json.dumps({"query": query, "variables": variables}).encode()
    return (
        f"POST /rekuest/graphql HTTP/1.1\r\nHost: localhost:{server.port}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> bytes:
    writer.write(sent)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    return await reader.readexactly(length)


@dataclass
class Load:
    per_second: float
    p50_ms: float
    cpu_us: float


async def load(port: int, pids: list[int], sent: bytes, connections: int, seconds: float) -> Load:
    times: list[float] = []
    until = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (began := time.perf_counter()) < until:
            body = await exchange(reader, writer, sent)
            times.append(time.perf_counter() - began)
        assert b'"errors"' not in body, body[:500]
        writer.close()

    before, began = cpu_seconds(pids), time.perf_counter()
    await asyncio.gather(*(client() for _ in range(connections)))
    took = time.perf_counter() - began
    cpu = (cpu_seconds(pids) - before) / len(times)
    return Load(len(times) / took, statistics.median(times) * 1000, cpu * 1e6)


def fifty_actions() -> list[dict[str, Any]]:
    declared = []
    for i in range(50):
        name = "twice" if i == 0 else f"twice_{i}"
        definition = {**DEFINITION, "key": name, "name": name}
        declared.append({"interface": name, "definition": definition, "code_hash": "1" * 64})
    return declared


# Tasks ------------------------------------------------------------------------------------------


async def answer_every_task(spoken: Agent, done: Callable[[str], None]) -> None:
    """An agent that finishes whatever it is given, and reports it as acknowledged."""
    waiting: list[tuple[int, str]] = []
    while True:
        frame = json.loads(await spoken.socket.recv())
        if frame["type"] == "HEARTBEAT":
            await spoken.send({"type": "HEARTBEAT_ANSWER"})
        elif frame["type"] == "ASSIGN":
            task = frame["task"]
            await spoken.journal({"type": "STARTED", "task": task})
            await spoken.journal({"type": "YIELD", "task": task, "returns": {"return0": 8}})
            waiting.append((await spoken.journal({"type": "COMPLETED", "task": task}), task))
        elif frame["type"] == "JOURNAL_ACK":
            while waiting and waiting[0][0] <= frame["pos"]:
                done(waiting.pop(0)[1])


async def tasks(server: Server, token: str, agent_token: str, in_flight: int, total: int) -> Load:
    """Assigns tasks, `in_flight` at a time, each until its end is durable."""
    ended: dict[str, asyncio.Event] = {}

    def event_of(task: str) -> asyncio.Event:
        return ended.setdefault(task, asyncio.Event())

    async with agent(server, agent_token, implementations=fifty_actions()) as spoken:
        answering = asyncio.create_task(answer_every_task(spoken, lambda task: event_of(task).set()))
        sent = {"agent": spoken.id, "interface": "twice", "args": {"a": 4}, "capture": False}
        left = iter(range(total))
        times: list[float] = []

        async def caller() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            for _ in left:
                reference = {"reference": str(uuid.uuid4())}
                request = prepared(server, token, ASSIGN, {"input": {**sent, **reference}})
                began = time.perf_counter()
                answer = json.loads(await exchange(reader, writer, request))
                await event_of(answer["data"]["assign"]["id"]).wait()
                times.append(time.perf_counter() - began)
            writer.close()

        before, began = cpu_seconds(pids_of(server)), time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(in_flight)))
        took = time.perf_counter() - began
        cpu = (cpu_seconds(pids_of(server)) - before) / total
        answering.cancel()
        await asyncio.wait([answering])
    return Load(total / took, statistics.median(times) * 1000, cpu * 1e6)


async def measure(name: str, work: Callable[[], Awaitable[None]]) -> None:
    print(f"\n{name}", flush=True)
    await work()


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--seconds", type=float, default=3.0, help="per figure (3)")
    options.add_argument("--tasks", type=int, default=2000, help="per task figure (2000)")
    given = options.parse_args()

    room = Path(tempfile.mkdtemp(prefix="arkitektd-bench-"))
    server = Server(room / "data", free_ports()).start()
    nginx = Nginx(room, free_ports())
    try:
        token = wire.log_in(server.url, server.take_key(), "bench-caller")["access_token"]
        agent_token = wire.log_in(server.url, server.take_key(), "bench-agent")["access_token"]
        echo = await echo_us()
        commit, commit_cpu = await asyncio.to_thread(durable_commit_us, room)

        async def footprint() -> None:
            row("stripped binary", f"{stripped_mib(room):.1f} MiB", "goal < 25 MB")
            ms = await asyncio.to_thread(first_query_ms, server, token)
            row("warm start to first authenticated query", f"{ms:.0f} ms", "goal < 100 ms; Python 4,300 ms")
            await asyncio.sleep(1)
            kib = proportional_kib(server)
            row("idle memory (proportional set size)", f"{kib / 1024:.1f} MiB", "goal < 30 MB; Python 149 MB")

        async def limits() -> None:
            row("one TCP echo", f"{echo:.0f} us")
            row("one durable SQLite commit", f"{commit:.0f} us", f"{commit_cpu:.0f} us of it CPU")

        async def task_figures() -> None:
            one = await tasks(server, token, agent_token, 1, given.tasks // 4)
            bound = (8 * commit + 6 * echo) / 1000
            row("sequential, p50", f"{one.p50_ms:.2f} ms", f"goal <= {bound:.2f} ms (8 commits + 6 echoes)")
            python = PYTHON_CPU_MS["a task, sequential"] * 1000
            row(
                "sequential, CPU per task",
                f"{one.cpu_us:.0f} us",
                f"goal 300 us; 3 bare commits {3 * commit_cpu:.0f} us; Python {python / one.cpu_us:.0f} x",
            )
            many = await tasks(server, token, agent_token, 100, given.tasks)
            row("100 in flight", f"{many.per_second:.0f} tasks/s", "Python 7-8 tasks/s")
            ratio = many.cpu_us / one.cpu_us
            row(
                "100 in flight, CPU per task",
                f"{many.cpu_us:.0f} us",
                f"{ratio:.2f} x sequential, goal <= 1.2",
            )

        async def requests() -> None:
            action = wire.graphql(server.rekuest_url, "{ actions { id } }", token=token).json()
            some = wire.graphql(
                server.rekuest_url, "{ tasks(pagination: {limit: 1}) { id } }", token=token
            ).json()
            known = {"action": action["data"]["actions"][0]["id"], "task": some["data"]["tasks"][0]["id"]}
            tiny = await load(nginx.port, nginx.pids, prepared(server, token, "", {}), 8, given.seconds)
            row("nginx, a tiny answer, CPU at 8", f"{tiny.cpu_us:.0f} us", "limit: 2 x this and 20 us")
            for name, query in QUERIES.items():
                variables = {key: value for key, value in known.items() if f"${key}:" in query}
                sent = prepared(server, token, query, variables)
                figures = [
                    await load(server.port, pids_of(server), sent, n, given.seconds) for n in (1, 8, 64)
                ]
                rates = " / ".join(f"{figure.per_second:.0f}" for figure in figures)
                cpu = figures[1].cpu_us
                times = PYTHON_CPU_MS[name] * 1000 / cpu
                row(name, f"{rates} req/s")
                row("", f"{figures[0].p50_ms:.2f} ms, {cpu:.0f} us CPU", f"Python {times:.0f} x; goal 200 x")

        await measure("Limits of this machine, now", limits)
        await measure("Footprint", footprint)
        await measure("Tasks", task_figures)
        await measure("Requests at 1 / 8 / 64 connections; p50 at 1, CPU at 8", requests)
    finally:
        nginx.stop()
        server.stop()
        shutil.rmtree(room, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(main())
