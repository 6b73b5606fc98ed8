"""A PostgreSQL server for one test module, reachable by a socket in its folder; by others if asked."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

PR_SET_PDEATHSIG = 1


def programs() -> Path:
    """Where the server's programs are; Debian keeps them out of PATH."""
    for version in range(18, 12, -1):
        folder = Path(f"/usr/lib/postgresql/{version}/bin")
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found is None:
        raise RuntimeError("PostgreSQL is not there: apt-get install postgresql-15.")
    return Path(found).parent


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


class Postgres:
    """Waits for the disk as in production. Does not run as root, so it is the user `postgres` then."""

    def __init__(self, listen: str = "", network: str = "") -> None:
        """`listen` is an address for clients of `network`, who need a password."""
        self.listen = listen
        self.room = Path(tempfile.mkdtemp(prefix="arkitektd-postgres-"))
        self.process: subprocess.Popen[bytes] | None = None
        self._user: dict[str, str] = {}
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.room, owner.pw_uid, owner.pw_gid)
            self._user = {"user": "postgres", "group": owner.pw_gid, "extra_groups": []}
        initdb = [str(programs() / "initdb"), f"--pgdata={self.room}/data", "--username=test", "--auth=trust"]
        self._run([*initdb, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
        if network:
            with (self.room / "data" / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {network} scram-sha-256\n")

    @property
    def uri(self) -> str:
        return f"postgresql:///postgres?host={self.room}&user=test"

    def start(self) -> Self:
        """Starts it, also after it was stopped or killed, and waits until it answers."""
        with (self.room / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(str(programs() / "postgres"), "-D", f"{self.room}/data", "-k", str(self.room)),
                    *(
                        "-c",
                        f"listen_addresses={self.listen}",
                        "-c",
                        "max_connections=200",
                        "-c",
                        "shared_buffers=32MB",
                    ),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.room,
                preexec_fn=_die_with_parent,
                **self._user,
            )
        deadline = time.monotonic() + 60
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("PostgreSQL did not start:\n" + (self.room / "log").read_text())
            time.sleep(0.02)
        return self

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends sessions and writes all down; SIGQUIT and SIGKILL leave that to the next start."""
        if self.process is None:
            return
        self.process.send_signal(how)
        self.process.wait()
        self.process = None

    def remove(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.room, ignore_errors=True)

    def query(self, sql: str, database: str = "postgres") -> str:
        """What psql prints: a line a row, columns apart by `|`."""
        return self._run([*self._client("psql"), "-d", database, "-qAtc", sql]).strip()

    def _is_ready(self) -> bool:
        return subprocess.run([*self._client("pg_isready"), "-q"], check=False).returncode == 0

    def _client(self, name: str) -> list[str]:
        return [str(programs() / name), "-h", str(self.room), "-U", "test"]

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=self.room, check=False, **self._user
        )
        if done.returncode != 0:
            raise AssertionError(f"{command[0]}: {done.stderr}")
        return done.stdout
