"""The services as processes of their own on one PostgreSQL, behind one origin."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from .access import Access
from .origin import Origin
from .postgres import Postgres
from .program import BINARY, Program
from .server import free_ports

CONFIGURATION_OF = {
    "lok": "lok.yaml",
    "rekuest": "rekuest.yaml",
    "rekuest-takt": "rekuest.yaml",
    "mikro": "mikro.yaml",
}


@dataclass
class Replica(Program):
    """One `arkitektd serve`."""

    service: str
    configuration: Path
    port: int

    def arguments(self) -> list[str]:
        return [
            *("serve", self.service, "--config", str(self.configuration)),
            *("--port", str(self.port), "--listen", "127.0.0.1", "--json"),
        ]

    def environment(self) -> dict[str, str]:
        """A name that lasts lets a process take up what one before it left."""
        if self.service in ("lok", "mikro"):
            return {}
        return {"ARKITEKT__REPLICA__NAME": f"{self.service}-{self.port}"}


@dataclass
class Replicas(Access):
    """As many processes of each service as `counts` says; started all at once, as an orchestrator would."""

    room: Path
    counts: dict[str, int] = field(default_factory=lambda: {"lok": 2, "rekuest": 2, "rekuest-takt": 2})
    postgres: Postgres = field(default_factory=Postgres)
    processes: list[Replica] = field(default_factory=list)
    origin: Origin | None = None
    init: list[str] = field(default_factory=list)
    """More for `arkitektd init`: with a storage there is Mikro."""

    def start(self) -> Self:
        self.postgres.start()
        port = free_ports(1 + sum(self.counts.values()))
        self._write_files(f"http://localhost:{port}")
        for service, count in self.counts.items():
            for _ in range(count):
                configuration = self.room / CONFIGURATION_OF[service]
                replica = Replica(service, configuration, port + 1 + len(self.processes))
                self.processes.append(replica)
        for process in self.processes:
            process.launch()
        for process in self.processes:
            process.wait_until_ready()
        ports = {service: [each.port for each in self.of(service)] for service in self.counts}
        self.origin = Origin(self.room / "nginx", port, ports)
        return self

    def of(self, service: str) -> list[Replica]:
        return [process for process in self.processes if process.service == service]

    def stop(self) -> None:
        """Ends everything; each process must end well."""
        if self.origin is not None:
            self.origin.stop()
        try:
            for process in self.processes:
                process.end_well()
        finally:
            for process in self.processes:
                if process.is_alive():
                    process.kill()
            self.postgres.remove()

    def _write_files(self, origin: str) -> None:
        subprocess.run(
            [
                *(str(BINARY), "init", "--dir", str(self.room)),
                *("--origin", origin, "--postgres", self.postgres.uri),
                *self.init,
            ],
            check=True,
            capture_output=True,
        )
        self.access = json.loads((self.room / "access.json").read_text())
