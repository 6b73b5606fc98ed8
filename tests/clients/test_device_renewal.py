"""How an approved app stays in: tokens that live seconds, programs that share a login, and how it ends."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from arkitekt import App
from arkitekt.runtime import logout
from fakts.errors import NeedsReauthenticationError
from fakts.grants.remote.errors import RetrieveError

from platform_under_test import wire
from platform_under_test.apps import client_environment
from platform_under_test.server import Server, free_ports

from .people import Approver, aeasy_in, approve, interactive

LIFETIME = 3
"""Seconds an access token lives here; the client renews at half of it."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("data"), free_ports()).start()
    server.end_well()
    file = server.data / "lok.yaml"
    text, changed = re.subn(
        r"(\n\s+)(key_id: .*)", rf"\1\2\1access_token_lifetime: {LIFETIME}", file.read_text()
    )
    assert changed == 1
    file.write_text(text)
    server.start()
    yield server
    server.end_well()


def cached(home: Path) -> dict[str, Any]:
    """What the client remembers of its login."""
    (file,) = home.rglob("*_fakts_cache.json")
    return json.loads(file.read_text())["fakts"]["auth"]


async def work(client: Any, seconds: float = 3 * LIFETIME) -> int:
    """Asks over and over, beyond the life of several tokens."""
    asked = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await client.alist_actions()
        asked += 1
        await asyncio.sleep(0.02)
    return asked


async def test_an_app_works_on_through_renewals(platform: Server, tmp_path: Path) -> None:
    async with interactive(platform, tmp_path, Approver(platform)) as client:
        first = cached(tmp_path)
        assert await work(client) > 20
    last = cached(tmp_path)
    assert last["client_id"] == first["client_id"]
    assert last["refresh_token"] != first["refresh_token"]


async def test_programs_that_share_a_login_keep_it(platform: Server, tmp_path: Path) -> None:
    async with interactive(platform, tmp_path, Approver(platform)):
        pass
    await asyncio.sleep(LIFETIME)
    nobody = Approver(platform, decision=None)

    async def program() -> int:
        async with interactive(platform, tmp_path, nobody) as client:
            return await work(client)

    assert min(await asyncio.gather(*(program() for _ in range(4)))) > 10
    assert nobody.challenges == []


async def test_a_credential_can_be_carried_to_another_machine(platform: Server, tmp_path: Path) -> None:
    session = approve(platform, "carried")
    credential = f"{session['client_id']}:{session['refresh_token']}"
    async with aeasy_in(platform, tmp_path, "carried", token=credential, device_id=None) as client:
        assert await client.alist_actions() is not None
    wire.refresh(session["token_endpoint"], cached(tmp_path))
    with pytest.raises(RetrieveError):
        async with aeasy_in(platform, tmp_path / "third", "carried", token=credential):
            pass


async def test_a_newer_approval_ends_the_older(platform: Server, tmp_path: Path) -> None:
    async with (
        interactive(platform, tmp_path / "one", Approver(platform)) as older,
        interactive(platform, tmp_path / "two", Approver(platform)) as newer,
    ):
        assert await newer.alist_actions() is not None
        with pytest.raises(NeedsReauthenticationError, match="replaced"):
            await work(older, seconds=30)
        assert await newer.alist_actions() is not None


async def test_logging_out_ends_the_login_everywhere(
    platform: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with interactive(platform, tmp_path, Approver(platform)):
        pass
    auth = cached(tmp_path)
    for variable, value in client_environment(platform, tmp_path, None).items():
        monkeypatch.setenv(variable, value)
    app = App("test-interactive", version="0.0.1")
    assert await asyncio.to_thread(logout, app, url=platform.url)
    refused = wire.refresh(auth["token_endpoint"], auth)
    assert (refused.status, refused.json()["error"]) == (400, "invalid_grant")
    again = Approver(platform)
    async with interactive(platform, tmp_path, again) as client:
        assert await client.alist_actions() is not None
    assert len(again.challenges) == 1


def test_programs_that_renew_at_once_get_the_same(platform: Server) -> None:
    session = approve(platform, "parallel")
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: wire.refresh(session["token_endpoint"], session), range(24)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    newest = answers[0].json()
    assert wire.refresh(session["token_endpoint"], newest).status == 200
    late = wire.refresh(session["token_endpoint"], session)
    assert (late.status, late.json()["error"]) == (400, "invalid_grant")


def test_a_login_survives_a_restart(platform: Server) -> None:
    session = approve(platform, "restarted")
    platform.end_well()
    platform.start()
    renewed = wire.refresh(session["token_endpoint"], session)
    assert renewed.status == 200
    assert renewed.json()["client_id"] == session["client_id"]
    platform.end_well()
    platform.start()
    again = wire.refresh(session["token_endpoint"], session)
    assert again.json()["refresh_token"] == renewed.json()["refresh_token"], "the answer may be lost"


def test_revoking_is_never_an_error(platform: Server) -> None:
    session = approve(platform, "revoked")
    endpoint = wire.request(f"{platform.url}/.well-known/fakts").json()["revocation_endpoint"]
    for token in ("unknown", session["refresh_token"], session["refresh_token"]):
        answer = wire.token_request(endpoint, token=token, client_id=session["client_id"])
        assert (answer.status, answer.json()) == (200, {})
    assert wire.refresh(session["token_endpoint"], session).json()["error"] == "invalid_grant"
