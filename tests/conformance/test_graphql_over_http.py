"""The GraphQL-over-HTTP audit of npm's graphql-http: every MUST, and why where not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from platform_under_test.server import Server

EXCEPTIONS: dict[str, str] = {}
"""Audits that may fail, by id, each with the reason the official clients give us."""


@pytest.fixture(scope="module", params=["lok", "rekuest"])
def findings(
    request: pytest.FixtureRequest, platform: Server, token: str, node: Callable[..., list[Any]]
) -> list[dict[str, Any]]:
    url = platform.access["services"][request.param]["url"]
    return node("audit.mjs", f"{url}/graphql", token)


def test_every_must_holds(findings: list[dict[str, Any]]) -> None:
    assert len(findings) > 50, "the audit did not run"
    failed = [f for f in findings if f["status"] == "error" and f["id"] not in EXCEPTIONS]
    assert not failed, "\n".join(f"{f['id']} {f['name']}: {f['reason']}" for f in failed)


def test_no_exception_is_kept_for_nothing(findings: list[dict[str, Any]]) -> None:
    held = {finding["id"] for finding in findings if finding["status"] != "error"}
    assert not held & set(EXCEPTIONS), "these hold now: drop them from the exceptions"
