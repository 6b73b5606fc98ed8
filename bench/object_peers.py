"""Object stores side by side: ours, versitygw, and nginx with files, which knows nothing of S3.

All get the same requests from the same client, `load objects`; those to nginx are not signed.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import obstore.store
from botocore.config import Config
from nginx import Nginx
from subject import total_cpu_seconds
from task_figures import GENERATOR

from conformance.s3.signing import EMPTY, Sender
from conformance.s3.stores import REGION, Arkitektd, Keys, Store, Versitygw, gateway_program
from platform_under_test.server import free_ports

BUCKET = "bench"
UNSIGNED = "UNSIGNED-PAYLOAD"
GIB = 2**30


@dataclass(frozen=True)
class Run:
    """What a number of requests took."""

    requests: int
    size: int  # bytes of bodies, either way
    seconds: float
    cpu: float
    p50_ms: float

    @property
    def cpu_per_gib(self) -> float:
        return self.cpu / self.size * GIB

    @property
    def cpu_us(self) -> float:
        return self.cpu / self.requests * 1e6

    @property
    def gib_per_second(self) -> float:
        return self.size / GIB / self.seconds


@dataclass(frozen=True)
class Asked:
    """What many requests have in common."""

    method: str
    body: Path | None = None
    payload: str = EMPTY  # what a signature says of the body
    headers: dict[str, str] = field(default_factory=dict)  # that no signature covers
    status: str = "2"  # what every answer's begins with


class Peer:
    """A server of objects in a bucket of its own."""

    name: str
    port: int
    keys: Keys | None = None

    def pids(self) -> list[int]:
        """The processes whose time counts."""
        raise NotImplementedError

    def head(self, method: str, key: str, payload: str) -> dict[str, str]:
        """The header of a request, but for its length."""
        return {"host": f"localhost:{self.port}"}

    def run(self, asked: Asked, keys: list[str], connections: int) -> Run:
        """One request for each key."""
        size = 0 if asked.body is None else asked.body.stat().st_size
        heads = []
        for key in keys:
            fields = {**self.head(asked.method, key, asked.payload), "accept": "*/*", **asked.headers}
            if asked.body is not None:
                fields["content-length"] = str(size)
            lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
            heads.append(f"{asked.method} /{BUCKET}/{key} HTTP/1.1\r\n{lines}\r\n")
        plan = {"port": self.port, "connections": connections, "body": str(asked.body or "")}
        before = total_cpu_seconds(self.pids())
        done = subprocess.run(
            [str(GENERATOR), "objects"],
            input=json.dumps({**plan, "status": asked.status, "heads": heads}),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{self.name}: {done.stderr}")
        cpu = total_cpu_seconds(self.pids()) - before
        said: dict[str, Any] = json.loads(done.stdout)
        moved = said["sent"] + said["received"]
        return Run(said["requests"], moved, said["seconds"], cpu, said["request_p50_us"] / 1000)


class S3Peer(Peer):
    """One that speaks S3; a signature is made for each request, before anything is timed."""

    def __init__(self, store: Store, port: int) -> None:
        self.name, self.port, self.store = store.name, port, store
        self.keys = store.keys(BUCKET)
        self.sender = Sender(store.endpoint, BUCKET, self.keys)

    def pids(self) -> list[int]:
        return [self.store.pid()]

    def head(self, method: str, key: str, payload: str) -> dict[str, str]:
        fields, _, _ = self.sender.sign(method, self.sender.path(key), payload=payload)
        return fields

    def obstore(self) -> obstore.store.S3Store:
        """The client below mikro's, set up as mikro does."""
        assert self.keys is not None
        token = {} if self.keys.token is None else {"session_token": self.keys.token}
        return obstore.store.S3Store(
            BUCKET,
            endpoint=self.store.endpoint,
            access_key_id=self.keys.access_key,
            secret_access_key=self.keys.secret_key,
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
            **token,
        )


class FilesPeer(Peer):
    name = "nginx"

    def __init__(self, nginx: Nginx) -> None:
        self.nginx, self.port = nginx, nginx.port

    def pids(self) -> list[int]:
        return self.nginx.pids


@dataclass(frozen=True)
class Peers:
    ours: S3Peer
    files: FilesPeer
    versitygw: S3Peer | None

    @property
    def all(self) -> list[Peer]:
        return [self.files, *self.speaking_s3]

    @property
    def speaking_s3(self) -> list[S3Peer]:
        return [self.ours] if self.versitygw is None else [self.ours, self.versitygw]


def sha256_of(body: Path) -> str:
    with body.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _versitygw(program: Path, room: Path, stack: ExitStack) -> S3Peer:
    room.mkdir(parents=True)
    store = Versitygw(program, room, free_ports(1)).start()
    stack.callback(store.end_well)
    boto3.client(
        "s3",
        endpoint_url=store.endpoint,
        region_name=REGION,
        aws_access_key_id=store.root.access_key,
        aws_secret_access_key=store.root.secret_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    ).create_bucket(Bucket=BUCKET)
    return S3Peer(store, store.port)


@contextmanager
def side_by_side(room: Path) -> Iterator[Peers]:
    """All of them, running in a folder of their own; without versitygw where `./dev` could not build it."""
    with ExitStack() as stack:
        ours = Arkitektd.start(room / "arkitektd")
        stack.callback(ours.end_well)
        files = room / "nginx" / "files"
        files.mkdir(parents=True)
        nginx = Nginx(room / "nginx", free_ports(1), files)
        stack.callback(nginx.stop)
        program = gateway_program()
        gateway = _versitygw(program, room / "versitygw", stack) if program else None
        yield Peers(S3Peer(ours, ours.server.port + 1), FilesPeer(nginx), gateway)


__all__ = ["GIB", "UNSIGNED", "Asked", "Peer", "Peers", "Run", "S3Peer", "sha256_of", "side_by_side"]
