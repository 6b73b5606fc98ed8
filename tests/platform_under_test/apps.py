"""Apps written with the official client, each a process with a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

from .access import Access


def client_environment(server: Access, home: Path, key: str | None, url: str | None = None) -> dict[str, str]:
    """What a program of the official client needs to log in unattended, and nothing of ours.

    Without a key somebody has to approve it."""
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    login = {} if key is None else {"FAKTS_MANDATE_KEY": key}
    return {
        **kept,
        **login,
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "REKUEST_JOURNAL_PATH": str(home / "journal.db"),
        "FAKTS_URL": url or server.url,
        "ARKITEKT_HEADLESS": "1",
        "ARKITEKT_MESH": "0",
        "PYTHONUNBUFFERED": "1",
    }


@dataclass
class AppProcess:
    """A program in a process: what it printed stands in `output`."""

    process: subprocess.Popen[bytes]
    home: Path
    key: str | None
    output_path: Path

    @property
    def output(self) -> str:
        return self.output_path.read_text(errors="replace")

    def wait(self, timeout: float = 30) -> int:
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {timeout} s:\n{self.output}") from None

    def wait_for(self, text: str, timeout: float = 20) -> None:
        """Waits until the program printed `text`."""
        deadline = time.monotonic() + timeout
        while text not in self.output:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{text!r} was never printed:\n{self.output}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclass
class Apps:
    """Starts programs against one server and stops them all at the end."""

    server: Access
    room: Path
    started: list[AppProcess]

    def start(
        self,
        program: Path | str,
        name: str,
        key: str | None = None,
        url: str | None = None,
        home: Path | None = None,
        with_key: bool = True,
    ) -> AppProcess:
        """Starts a file, or a program given as text, under a mandate key of its own, or without one."""
        self.room.mkdir(parents=True, exist_ok=True)
        if isinstance(program, str):
            file = self.room / f"{name}.py"
            file.write_text(textwrap.dedent(program))
        else:
            file = program
        if with_key:
            key = key or self.server.take_key()
        home = home or self.room / f"{name}-home"
        output_path = self.room / f"{name}-{len(self.started)}.log"
        with output_path.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, str(file)],
                env=client_environment(self.server, home, key, url),
                cwd=self.room,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        app = AppProcess(process, home, key, output_path)
        self.started.append(app)
        return app

    def stop_all(self) -> None:
        for app in self.started:
            app.stop()
