"""The platforms that faults are tested on: one for each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .platforms import OneProcessOnSqlite, Platform, ServicesOnPostgres

PLATFORMS = {"sqlite": OneProcessOnSqlite, "postgres": ServicesOnPostgres}


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    running = PLATFORMS[request.param](tmp_path / "data")
    yield running
    running.stop()
