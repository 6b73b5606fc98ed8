"""A hub that the unmodified Konstruktor makes of our images."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from platform_under_test.access import Access
from platform_under_test.postgres import Postgres
from platform_under_test.server import free_ports

from .engine import NETWORK, Engine

PLUGIN = Path(__file__).with_name("compose.py")
KEYS = 8


def install_plugin(engine: Engine) -> None:
    """So that `docker compose` of this engine's environment is compose.py."""
    plugin = engine.room / "config" / "cli-plugins" / "docker-compose"
    plugin.parent.mkdir(parents=True, exist_ok=True)
    plugin.write_text(f"#!{sys.executable}\n{PLUGIN.read_text()}")
    plugin.chmod(0o755)


@dataclass
class Hub(Access):
    """`konstruktor` with this engine and these images, and the folder it works in."""

    folder: Path
    engine: Engine
    images: str
    base: str
    postgres: Postgres

    def konstruktor(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        caddy = shutil.which("caddy", path="/usr/bin")
        assert caddy is not None, "caddy is not there: apt-get install caddy"
        return subprocess.run(
            [str(Path(sys.executable).with_name("konstruktor")), *arguments],
            env={
                **self.engine.environment,
                "KONSTRUKTOR_IMAGES": self.images,
                "KONSTRUKTOR_DATA_DIR": str(self.folder.with_name("registry")),
                "TESTS_NETWORK": NETWORK,
                "TESTS_DATABASE": self.engine.gateway,
                "TESTS_BASE": self.base,
                "TESTS_CADDY": caddy,
            },
            cwd=self.folder.parent,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def say(self, *arguments: str, timeout: float = 300) -> str:
        """A command of Konstruktor's that must succeed; what it printed."""
        done = self.konstruktor(*arguments, timeout=timeout)
        assert done.returncode == 0, f"konstruktor {arguments}:\n{done.stderr}\n{done.stdout}"
        return done.stdout

    def create(self) -> None:
        """Writes the hub's files; nothing runs yet."""
        self.say(
            *("hub", "create", str(self.folder), "--server", "local", "--services", "rekuest"),
            *("--plain-http", "--http-port", str(free_ports(1)), "--mandate-keys", str(KEYS)),
            *("--identifier", "labhub", "--no-plugin-engine", "--no-start", "--no-open", "--yes"),
        )
        self.access = json.loads((self.folder / "secrets" / "access.json").read_text())
        # What Konstruktor knows as s3 is no entry of its access file.
        self.access["services"]["s3"] = {"url": self.access["gateway_url"]}

    def make_databases(self) -> None:
        """As the image of `db` does at its first start."""
        postgres = self.yaml("configs/lok.yaml")["postgres"]
        user, password = postgres["username"], postgres["password"]
        self.postgres.query(f"create role \"{user}\" superuser login password '{password}'")
        for name in ("lok_main", "rekuest_main"):
            self.postgres.query(f'create database {name} owner "{user}"')

    def yaml(self, name: str) -> Any:
        return yaml.safe_load((self.folder / name).read_text())
