"""One `arkitektd up` as a process: started on a fresh directory, watched, stopped."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("ARKITEKTD", REPOSITORY / "build" / "release" / "arkitektd"))

READY_WITHIN = 20.0
"""Seconds until the ready line must have come. A warm start takes a fraction of one."""

CRASH = re.compile(
    r"terminate called|Segmentation fault|AddressSanitizer|UndefinedBehaviorSanitizer"
    r"|ThreadSanitizer|runtime error:|Assertion .* failed|double free|corrupted"
)


def free_ports() -> int:
    """A port that is free together with the next one, where the object store listens."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


@dataclass
class Server:
    """A running platform and what its first start wrote about it."""

    data: Path
    port: int
    options: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None
    ready: dict[str, Any] = field(default_factory=dict)
    access: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    _keys_taken: int = 0
    _readers: list[threading.Thread] = field(default_factory=list)

    def start(self) -> Server:
        """Starts the program and waits for its ready line."""
        self.process = subprocess.Popen(
            [
                str(BINARY),
                "up",
                "--data",
                str(self.data),
                "--port",
                str(self.port),
                "--json",
                *self.options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        is_ready = threading.Event()
        self._readers = [
            threading.Thread(target=self._read, args=(stream, is_ready), daemon=True)
            for stream in (self.process.stdout, self.process.stderr)
        ]
        for reader in self._readers:
            reader.start()
        deadline = time.monotonic() + READY_WITHIN
        while not is_ready.wait(0.01):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError("arkitektd did not get ready:\n" + "\n".join(self.log))
        self.access = json.loads((self.data / "access.json").read_text())
        return self

    def _read(self, stream: Any, is_ready: threading.Event) -> None:
        for line in stream:
            self.log.append(line.rstrip("\n"))
            if not is_ready.is_set() and line.startswith("{") and '"ready"' in line:
                self.ready = json.loads(line)
                is_ready.set()

    def stop(self) -> int:
        """Asks the program to end, as a service manager would; returns its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def kill(self) -> None:
        """Ends the program as a power failure would."""
        assert self.process is not None
        self.process.kill()
        self._ended()

    def _ended(self) -> int:
        assert self.process is not None
        try:
            code = self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("arkitektd did not stop within 10 s of SIGTERM") from None
        for reader in self._readers:
            reader.join(timeout=5)
        return code

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def crashes(self) -> list[str]:
        """Lines of the log that only a bug writes."""
        return [line for line in self.log if CRASH.search(line)]

    def take_key(self) -> str:
        """A mandate key nobody has used: each serves exactly one app."""
        key = self.access["mandate_keys"][self._keys_taken]
        self._keys_taken += 1
        return key

    @property
    def url(self) -> str:
        return self.access["fakts_url"]

    @property
    def rekuest_url(self) -> str:
        return self.access["services"]["rekuest"]["url"]

    @property
    def lok_url(self) -> str:
        return self.access["services"]["lok"]["url"]

    @property
    def s3_url(self) -> str:
        return self.access["services"]["s3"]["url"]
