"""A container engine of the tests' own: Debian's, on a socket and in folders that nobody else has."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

NETWORK = "arkitektd-tests"
BRIDGE = "arkitektd-br0"
# Where another engine has run, the machine forwards nothing that it was not told to.
FORWARDING = ("FORWARD", "--in-interface", BRIDGE, "--out-interface", BRIDGE, "--jump", "ACCEPT")


class EngineUnavailable(Exception):
    """Why there can be no engine here."""


class Engine:
    """`dockerd` without a bridge for everybody and without internet.

    Of the machine it changes one rule of the firewall: its containers may speak to each other."""

    def __init__(self) -> None:
        self.room = Path(tempfile.mkdtemp(prefix="arkitektd-docker-"))
        self.subnet = f"10.213.{random.randrange(1, 255)}"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def gateway(self) -> str:
        """The machine, as containers reach it."""
        return f"{self.subnet}.1"

    @property
    def environment(self) -> dict[str, str]:
        """With which `docker` asks this engine."""
        return {
            "PATH": "/usr/bin:/usr/sbin:/bin",
            "HOME": str(self.room),
            "DOCKER_HOST": f"unix://{self.room}/socket",
            "DOCKER_CONFIG": str(self.room / "config"),
        }

    def start(self) -> Self:
        program = shutil.which("dockerd", path="/usr/sbin:/usr/bin")
        if program is None:
            raise EngineUnavailable("dockerd is not there: apt-get install docker.io")
        if os.getuid() != 0:
            raise EngineUnavailable("dockerd needs root")
        with (self.room / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(program, "--host", f"unix://{self.room}/socket", "--pidfile", f"{self.room}/pid"),
                    *("--data-root", f"{self.room}/data", "--exec-root", f"{self.room}/exec"),
                    *("--bridge=none", "--iptables=false", "--ip6tables=false"),
                ],
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 60
        while self._ask("version").returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise EngineUnavailable(self._last_words())
            time.sleep(0.1)
        named = ("--opt", f"com.docker.network.bridge.name={BRIDGE}")
        made = self._ask("network", "create", "--subnet", f"{self.subnet}.0/24", *named, NETWORK)
        if made.returncode != 0:
            raise EngineUnavailable(made.stderr.strip())
        self._firewall("--insert")
        return self

    def run(self, *arguments: str, timeout: float = 120, **options: Any) -> str:
        """`docker ...`, which must succeed; what it printed."""
        done = self._ask(*arguments, timeout=timeout, **options)
        assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}\n{done.stdout}"
        return done.stdout

    def try_run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`docker ...`, which may fail."""
        return self._ask(*arguments)

    def inspect(self, name: str) -> dict[str, Any]:
        return json.loads(self.run("inspect", name))[0]

    def remove(self) -> None:
        """Ends it with every container, and leaves nothing behind."""
        if self.process is not None and self.process.poll() is None:
            self._firewall("--delete")
            names = self._ask("ps", "--all", "--quiet").stdout.split()
            if names:
                self._ask("rm", "--force", "--volumes", *names)
            self._ask("network", "rm", NETWORK)
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        shutil.rmtree(self.room, ignore_errors=True)

    def _ask(self, *arguments: str, timeout: float = 120, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/usr/bin/docker", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            **options,
        )

    def _firewall(self, what: str) -> None:
        subprocess.run(["/usr/sbin/iptables", "--wait", what, *FORWARDING], capture_output=True, check=False)

    def _last_words(self) -> str:
        lines = (self.room / "log").read_text(errors="replace").splitlines() or ["it said nothing"]
        wrong = [line for line in lines if "level=fatal" in line or "failed to start" in line] or lines
        return f"dockerd does not start here: {wrong[-1]}"
