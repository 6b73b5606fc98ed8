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
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import login_figures
from limits import durable_commit_us, echo_us, postgres_commit_us
from login_figures import KEYS
from nginx import Nginx
from report import row, title
from subject import Subject, cpu_seconds, on_postgres, on_sqlite
from task_figures import LOGINS, TaskLoad, measure

from platform_under_test import wire
from platform_under_test.agent import DEFINITION
from platform_under_test.server import BINARY, Server, free_ports

PYTHON_CPU_MS = {
    "{ __typename }": 14 + 7,
    "50 actions with implementations": 57 + 8,
    "50 actions with ports": 157 + 23,
    "50 tasks with action": 32 + 9,
    "action by id": 24 + 10,
    "task by id with events": 25 + 10,
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


def prepared(port: int, token: str, query: str, variables: dict[str, Any]) -> bytes:
    body = json.dumps({"query": query, "variables": variables}).encode()
    return (
        f"POST /rekuest/graphql HTTP/1.1\r\nHost: localhost:{port}\r\n"
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


# The whole run ---------------------------------------------------------------------------------


def footprint(room: Path) -> None:
    server = Server(room / "fresh", free_ports()).start()
    try:
        token = wire.log_in(server.url, server.take_key(), "bench-caller")["access_token"]
        row("stripped binary", f"{stripped_mib(room):.1f} MiB", "goal < 25 MB")
        ms = first_query_ms(server, token)
        row("warm start to first authenticated query", f"{ms:.0f} ms", "goal < 100 ms; Python 4,300 ms")
        time.sleep(1)
        kib = Subject(server, server, server.port, []).proportional_kib()
        row("idle memory (proportional set size)", f"{kib / 1024:.1f} MiB", "goal < 30 MB; Python 149 MB")
    finally:
        server.stop()


async def requests(subject: Subject, token: str, room: Path, seconds: float) -> None:
    nginx = Nginx(room, free_ports())
    try:
        tiny = await load(nginx.port, nginx.pids, prepared(subject.port, token, "", {}), 8, seconds)
        row("nginx, a tiny answer, CPU at 8", f"{tiny.cpu_us:.0f} us", "limit: 2 x this and 20 us")
    finally:
        nginx.stop()
    url = subject.access.rekuest_url
    action = wire.graphql(url, "{ actions { id } }", token=token).json()
    some = wire.graphql(url, "{ tasks(pagination: {limit: 1}) { id } }", token=token).json()
    known = {"action": action["data"]["actions"][0]["id"], "task": some["data"]["tasks"][0]["id"]}
    for name, query in QUERIES.items():
        variables = {key: value for key, value in known.items() if f"${key}:" in query}
        sent = prepared(subject.port, token, query, variables)
        figures = [await load(subject.port, [subject.pid], sent, n, seconds) for n in (1, 8, 64)]
        rates = " / ".join(f"{figure.per_second:.0f}" for figure in figures)
        cpu = figures[1].cpu_us
        times = PYTHON_CPU_MS[name] * 1000 / cpu
        row(name, f"{rates} req/s")
        row("", f"{figures[0].p50_ms:.2f} ms, {cpu:.0f} us CPU", f"Python {times:.0f} x; goal 200 x")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--seconds", type=float, default=3.0, help="per figure (3)")
    options.add_argument("--tasks", action="store_true", help="tasks and agents only")
    options.add_argument("--logins", action="store_true", help="logins only")
    given = options.parse_args()
    room = Path(tempfile.mkdtemp(prefix="arkitektd-bench-"))
    try:
        echo = asyncio.run(echo_us())
        if not given.tasks and not given.logins:
            title("Footprint")
            footprint(room)
        with on_sqlite(room / "sqlite", LOGINS + KEYS) as subject:
            if given.logins or not given.tasks:
                title("Logins")
                cores = os.sched_getaffinity(0)
                login_figures.measure(
                    subject,
                    row,
                    lambda sent: asyncio.run(load(subject.port, [subject.pid], sent, 16, given.seconds)),
                    cores,
                )
            if given.logins:
                return
            title("Tasks and agents on SQLite")
            tasks = TaskLoad(subject, fifty_actions())
            measure(tasks, row, lambda: durable_commit_us(room), echo, given.seconds)
            if not given.tasks:
                title("Requests at 1 / 8 / 64 connections; p50 at 1, CPU at 8")
                asyncio.run(requests(subject, tasks.token, room, given.seconds))
        with on_postgres(room / "postgres", LOGINS) as subject:
            title("Tasks and agents on PostgreSQL; CPU is our own")
            assert (postgres := subject.postgres) is not None
            tasks = TaskLoad(subject, fifty_actions())
            measure(tasks, row, lambda: postgres_commit_us(postgres, room), echo, given.seconds)
    finally:
        shutil.rmtree(room, ignore_errors=True)


if __name__ == "__main__":
    main()
