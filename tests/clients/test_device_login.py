"""An app without a key: a person signs in, sees what it wants, and decides."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from arkitekt import DeviceCodeChallenge, aeasy
from fakts.errors import NeedsReauthenticationError
from fakts.grants.remote.errors import DeviceCodeExpiredError, UserDeniedError
from rekuest.arkitekt import rekuest_service

from platform_under_test.apps import client_environment
from platform_under_test.server import Server

from .people import Browser, Page


@pytest.fixture(scope="module")
def person(platform: Server) -> dict[str, str]:
    return platform.access["users"][0]


class Approver:
    """The login prompt of an app under test: somebody opens the link at once."""

    def __init__(self, platform: Server, person: dict[str, str], decision: str | None = "approve") -> None:
        self.platform = platform
        self.person = person
        self.decision = decision
        self.challenges: list[DeviceCodeChallenge] = []
        self.seen: Page | None = None
        self.outcome: Page | None = None

    async def __call__(self, challenge: DeviceCodeChallenge) -> None:
        self.challenges.append(challenge)
        if self.decision is not None:
            await asyncio.to_thread(self.decide, challenge.verification_uri_complete)

    def decide(self, link: str) -> None:
        browser = Browser(self.platform.url)
        self.seen = browser.sign_in(link, self.person)
        self.outcome = browser.submit(self.seen.form, decision=self.decision)


@asynccontextmanager
async def interactive(
    platform: Server, home: Path, approver: Approver, name: str = "test-interactive", **options: Any
) -> AsyncIterator[Any]:
    """One run of a program that was given nothing but the address."""
    with pytest.MonkeyPatch.context() as environment:
        for variable, value in client_environment(platform, home, "").items():
            environment.setenv(variable, value)
        environment.delenv("FAKTS_MANDATE_KEY")
        app = aeasy(name, rekuest_service, url=platform.url, device_code_hook=approver, **options)
        async with app as client:
            yield client


async def test_an_app_starts_after_one_approval_and_then_without(
    platform: Server, person: dict[str, str], tmp_path: Path
) -> None:
    approver = Approver(platform, person)
    async with interactive(platform, tmp_path, approver) as client:
        assert await client.alist_actions() is not None
    (challenge,) = approver.challenges
    assert approver.seen is not None
    assert approver.outcome is not None
    assert approver.seen.title == "Approve an app"
    assert challenge.user_code in approver.seen.text
    assert "test-interactive" in approver.seen.text
    assert "live.arkitekt.rekuest" in approver.seen.text
    assert approver.outcome.title == "Approved"

    again = Approver(platform, person)
    async with interactive(platform, tmp_path, again) as client:
        assert await client.alist_actions() is not None
    assert again.challenges == [], "the second start must not ask"


async def test_a_declined_app_is_told(platform: Server, person: dict[str, str], tmp_path: Path) -> None:
    approver = Approver(platform, person, decision="decline")
    with pytest.raises(UserDeniedError):
        async with interactive(platform, tmp_path, approver):
            pass
    assert approver.outcome is not None
    assert approver.outcome.title == "Declined"
