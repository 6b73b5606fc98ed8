"""What this machine can do, now: the limits that figures are held against."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import socket
import sqlite3
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from platform_under_test.postgres import Postgres, programs


def durable_commit_us(room: Path) -> float:
    """The median of inserting one row into SQLite in WAL mode with synchronous=FULL.

    Into a log that has its length, as that of a server that runs for a while: growing a file costs more.
    """
    database = sqlite3.connect(room / "limit.sqlite", isolation_level=None)
    database.executescript(
        "pragma journal_mode=wal; pragma synchronous=full; create table if not exists t (x);"
    )
    database.execute("insert into t values (zeroblob(4000000))")
    database.execute("pragma wal_checkpoint(restart)")
    times = []
    for i in range(500):
        began = time.perf_counter()
        database.execute("insert into t values (?)", (i,))
        times.append(time.perf_counter() - began)
    database.close()
    return statistics.median(times) * 1e6


def postgres_commit_us(postgres: Postgres, room: Path) -> float:
    """The average of inserting one row in a transaction of its own, by pgbench."""
    script = room / "insert.sql"
    script.write_text("insert into bench_limit values (1);\n")
    postgres.query("create table if not exists bench_limit (x bigint)")
    said = subprocess.run(
        [
            *(str(programs() / "pgbench"), "-n", "-M", "prepared", "-T", "2", "-f", str(script)),
            *("-h", str(postgres.room), "-U", "test", "postgres"),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = re.search(r"latency average = ([0-9.]+) ms", said)
    assert found is not None, said
    return float(found.group(1)) * 1000


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
    await writer.wait_closed()
    await asyncio.sleep(0.01)  # for the other end to see it
    server.close()
    return statistics.median(times) * 1e6


@dataclass
class Loopback:
    """A gibibyte from one process to another; CPU in seconds for each of them."""

    gib_per_second: float
    sender_cpu: float
    receiver_cpu: float


def loopback() -> Loopback:
    """Sent and received in pieces of 256 KiB, nothing done with them."""
    listener = socket.create_server(("127.0.0.1", 0))
    block = memoryview(bytearray(256 * 1024))
    sender = os.fork()
    if sender == 0:
        with socket.create_connection(listener.getsockname()) as there:
            for _ in range(2**30 // len(block)):
                there.sendall(block)
        os._exit(0)
    here, _ = listener.accept()
    began, before = time.perf_counter(), time.process_time()
    with here, listener:
        while here.recv_into(block):
            pass
    took, receiver = time.perf_counter() - began, time.process_time() - before
    _, _, used = os.wait4(sender, 0)
    return Loopback(1 / took, used.ru_utime + used.ru_stime, receiver)


def hash_seconds_per_gib(kind: str) -> float:
    """CPU seconds that OpenSSL takes to hash a gibibyte."""
    block, digest = bytes(2**20), hashlib.new(kind)
    before = time.process_time()
    for _ in range(256):
        digest.update(block)
    return (time.process_time() - before) * 4
