"""A person signs in to another program with their account here, and out again."""

from __future__ import annotations

import hashlib
import urllib.parse
from base64 import urlsafe_b64encode
from collections.abc import Iterator

import pytest
import yaml

from platform_under_test import wire
from platform_under_test.server import Server, free_ports

from .window import Window

VERIFIER = "v" * 43
BACK = "/lok/live?wiki"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """In place of the usual one: with a program, which for the browser's sake is at our own address."""
    server = Server(tmp_path_factory.mktemp("data"), free_ports()).start()
    server.end_well()
    wiki = {
        "client_name": "The lab's wiki",
        "client_id": "wiki",
        "client_secret": "quite-secret",
        "redirect_uris": [server.url + BACK],
        "post_logout_redirect_uris": [server.url + BACK],
    }
    with (server.data / "lok.yaml").open("a") as configuration:
        configuration.write(yaml.safe_dump({"openid_apps": [wiki]}))
    server.start()
    yield server
    server.end_well()


def link(platform: Server, **changes: str) -> str:
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    asked = {
        "client_id": "wiki",
        "response_type": "code",
        "redirect_uri": platform.url + BACK,
        "scope": "openid profile email",
        "state": "mine",
        "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return "/lok/o/authorize?" + urllib.parse.urlencode({**asked, **changes})


def answer(platform: Server, window: Window) -> dict[str, str]:
    """What the program is told, at its own address."""
    assert window.page.url.startswith(platform.url + BACK), window.page.url
    told = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(window.page.url).query))
    assert (told["state"], told["iss"]) == ("mine", f"{platform.url}/lok")
    return told


def tokens(platform: Server, code: str) -> wire.Answer:
    return wire.token_request(
        f"{platform.url}/lok/o/token/",
        grant_type="authorization_code",
        code=code,
        redirect_uri=platform.url + BACK,
        code_verifier=VERIFIER,
        client_id="wiki",
        client_secret="quite-secret",
    )


def test_a_person_agrees_once(platform: Server, phone: Window, person: dict[str, str]) -> None:
    phone.open(link(platform))
    assert "The lab's wiki" in phone.sees("Sign in", "sign-in-for-a-program")
    phone.sign_in(person)
    shown = phone.sees("Sign in to a program", "consent-to-a-program")
    assert person["username"] in shown
    assert "e-mail" in shown
    phone.press("Sign in")
    got = tokens(platform, answer(platform, phone)["code"])
    assert got.status == 200, got.body
    assert wire.claims_of(got.json()["id_token"])["preferred_username"] == person["username"]
    phone.open(link(platform))
    assert "code" in answer(platform, phone), "what was agreed to is not asked again"
    phone.open("/lok/account")
    assert "The lab's wiki" in phone.sees("Your account", "account-with-a-sign-in")
    phone.press("Withdraw")
    phone.sees("Your account", "account-withdrawn")
    phone.open(link(platform))
    phone.sees("Sign in to a program")


def test_a_person_cancels(platform: Server, desktop: Window, person: dict[str, str]) -> None:
    desktop.open(link(platform, prompt="consent"))
    desktop.sign_in(person)
    desktop.sees("Sign in to a program")
    desktop.press("Cancel")
    assert answer(platform, desktop)["error"] == "access_denied"


def test_a_wrong_address_leads_nowhere(platform: Server, desktop: Window) -> None:
    desktop.open(link(platform, redirect_uri="https://evil.example/"))
    desktop.sees("That did not work", "program-with-a-wrong-address")


def test_signing_out_there_asks_here(platform: Server, phone: Window, person: dict[str, str]) -> None:
    phone.open("/lok/account")
    phone.sign_in(person)
    back = urllib.parse.quote(platform.url + BACK, safe="")
    phone.open(f"/lok/o/logout?client_id=wiki&post_logout_redirect_uri={back}&state=left")
    assert "The lab's wiki" in phone.sees("Sign out", "sign-out-with-a-program")
    phone.press("Stay signed in")
    phone.sees("Still signed in")
    phone.open(f"/lok/o/logout?client_id=wiki&post_logout_redirect_uri={back}&state=left")
    # The navigation has a link of that name, too.
    phone.press("Sign out")
    assert phone.page.url == f"{platform.url}{BACK}&state=left"
    phone.open("/lok/account")
    phone.sees("Sign in")
