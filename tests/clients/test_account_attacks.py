"""What a hostile guest tries on the pages for accounts and invitations."""

from __future__ import annotations

import urllib.parse

import pytest

from platform_under_test import wire
from platform_under_test.command import CommandLine
from platform_under_test.server import Server

from .people import Browser
from .test_page_attacks import EVIL

GOOD = "four words in a row"
CHANGE = [("old-password", GOOD), ("new-password", f"{GOOD}!"), ("new-password-again", f"{GOOD}!")]
FORMS = {
    "/lok/account/password": CHANGE,
    "/lok/account/sessions": [("session", "others")],
    "/lok/account/programs": [("program", "1")],
}


@pytest.fixture(scope="module")
def command(platform: Server) -> CommandLine:
    return CommandLine(platform.data)


@pytest.fixture
def account(command: CommandLine, request: pytest.FixtureRequest) -> dict[str, str]:
    username = request.node.name.removeprefix("test_").partition("[")[0][:40]
    if f"{username} " not in command.run("user", "list").stdout:
        command.json("user", "add", username, "--password-stdin", given=f"{GOOD}\n")
    return {"username": username, "password": GOOD}


@pytest.fixture
def link(platform: Server, command: CommandLine) -> str:
    organization = platform.access["organization"]
    return command.json("invite", "add", "--organization", organization)["link"]


def token_of(browser: Browser) -> str:
    """The form token of somebody who is signed in."""
    return dict(browser.open("/lok/account/password").form.fields)["csrf"]


def signed_in(platform: Server, account: dict[str, str]) -> Browser:
    browser = Browser(platform.url)
    assert browser.sign_in("/lok/account", account).title == "Your account"
    return browser


@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_another_site_changes_nothing(platform: Server, account: dict[str, str], path: str) -> None:
    browser = signed_in(platform, account)
    other = signed_in(platform, account)
    token = token_of(browser)
    theirs = token_of(other)
    for forged in ("", "0" * 64, theirs):
        assert browser.send(path, [*FORMS[path], ("csrf", forged)]).status == 403
    assert browser.send(path, FORMS[path]).status == 403
    for origin in ("http://evil.example", "null", f"http://localhost:{platform.port + 1}"):
        assert browser.send(path, [*FORMS[path], ("csrf", token)], {"Origin": origin}).status == 403
    assert other.open("/lok/account").title == "Your account", "no session has ended"
    signed_in(platform, account)


def test_a_forged_answer_to_an_invitation_is_none(
    platform: Server, account: dict[str, str], link: str
) -> None:
    browser = signed_in(platform, account)
    page = browser.open(link)
    fields = [each for each in page.form.fields if each[0] != "csrf"]
    for decision in ("accept", "decline"):
        assert browser.send("/lok/invite", [*fields, ("decision", decision)]).status == 403
    stranger = Browser(platform.url)
    form = stranger.open(f"{link}&new=1").form
    fields = [each for each in form.fields if each[0] != "csrf"]
    fields += [("username", "forged"), ("new-password", GOOD), ("new-password-again", GOOD)]
    assert stranger.send("/lok/invite/account", fields).status == 403
    assert browser.open(link).title == "Invitation", "it is still open"


def test_a_cookie_from_before_is_worth_nothing_after(
    platform: Server, account: dict[str, str], link: str
) -> None:
    guest = Browser(platform.url)
    form = guest.open(f"{link}&new=1").form
    attacker = Browser(platform.url, dict(guest.cookies))
    done = guest.submit(form, **{"username": "fixated", "new-password": GOOD, "new-password-again": GOOD})
    assert done.title.startswith("Welcome to")
    assert guest.open("/lok/account").title == "Your account"
    assert attacker.open("/lok/account").title == "Sign in"

    browser = signed_in(platform, account)
    stolen = Browser(platform.url, dict(browser.cookies))
    fields = [*CHANGE, ("csrf", token_of(browser))]
    assert browser.send("/lok/account/password", fields).status == 200
    assert browser.open("/lok/account").title == "Your account"
    assert stolen.open("/lok/account").title == "Sign in", "whoever took the cookie is out"


@pytest.mark.parametrize(
    "next_page", ["//evil.example", "https://evil.example", "/device\r\nA: b", "/\\evil"]
)
def test_no_link_for_signing_in_leads_away(platform: Server, account: dict[str, str], next_page: str) -> None:
    link = "/lok/sign-in?" + urllib.parse.urlencode({"next": next_page})
    stranger = Browser(platform.url)
    assert "evil" not in stranger.open(link).html
    answer = signed_in(platform, account).send(link)
    assert (answer.status, answer.headers["location"]) == (303, "/lok/account")
    assert "a" not in answer.headers


def test_pages_are_not_kept_framed_or_sniffed(platform: Server, account: dict[str, str], link: str) -> None:
    stranger = Browser(platform.url)
    person = signed_in(platform, account)
    answers = [
        each.send(url) for each in (stranger, person) for url in ("/lok/account", link, f"{link}&new=1")
    ]
    answers += [person.send(path, [("a", "b")]) for path in FORMS]
    for answer in answers:
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_texts_of_others_stay_texts(platform: Server, command: CommandLine, account: dict[str, str]) -> None:
    command.json("organization", "add", EVIL, "--owner", account["username"], "--slug", "evil")
    invite = command.json("invite", "add", "--organization", "evil")["link"]
    stranger = Browser(platform.url)
    person = signed_in(platform, account)
    for page in (
        stranger.open(invite),
        stranger.open(f"{invite}&new=1"),
        person.open("/lok/account"),
        person.open(invite),
    ):
        assert "<img" not in page.html
        assert "<script" not in page.html
        assert EVIL in page.text
    form = stranger.open(f"{invite}&new=1").form
    page = stranger.submit(form, **{"username": EVIL, "new-password": GOOD, "new-password-again": GOOD})
    assert page.answer.status == 400
    assert "<img" not in page.html


@pytest.mark.parametrize("token", ["x\r\nSet-Cookie: a=b", EVIL, "' or 1=1 --", "\0", "a" * 5_000])
def test_a_token_that_is_none_finds_nothing(platform: Server, token: str) -> None:
    answer = Browser(platform.url).send("/lok/invite?" + urllib.parse.urlencode({"token": token}))
    assert answer.status == 404
    assert "a=b" not in answer.headers["set-cookie"]
    assert b"<script" not in answer.body


# From here on this address is watched: these stay last.


def test_an_old_password_is_not_guessed(platform: Server, account: dict[str, str]) -> None:
    browser = signed_in(platform, account)
    token = token_of(browser)
    wrong = [("old-password", "guess"), *CHANGE[1:], ("csrf", token)]
    statuses = [browser.send("/lok/account/password", wrong).status for _ in range(12)]
    assert set(statuses) == {403, 429}
    right = browser.send("/lok/account/password", [*CHANGE, ("csrf", token)])
    assert right.status == 429, "the right one is not told from the others any more"


def test_accounts_are_not_made_in_heaps(platform: Server, command: CommandLine) -> None:
    organization = platform.access["organization"]
    link = command.json("invite", "add", "--organization", organization, "--uses", "100")["link"]
    statuses = []
    for number in range(12):
        guest = Browser(platform.url)
        form = guest.open(f"{link}&new=1").form
        fields = {"username": f"heap-{number}", "new-password": GOOD, "new-password-again": GOOD}
        statuses.append(guest.submit(form, **fields).answer.status)
    assert set(statuses) == {200, 429}


def test_tokens_are_not_guessed(platform: Server, link: str) -> None:
    browser = Browser(platform.url)
    statuses = [browser.send(f"/lok/invite?token={number:036d}").status for number in range(15)]
    assert set(statuses) == {404, 429}
    assert browser.open(link).answer.status == 429
    assert wire.request(f"{platform.lok_url}/ht").status == 200
