"""The command line beside a running platform."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .program import BINARY


@dataclass
class CommandLine:
    """`arkitektd NOUN VERB ... --data DIR`."""

    data: Path

    def run(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Runs one command; `given` is its standard input."""
        return subprocess.run(
            [str(BINARY), *arguments, "--data", str(self.data)],
            input=given,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def json(self, *arguments: str, given: str = "") -> Any:
        """What a command that succeeds answers with `--json`."""
        done = self.run(*arguments, "--json", given=given)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
