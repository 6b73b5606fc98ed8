"""One `arkitektd` as a process: started, watched, stopped."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

REPOSITORY = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("ARKITEKTD", REPOSITORY / "build" / "release" / "arkitektd"))

READY_WITHIN = 20.0
"""Seconds until the ready line must have come. A warm start takes a fraction of one."""

CRASH = re.compile(
    r"terminate called|Segmentation fault|AddressSanitizer|UndefinedBehaviorSanitizer"
    r"|ThreadSanitizer|runtime error:|Assertion .* failed|double free|corrupted"
)


@dataclass(kw_only=True)
class Program:
    """A command of the program that serves until it is told to stop; says so with `--json`."""

    process: subprocess.Popen[str] | None = None
    ready: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    _is_ready: threading.Event = field(default_factory=threading.Event)
    _readers: list[threading.Thread] = field(default_factory=list)

    def arguments(self) -> list[str]:
        """The command line after the program's name."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """Settings beside the command line."""
        return {}

    def start(self) -> Self:
        """Starts the program and waits for its ready line."""
        self.launch()
        self.wait_until_ready()
        return self

    def launch(self) -> None:
        """Starts the program without waiting."""
        self._is_ready.clear()
        self.process = subprocess.Popen(
            [str(BINARY), *self.arguments()],
            env={**os.environ, **self.environment()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self._readers = [
            threading.Thread(target=self._read, args=(stream,), daemon=True)
            for stream in (self.process.stdout, self.process.stderr)
        ]
        for reader in self._readers:
            reader.start()

    def wait_until_ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + READY_WITHIN
        while not self._is_ready.wait(0.01):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError("arkitektd did not get ready:\n" + "\n".join(self.log))

    def _read(self, stream: Any) -> None:
        for line in stream:
            self.log.append(line.rstrip("\n"))
            if not self._is_ready.is_set() and line.startswith("{") and '"ready"' in line:
                self.ready = json.loads(line)
                self._is_ready.set()

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

    def end_well(self) -> None:
        """Stops the program, which must have been alive and have nothing to be ashamed of."""
        died = not self.is_alive()
        code = self.stop()
        tail = "\n".join(self.log[-50:])
        assert not died, f"{self.arguments()[:2]} ended by itself with {code}:\n{tail}"
        assert code == 0, f"{self.arguments()[:2]} ended with {code} after SIGTERM:\n{tail}"
        assert not self.crashes(), "\n".join(self.crashes())
