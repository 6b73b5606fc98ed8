"""What an object's bytes cost: large objects whole, and chunks as zarr keeps them."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from limits import hash_seconds_per_gib, loopback
from object_peers import UNSIGNED, Asked, Peer, Peers, Run, S3Peer, sha256_of
from report import row, title

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROUNDS = 3
SMALL_REQUESTS = 8000
SMALL_CONNECTIONS = 16
END = 4096


@dataclass(frozen=True)
class Kind:
    """Objects of one size, and how they are asked for."""

    what: str
    size: int
    count: int
    connections: int
    times_read: int  # in one round

    def keys(self, label: str) -> list[str]:
        """As zarr names an image's chunks below the key of its store."""
        return [f"{label}/c/{i // 64}/{i % 64}" for i in range(self.count)]

    def made(self, room: Path) -> Path:
        """A body of this size that does not compress."""
        body = room / f"body-{self.size}"
        body.write_bytes(random.Random(self.size).randbytes(self.size))
        return body


LARGE = Kind("64 MiB objects", 64 << 20, count=4, connections=4, times_read=4)
CHUNKS = Kind("64 KiB chunks", 64 << 10, count=2048, connections=16, times_read=4)


@dataclass
class Bench:
    """One kind of objects on all servers, which take turns, so that what else runs hits all alike."""

    kind: Kind
    body: Path

    def put(self, peers: list[Peer], payload: str) -> dict[str, Run]:
        """New objects in every round; those of the last round stay, as `kept` names them."""

        def measure(peer: Peer, number: int) -> Run:
            if number > 0:
                self.remove(peer, f"{payload[:8]}-{number - 1}")
            os.sync()  # what others left to be written is not ours
            keys = self.kind.keys(f"{payload[:8]}-{number}")
            return peer.run(Asked("PUT", self.body, payload), keys, self.kind.connections)

        return self._in_turns(peers, measure)

    @staticmethod
    def kept(payload: str) -> str:
        return f"{payload[:8]}-{ROUNDS - 1}"

    def get(self, peers: list[Peer], label: str) -> dict[str, Run]:
        keys = self.kind.keys(label) * self.kind.times_read
        return self._in_turns(peers, lambda peer, _: peer.run(Asked("GET"), keys, self.kind.connections))

    def get_ends(self, peers: list[Peer], label: str) -> dict[str, Run]:
        """Where a shard has its index, which zarr reads first."""
        asked = Asked("GET", headers={"range": f"bytes=-{END}"})
        keys = (self.kind.keys(label) * SMALL_REQUESTS)[:SMALL_REQUESTS]
        return self._in_turns(peers, lambda peer, _: peer.run(asked, keys, SMALL_CONNECTIONS))

    def get_missing(self, peers: list[Peer], label: str) -> dict[str, Run]:
        """As zarr looks for what an older format had."""
        asked = Asked("GET", status="404")
        keys = [f"{label}/.zarray"] * SMALL_REQUESTS
        return self._in_turns(peers, lambda peer, _: peer.run(asked, keys, SMALL_CONNECTIONS))

    def remove(self, peer: Peer, label: str) -> None:
        peer.run(Asked("DELETE"), self.kind.keys(label), self.kind.connections)

    def check(self, peer: S3Peer, label: str) -> None:
        """What is measured must be the bytes that were sent."""
        got = peer.sender("GET", self.kind.keys(label)[-1])
        assert got.status == 200 and got.body == self.body.read_bytes(), f"{peer.name}: {got.status}"

    @staticmethod
    def _in_turns(peers: list[Peer], measure: Callable[[Peer, int], Run]) -> dict[str, Run]:
        """Of each its round with the median of CPU."""
        runs: dict[str, list[Run]] = {peer.name: [] for peer in peers}
        for number in range(ROUNDS):
            for peer in peers:
                runs[peer.name].append(measure(peer, number))
        return {name: sorted(of, key=lambda run: run.cpu)[ROUNDS // 2] for name, of in runs.items()}


def show(what: str, runs: dict[str, Run], limit: float, of: str) -> None:
    """A row for each server; `limit` is in CPU seconds per GiB."""
    for name, run in runs.items():
        each = "" if run.size / run.requests > 1 << 20 else f", {run.cpu_us:.0f} us each"
        row(
            f"{what}, {name}",
            f"{run.cpu_per_gib:.2f} s/GiB{each}",
            f"{run.cpu_per_gib / limit:.1f} x {of}; {run.gib_per_second:.2f} GiB/s, p50 {run.p50_ms:.2f} ms",
        )


def show_small(what: str, runs: dict[str, Run]) -> None:
    limit = runs["nginx"].cpu_us
    for name, run in runs.items():
        row(
            f"{what}, {name}",
            f"{run.cpu_us:.0f} us CPU",
            f"{run.cpu_us / limit:.1f} x nginx; {run.requests / run.seconds:.0f} /s, p50 {run.p50_ms:.2f} ms",
        )


def measure(peers: Peers, room: Path) -> None:
    title("Bytes of objects: CPU of the server per GiB; throughput of all connections")
    bare = loopback()
    row("loopback alone, send / receive", f"{bare.sender_cpu:.2f} / {bare.receiver_cpu:.2f} s/GiB", "")
    row("", f"{bare.gib_per_second:.2f} GiB/s", "the limit of throughput")
    sha256, md5 = hash_seconds_per_gib("sha256"), hash_seconds_per_gib("md5")
    row("SHA-256 / MD5 alone", f"{sha256:.2f} / {md5:.2f} s/GiB", "a signed body needs both, for its ETag")
    for kind in (LARGE, CHUNKS):
        bench = Bench(kind, kind.made(room))
        signed = sha256_of(bench.body)
        put = bench.put(peers.all, signed)
        for peer in peers.speaking_s3:
            bench.check(peer, bench.kept(signed))
        got = bench.get(peers.all, bench.kept(signed))
        if kind is LARGE:
            ends = bench.get_ends(peers.all, bench.kept(signed))
            missing = bench.get_missing(peers.all, bench.kept(signed))
        unsigned = bench.put(list(peers.speaking_s3), UNSIGNED)
        files = put["nginx"].cpu_per_gib
        show(f"GET {kind.what}", got, got["nginx"].cpu_per_gib, "nginx")
        show(f"PUT {kind.what}, signed", put, files + sha256 + md5, "(nginx + hashes)")
        show(f"PUT {kind.what}, not signed", unsigned, files + md5, "(nginx + MD5)")
        for peer in peers.all:
            bench.remove(peer, bench.kept(signed))
        for peer in peers.speaking_s3:
            bench.remove(peer, bench.kept(UNSIGNED))
    show_small("GET the last 4 KiB", ends)
    show_small("GET what is not there", missing)
