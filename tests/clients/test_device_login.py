"""An app without a key: a person signs in, sees what it wants, and decides."""

from __future__ import annotations

import asyncio
import re
import urllib.parse
from pathlib import Path
from typing import Any

import pytest
from fakts.grants.remote.authorizers.device_code import DeviceCodeAuthorizer
from fakts.grants.remote.discovery.well_known import WellKnownDiscovery
from fakts.grants.remote.errors import DeviceCodeExpiredError, UserDeniedError
from fakts.models import Manifest

from platform_under_test import wire
from platform_under_test.apps import Apps
from platform_under_test.server import Server

from .people import Approver, Browser, approve, interactive

NEEDS = [
    {"key": "rekuest", "service": "live.arkitekt.rekuest", "optional": False},
    {"key": "s3", "service": "live.arkitekt.s3", "optional": True, "description": "for images"},
]


async def test_an_app_starts_after_one_approval_and_then_without(platform: Server, tmp_path: Path) -> None:
    approver = Approver(platform)
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

    again = Approver(platform)
    async with interactive(platform, tmp_path, again) as client:
        assert await client.alist_actions() is not None
    assert again.challenges == [], "the second start must not ask"


async def test_an_app_that_wants_more_asks_again(platform: Server, tmp_path: Path) -> None:
    first = Approver(platform)
    async with interactive(platform, tmp_path, first, name="test-growing"):
        pass
    second = Approver(platform)
    async with interactive(
        platform, tmp_path, second, name="test-growing", scopes=["openid", "email"]
    ) as client:
        assert await client.alist_actions() is not None
    assert len(second.challenges) == 1
    assert second.seen is not None
    assert "e-mail" in second.seen.text


async def test_a_declined_app_is_told(platform: Server, tmp_path: Path) -> None:
    approver = Approver(platform, decision="decline")
    with pytest.raises(UserDeniedError):
        async with interactive(platform, tmp_path, approver):
            pass
    assert approver.outcome is not None
    assert approver.outcome.title == "Declined"


async def test_an_app_that_nobody_answers_gives_up(platform: Server) -> None:
    endpoint = await WellKnownDiscovery(url=platform.url).adiscover()
    authorizer = DeviceCodeAuthorizer(
        manifest=Manifest(identifier="test-forgotten", version="1"),
        device_code_hook=Approver(platform, decision=None),
        open_browser=False,
        expiration_time_seconds=10,
        timeout=30,  # longer than the server's patience, so that its answer is what ends it
    )
    with pytest.raises(DeviceCodeExpiredError):
        await authorizer.aauthorize(endpoint)


async def test_a_program_shows_its_link_and_goes_on(platform: Server, apps: Apps) -> None:
    program = """
        from arkitekt import easy
        from rekuest.arkitekt import rekuest_service

        with easy("test-program", rekuest_service) as rekuest:
            print("found", len(rekuest.list_actions()), "actions")
    """
    app = apps.start(program, "program", with_key=False)
    await asyncio.to_thread(app.wait_for, "code ")
    link = re.search(r"http://\S+/lok/device\?code=\S+", app.output)
    assert link, app.output
    await asyncio.to_thread(Approver(platform).decide, link.group())
    assert await asyncio.to_thread(app.wait) == 0, app.output
    assert "found" in app.output


def test_discovery_says_where_to_ask(platform: Server) -> None:
    document = wire.request(f"{platform.url}/.well-known/fakts").json()
    for name in ("device_authorization_endpoint", "revocation_endpoint", "configure"):
        assert document[name].startswith(f"{platform.url}/lok/"), name
    assert "{code}" in document["configure"]
    assert set(document["grant_types_supported"]) == {wire.MANDATE_KEY, wire.DEVICE_CODE, "refresh_token"}


def test_what_a_person_unticks_is_denied(platform: Server) -> None:
    started = wire.start_device_login(platform.url, "modest", requirements=NEEDS)
    browser = Browser(platform.url)
    page = browser.sign_in(started["verification_uri_complete"], platform.access["users"][0])
    assert "for images" in page.text
    browser.submit(page.form, without=("use",), decision="approve")
    session = wire.poll_device_login(started).json()
    assert session["statuses"] == {"rekuest": "granted", "s3": "denied"}
    assert set(session["instances"]) == {"rekuest"}


def test_the_token_of_an_approved_app_works_everywhere(platform: Server) -> None:
    session = approve(platform, "everywhere")
    query = "{ me { username } mycontext { hub { name } organization { slug } } }"
    answer = wire.graphql(platform.lok_url, query, token=session["access_token"]).json()
    assert answer["data"]["me"]["username"] == platform.access["users"][0]["username"]
    assert answer["data"]["mycontext"]["hub"]
    actions = wire.graphql(platform.rekuest_url, "{ actions { id } }", token=session["access_token"]).json()
    assert "errors" not in actions, actions


def test_a_code_can_be_typed_on_another_device(platform: Server) -> None:
    started = wire.start_device_login(platform.url, "typed")
    browser = Browser(platform.url)
    asks = browser.open(started["verification_uri"])
    assert asks.title == "Connect an app"
    typed = started["user_code"].lower().replace("-", " ")
    page = browser.submit(asks.form, code=typed)
    assert page.title == "Sign in"
    account = platform.access["users"][0]
    page = browser.submit(page.form, username=account["username"], password=account["password"])
    assert started["user_code"] in page.text


def test_a_person_who_is_signed_in_is_not_asked_again(platform: Server) -> None:
    browser = Browser(platform.url)
    first = wire.start_device_login(platform.url, "one-of-two")
    browser.sign_in(first["verification_uri_complete"], platform.access["users"][0])
    second = wire.start_device_login(platform.url, "two-of-two")
    page = browser.open(second["verification_uri_complete"])
    assert page.title == "Approve an app"
    out = browser.open("/lok/sign-out")
    assert browser.submit(out.form).title == "Signed out"
    assert browser.open(second["verification_uri_complete"]).title == "Sign in"


def test_every_end_has_its_page(platform: Server) -> None:
    started = wire.start_device_login(platform.url, "endings")
    link = started["verification_uri_complete"]
    browser = Browser(platform.url)
    page = browser.sign_in(link, platform.access["users"][0])
    assert browser.submit(page.form, decision="approve").title == "Approved"
    assert browser.submit(page.form, decision="approve").title == "Already approved"
    assert browser.open(link).title == "Already approved"
    wrong = browser.open("/lok/device?" + urllib.parse.urlencode({"code": "BCDF-GHJK"}))
    assert wrong.answer.status == 404
    assert "No app waits with this code" in wrong.text
    assert wrong.form.method == "get", "and can be tried again"


def test_an_app_polls_until_somebody_decides(platform: Server) -> None:
    started = wire.start_device_login(platform.url, "polling")

    def error(**changes: Any) -> str:
        answer = wire.poll_device_login({**started, **changes})
        assert answer.status == 400
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()["error"]

    assert error() == "authorization_pending"
    assert error() == "slow_down"
    assert error(client_id="another") == "invalid_client"
    assert error(device_code="unknown") == "expired_token"
    Approver(platform).decide(started["verification_uri_complete"])
    assert wire.poll_device_login(started).status == 200
    assert error() == "invalid_grant"


def test_a_manifest_may_be_large_but_not_huge(platform: Server) -> None:
    started = wire.start_device_login(platform.url, "talkative", description="x" * 40_000)
    assert started["user_code"]
    url = f"{platform.url}/lok/o/app-authorization/"
    sent = b'{"manifest": {"identifier": "' + b"x" * (1 << 20)
    try:
        assert wire.request(url, sent, headers={"Content-Type": "application/json"}).status == 413
    except OSError:
        pass  # The server may hang up on the rest of such a body.
    assert wire.request(f"{platform.lok_url}/ht").status == 200
