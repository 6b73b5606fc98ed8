"""The platforms that faults are tested on: one for each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .platforms import OneProcessOnPostgres, OneProcessOnSqlite, Platform, ServicesOnPostgres

PLATFORMS = {"sqlite": OneProcessOnSqlite, "postgres": ServicesOnPostgres}
# A model can tell what a step leads to where one process does it.
PLATFORMS_OF_THE_MODEL = {"sqlite": OneProcessOnSqlite, "postgres": OneProcessOnPostgres}


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    running = (PLATFORMS_OF_THE_MODEL if "model" in request.node.nodeid else PLATFORMS)[request.param](
        tmp_path / "data"
    )
    yield running
    running.stop()
