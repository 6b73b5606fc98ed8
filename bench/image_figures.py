"""What an image costs beside its bytes: its grant, its finish, what is made of it, and lists of many."""

from __future__ import annotations

import itertools
import json
import socket
import statistics
import time
import urllib.parse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import zarr
from limits import durable_commit_us
from mikro.api.schema import (
    CreateArrayDatasetMutation,
    FinishZarrUploadMutation,
    GetArrayDatasetsQuery,
    RequestZarrUploadMutation,
)
from report import row, title
from subject import cpu_seconds

from conformance.s3.signing import Sender
from conformance.s3.stores import Keys
from platform_under_test import wire
from platform_under_test.server import Server, free_ports

if TYPE_CHECKING:
    from pathlib import Path

IMAGES = 200
WARM_UP = 1000
"""Images before those that are measured: so many that databases' logs have the length which they have in a
server that runs for a while, as the commit has that is measured beside them."""
MORE_STORES = 1000
"""An organization's other uploads, which should make no image dearer."""

PYTHON_MS, PYTHON_CPU_MS = 138, 90
"""Grant, finish and create by today's Python server, its store answered by a constant."""
PYTHON_LIST_CPU_MS = 38 + 13
"""50 images with store and dataset, by the Python server and its PostgreSQL."""
GOAL = 90
CALLERS = 8

LIST = """
query ($limit: Int!) { arrayDatasets(pagination: {limit: $limit}) {
  id name shape folder { id name }
  dataArrays { id level shape chunkShape store { id key bucket path } }
  intrinsicSystem { id name axes { id order name type unit longName } } } }
"""


@dataclass
class Took:
    """What one of many requests took."""

    ms: float
    cpu_ms: float
    statements: float


class Caller:
    """One connection to Mikro that asks as fast as it is answered."""

    def __init__(self, server: Server) -> None:
        self.server = server
        wanted = [
            {"key": key, "service": f"live.arkitekt.{key}", "optional": False} for key in ("mikro", "s3")
        ]
        login = wire.log_in(server.url, server.take_key(), "bench-images", requirements=wanted)
        url = urllib.parse.urlsplit(server.access["services"]["mikro"]["url"])
        self.metrics = f"{url.geturl()}/metrics"
        self.head = (
            f"POST {url.path}/graphql HTTP/1.1\r\nHost: {url.netloc}\r\n"
            f"Authorization: Bearer {login['access_token']}\r\nContent-Type: application/json\r\n"
        )
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = self.socket.makefile("rb", buffering=1 << 20)

    def prepared(self, document: str, variables: dict[str, Any]) -> bytes:
        body = json.dumps({"query": document, "variables": variables}).encode()
        return f"{self.head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def exchange(self, sent: bytes) -> bytes:
        self.socket.sendall(sent)
        status = self.answers.readline()
        size = 0
        while (line := self.answers.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                size = int(value)
        body = self.answers.read(size)
        assert status.startswith(b"HTTP/1.1 200") and b'"errors"' not in body, body[:500]
        return body

    def ask(self, document: str, variables: dict[str, Any]) -> Any:
        return json.loads(self.exchange(self.prepared(document, variables)))["data"]

    def statements(self) -> float:
        page = wire.request(self.metrics).body.decode()
        name = "arkitektd_database_statements_total"
        return next(
            float(line.rsplit(" ", 1)[1])
            for line in page.splitlines()
            if line.startswith((name + "{", name + " "))
        )

    def measure(self, asked: list[bytes]) -> tuple[Took, list[Any]]:
        """One after the other; the time is the median's, CPU and statements the average's."""
        assert self.server.process is not None
        pids = [self.server.process.pid]
        times, answers = [], []
        statements, cpu = self.statements(), cpu_seconds(pids)
        for each in asked:
            began = time.perf_counter()
            answers.append(self.exchange(each))
            times.append(time.perf_counter() - began)
        cpu, statements = cpu_seconds(pids) - cpu, self.statements() - statements
        took = Took(statistics.median(times) * 1000, cpu / len(asked) * 1000, statements / len(asked))
        return took, [json.loads(answer)["data"] for answer in answers]


Step = Callable[[Caller, Any, list[dict[str, Any]], str], tuple[Took, list[dict[str, Any]]]]
"""One of the client's mutations for each input, and what they answered."""


def files_of_an_image() -> dict[str, bytes]:
    """`zarr.json` and the one shard of a small stack, as the client lays it out."""
    kept: dict[str, Any] = {}
    shape = (2, 3, 64, 64)
    array = zarr.create_array(
        kept,
        shape=shape,
        chunks=(1, 1, 64, 64),
        shards=shape,
        dtype="uint16",
        dimension_names=list("czyx"),
    )
    array[:] = np.random.default_rng(1).integers(0, 4096, shape, dtype="uint16")
    return {name: value.to_bytes() for name, value in kept.items()}


def put_files(endpoint: str, grant: dict[str, Any], files: dict[str, bytes]) -> None:
    keys = Keys(grant["accessKey"], grant["secretKey"], grant["sessionToken"])
    send = Sender(endpoint, grant["bucket"], keys)
    for name, content in files.items():
        answer = send("PUT", f"{grant['key']}/{name}", content)
        assert answer.status == 200, answer.body


def description(store: str, number: int, folder: str) -> dict[str, Any]:
    """What the client sends of an image."""
    kinds = {"c": "CHANNEL", "z": "SPACE", "y": "SPACE", "x": "SPACE"}
    axes = [{"name": name, "type": kind, "longName": name} for name, kind in kinds.items()]
    return {"data": store, "scales": [], "name": f"image {number}", "axes": axes, "folder": folder}


def step(
    caller: Caller, operation: Any, inputs: list[dict[str, Any]], name: str
) -> tuple[Took, list[dict[str, Any]]]:
    """One after the other."""
    document = operation.Meta.document
    took, data = caller.measure([caller.prepared(document, {"input": each}) for each in inputs])
    return took, [each[name] for each in data]


def together(callers: list[Caller]) -> Step:
    """The step by all of them at a time, each asking for its share; the time is that between two answers."""

    def run(
        _: Caller, operation: Any, inputs: list[dict[str, Any]], name: str
    ) -> tuple[Took, list[dict[str, Any]]]:
        document = operation.Meta.document
        asked = [callers[0].prepared(document, {"input": each}) for each in inputs]
        shares = [range(first, len(asked), len(callers)) for first in range(len(callers))]
        assert callers[0].server.process is not None
        pids = [callers[0].server.process.pid]
        statements, cpu, began = callers[0].statements(), cpu_seconds(pids), time.perf_counter()
        with ThreadPoolExecutor(len(callers)) as threads:
            parts = list(
                threads.map(
                    lambda caller, share: [(i, caller.exchange(asked[i])) for i in share], callers, shares
                )
            )
        each_ms = (time.perf_counter() - began) / len(asked) * 1000
        cpu, statements = cpu_seconds(pids) - cpu, callers[0].statements() - statements
        answers = dict(itertools.chain.from_iterable(parts))
        took = Took(each_ms, cpu / len(asked) * 1000, statements / len(asked))
        return took, [json.loads(answers[i])["data"][name] for i in range(len(asked))]

    return run


def upload(caller: Caller, count: int, files: dict[str, bytes], each: Step = step) -> tuple[Took, list[str]]:
    """What a grant took, and so many stores with these files in each."""
    took, grants = each(caller, RequestZarrUploadMutation, [{}] * count, "requestZarrUpload")
    endpoint = caller.server.s3_url.rstrip("/")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda grant: put_files(endpoint, grant, files), grants))
    return took, [grant["store"] for grant in grants]


def make_images(caller: Caller, count: int, folder: str, each: Step = step) -> dict[str, Took]:
    """So many images; each step is done for all of them before the next, so that its CPU is its own."""
    granted, stores = upload(caller, count, files_of_an_image(), each)
    ended = [{"storeId": store, "valid": True} for store in stores]
    finished, _ = each(caller, FinishZarrUploadMutation, ended, "finishZarrUpload")
    described = [description(store, number, folder) for number, store in enumerate(stores)]
    created, made = each(caller, CreateArrayDatasetMutation, described, "createArrayDataset")
    assert all(image["shape"] == [2, 3, 64, 64] for image in made)
    return {"requestZarrUpload": granted, "finishZarrUpload": finished, "createArrayDataset": created}


def cpu_of(steps: dict[str, Took]) -> float:
    return sum(took.cpu_ms for took in steps.values())


def bookkeeping(caller: Caller, folder: str, commit_us: Callable[[], float]) -> None:
    title("The bookkeeping of an image: grant, finish, create; its bytes are not in it")
    make_images(caller, WARM_UP, folder)
    before = commit_us()
    steps = make_images(caller, IMAGES, folder)
    commit = (before + commit_us()) / 2
    row("one durable commit", f"{commit:.0f} us")
    for name, took in steps.items():
        value = f"{took.ms:.2f} ms, {took.cpu_ms:.2f} ms CPU"
        row(name, value, f"{took.ms * 1000 / commit:.1f} commits; {took.statements:.0f} statements")
    ms, cpu = sum(took.ms for took in steps.values()), cpu_of(steps)
    row(
        "all three, p50",
        f"{ms:.2f} ms",
        f"{ms * GOAL / PYTHON_MS:.2f} x the goal of Python's {PYTHON_MS} ms / {GOAL}; "
        f"{ms * 1000 / commit:.1f} commits",
    )
    row(
        "",
        f"{cpu:.2f} ms CPU",
        f"{cpu * GOAL / PYTHON_CPU_MS:.2f} x the goal of Python's {PYTHON_CPU_MS} ms / {GOAL}",
    )
    crowd = [caller, *(Caller(caller.server) for _ in range(CALLERS - 1))]
    steps = make_images(caller, IMAGES * 4, folder, together(crowd))
    a_second, busy = 1000 / sum(took.ms for took in steps.values()), cpu_of(steps)
    row(
        f"{CALLERS} clients at a time",
        f"{a_second:.0f} images/s",
        f"Python {a_second * PYTHON_MS / 1000:.0f} x, one at a time",
    )
    row(
        "",
        f"{busy:.2f} ms CPU",
        f"{busy * GOAL / PYTHON_CPU_MS:.2f} x the goal of Python's {PYTHON_CPU_MS} ms / {GOAL}",
    )
    upload(caller, MORE_STORES, {"zarr.json": b"{}"})
    later = cpu_of(make_images(caller, IMAGES, folder))
    row(
        f"the same among {MORE_STORES} stores more",
        f"{later:.2f} ms CPU",
        f"{later / cpu:.2f} x, should be 1",
    )


def lists(caller: Caller) -> None:
    title("Lists of images with folder, arrays, stores and intrinsic system")

    def ask(document: str, variables: dict[str, Any], name: str, limit: int) -> Took:
        took, data = caller.measure([caller.prepared(document, variables)] * 100)
        assert len(data[-1][name]) == limit
        return took

    of = {limit: ask(LIST, {"limit": limit}, "arrayDatasets", limit) for limit in (10, 100)}
    ten, hundred = of[10], of[100]
    row("10 images", f"{ten.ms:.2f} ms, {ten.cpu_ms:.2f} ms CPU", f"{ten.statements:.0f} statements")
    row(
        "100 images",
        f"{hundred.ms:.2f} ms, {hundred.cpu_ms:.2f} ms CPU",
        f"{hundred.statements:.0f} statements, must not grow; {hundred.ms / ten.ms:.1f} x the time of 10",
    )
    document = GetArrayDatasetsQuery.Meta.document
    fifty = ask(document, {"pagination": {"limit": 50}}, "arrayDatasets", 50)
    times = PYTHON_LIST_CPU_MS / fifty.cpu_ms
    row(
        "50 images as the client lists them",
        f"{fifty.ms:.2f} ms, {fifty.cpu_ms:.2f} ms CPU",
        f"Python {times:.0f} x; goal 200 x",
    )


def measure(room: Path) -> None:
    server = Server(room / "images", free_ports()).start()
    try:
        caller = Caller(server)
        made = caller.ask('mutation { createFolder(input: {name: "bench"}) { id } }', {})
        bookkeeping(caller, made["createFolder"]["id"], lambda: durable_commit_us(room))
        lists(caller)
    finally:
        server.stop()
