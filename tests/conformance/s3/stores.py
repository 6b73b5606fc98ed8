"""The two servers the suite judges: ours, and versitygw as a peer that keeps the suite honest."""

from __future__ import annotations

import itertools
import os
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from platform_under_test import wire
from platform_under_test.command import CommandLine
from platform_under_test.server import Server, free_ports

REGION = "us-east-1"


@dataclass(frozen=True)
class Keys:
    """What signs a request; ours come with a token that says what they open."""

    access_key: str
    secret_key: str
    token: str | None = None


class Store:
    """A running S3 server."""

    name: str
    endpoint: str

    def keys(self, bucket: str, prefix: str = "", write: bool = True, expires: str = "1h") -> Keys:
        """Keys for a bucket. Whoever has none of their own for each purpose gives those for everything."""
        raise NotImplementedError

    def pid(self) -> int:
        raise NotImplementedError

    def end_well(self) -> None:
        raise NotImplementedError

    def forget_peak(self) -> None:
        """From now on `VmHWM` is what comes."""
        Path(f"/proc/{self.pid()}/clear_refs").write_text("5")

    def resident_bytes(self, what: str = "VmHWM") -> int:
        """Memory of the process: `VmHWM` is the most there ever was, `VmRSS` what there is now."""
        for line in Path(f"/proc/{self.pid()}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name == what:
                return int(value.split()[0]) * 1024
        raise AssertionError(f"/proc says nothing of {what}")


@dataclass
class Arkitektd(Store):
    """`arkitektd up`; its object store listens beside the platform."""

    server: Server
    name: str = "arkitektd"

    @classmethod
    def start(cls, data: Path) -> Self:
        return cls(Server(data, free_ports()).start())

    @property
    def endpoint(self) -> str:  # type: ignore[override]
        return self.server.s3_url.rstrip("/")

    def keys(self, bucket: str, prefix: str = "", write: bool = True, expires: str = "1h") -> Keys:
        arguments = ["s3", "grant", "--bucket", bucket, "--expires", expires]
        if prefix:
            arguments += ["--prefix", prefix]
        if write:
            arguments.append("--write")
        done = CommandLine(self.server.data).run(*arguments)
        assert done.returncode == 0, done.stderr
        printed = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
        return Keys(
            printed["AWS_ACCESS_KEY_ID"], printed["AWS_SECRET_ACCESS_KEY"], printed["AWS_SESSION_TOKEN"]
        )

    def pid(self) -> int:
        assert self.server.process is not None
        return self.server.process.pid

    def end_well(self) -> None:
        self.server.end_well()


@dataclass
class Versitygw(Store):
    """The gateway over a directory; its root user may do everything."""

    program: Path
    room: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    root: Keys = field(default_factory=lambda: Keys("root" + secrets.token_hex(8), secrets.token_hex(20)))
    name: str = "versitygw"

    @property
    def endpoint(self) -> str:  # type: ignore[override]
        return f"http://localhost:{self.port}"

    def start(self) -> Self:
        data = self.room / "objects"
        data.mkdir(parents=True)
        accounts = self.room / "accounts"
        accounts.mkdir()
        command = [str(self.program), "--port", f"localhost:{self.port}", "--access", self.root.access_key]
        command += ["--secret", self.root.secret_key, "--region", REGION, "--keep-alive"]
        command += ["--iam-dir", str(accounts)]  # without it an unknown key is a 404
        command += ["--cors-allow-origin", "*", "--health", "/health", "posix", str(data)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "VGW_"))}
        with (self.room / "log").open("wb") as log:
            self.process = subprocess.Popen(
                command, env=kept, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + 20
        while True:
            try:
                if wire.request(f"{self.endpoint}/health").status == 200:
                    return self
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError("versitygw did not get ready:\n" + (self.room / "log").read_text())
            time.sleep(0.05)

    def keys(self, bucket: str, prefix: str = "", write: bool = True, expires: str = "1h") -> Keys:
        return self.root

    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def end_well(self) -> None:
        """It is not on trial, and asked politely it waits ten seconds for its connections."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()


def gateway_program() -> Path | None:
    """Where `./dev test` put the peer, or one on the path."""
    named = os.environ.get("ARKITEKTD_VERSITYGW") or shutil.which("versitygw")
    return Path(named) if named else None


_numbers = itertools.count(1)


def new_bucket_name() -> str:
    """One per module, so that no test sees another module's objects."""
    return f"suite-{next(_numbers)}-{secrets.token_hex(3)}"
