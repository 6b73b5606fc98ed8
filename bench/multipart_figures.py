"""Many uploads in parts at once, by obstore: what the server keeps of them in memory."""

from __future__ import annotations

import asyncio
import random
import time

import obstore
from object_peers import GIB, Peers, S3Peer
from report import row, title
from subject import total_cpu_seconds

UPLOADS = 16
SIZE = 128 << 20
PART = 8 << 20
OBSTORES_OWN = 12
"""Parts of one upload that obstore sends at a time by itself."""
LIMIT = 100e6
"""Bytes of resident memory."""

LABEL = "parts"


async def upload_all(peer: S3Peer, body: bytes, at_a_time: int) -> None:
    store = peer.obstore()
    await asyncio.gather(
        *(
            obstore.put_async(store, f"{LABEL}/{i}", body, chunk_size=PART, max_concurrency=at_a_time)
            for i in range(UPLOADS)
        )
    )


def check_and_remove(peer: S3Peer) -> None:
    """What is measured must have been kept."""
    store = peer.obstore()
    sizes = [each["size"] for each in obstore.list(store, LABEL).collect()]
    assert sizes == [SIZE] * UPLOADS, f"{peer.name}: {sizes}"
    obstore.delete(store, [f"{LABEL}/{i}" for i in range(UPLOADS)])


def measure_one(peer: S3Peer, body: bytes, at_a_time: int) -> None:
    before = peer.store.resident_bytes("VmRSS")
    peer.store.forget_peak()
    cpu, began = total_cpu_seconds(peer.pids()), time.perf_counter()
    asyncio.run(upload_all(peer, body, at_a_time))
    took, cpu = time.perf_counter() - began, total_cpu_seconds(peer.pids()) - cpu
    peak = peer.store.resident_bytes("VmHWM")
    check_and_remove(peer)
    row(
        f"{UPLOADS} x {at_a_time} parts at a time, {peer.name}",
        f"{peak / 1e6:.0f} MB",
        f"{peak / LIMIT:.2f} x the limit of {LIMIT / 1e6:.0f} MB; {before / 1e6:.0f} MB before",
    )
    size = UPLOADS * SIZE / GIB
    row("", f"{cpu / size:.2f} s/GiB", f"{size / took:.2f} GiB/s, obstore's own work included")


def measure(peers: Peers) -> None:
    title(f"{UPLOADS} uploads of {SIZE >> 20} MiB at once, in parts of {PART >> 20} MiB: peak memory")
    body = random.Random(7).randbytes(SIZE)
    measure_one(peers.ours, body, 1)
    for peer in peers.speaking_s3:
        measure_one(peer, body, OBSTORES_OWN)
