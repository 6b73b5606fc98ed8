"""What a hostile guest of the pages tries: forged forms, fixed sessions, framing, redirects, guessing."""

from __future__ import annotations

import pytest

from platform_under_test import wire
from platform_under_test.server import Server

from .people import Browser

EVIL = "<img src=//evil.example onerror=alert(1)>\"'><script>alert(2)</script>"


@pytest.fixture
def person(platform: Server) -> dict[str, str]:
    return platform.access["users"][0]


@pytest.fixture
def link(platform: Server) -> str:
    return wire.start_device_login(platform.url, "attacked")["verification_uri_complete"]


def test_a_form_of_another_site_decides_nothing(platform: Server, person: dict[str, str]) -> None:
    started = wire.start_device_login(platform.url, "forged")
    browser = Browser(platform.url)
    page = browser.sign_in(started["verification_uri_complete"], person)
    fields = [*page.form.fields, ("decision", "approve")]
    without = [(name, value) for name, value in fields if name != "csrf"]
    for sent in (without, [*without, ("csrf", "")], [*without, ("csrf", "0" * 64)]):
        assert browser.send("/lok/device", sent).status == 403
    for origin in ("http://evil.example", "null", f"http://localhost:{platform.port + 1}"):
        assert browser.send("/lok/device", fields, {"Origin": origin}).status == 403
    assert wire.poll_device_login(started).json()["error"] == "authorization_pending"
    assert browser.send("/lok/device", fields).status == 200


def test_a_form_token_belongs_to_one_visitor(platform: Server, person: dict[str, str], link: str) -> None:
    attacker = Browser(platform.url)
    fields = [*attacker.open(link).form.fields, ("decision", "approve")]
    victim = Browser(platform.url)
    victim.sign_in(link, person)
    assert victim.send("/lok/device", fields).status == 403
    assert victim.send("/lok/sign-out", fields).status == 403
    assert victim.open(link).title == "Approve an app"


def test_a_session_given_to_a_victim_is_worth_nothing(
    platform: Server, person: dict[str, str], link: str
) -> None:
    attacker = Browser(platform.url)
    attacker.open(link)
    victim = Browser(platform.url, dict(attacker.cookies))
    assert victim.sign_in(link, person).title == "Approve an app"
    assert victim.cookies != attacker.cookies
    assert attacker.open(link).title == "Sign in"
    chosen = Browser(platform.url, {"arkitekt_session": "a" * 43})
    assert chosen.sign_in(link, person).title == "Approve an app"
    assert chosen.cookies["arkitekt_session"] != "a" * 43


def test_the_cookie_is_not_for_scripts_or_other_sites(platform: Server, link: str) -> None:
    cookie = Browser(platform.url).send(link).headers["set-cookie"]
    assert "; HttpOnly" in cookie
    assert "; SameSite=Lax" in cookie
    assert "; Path=/lok" in cookie


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "@evil.example",
        "/device/../../evil",
        "/device?x\r\nSet-Cookie: a=b",
        '/device?"><script>',
    ],
)
def test_signing_in_leads_nowhere_else(
    platform: Server, person: dict[str, str], link: str, elsewhere: str
) -> None:
    browser = Browser(platform.url)
    fields = dict(browser.open(link).form.fields)
    fields |= {"code": elsewhere, "next": elsewhere, "hub": elsewhere, **person}
    answer = browser.send("/lok/sign-in", list(fields.items()))
    assert answer.status == 303
    assert answer.headers["location"] == "/lok/account"


def test_pages_are_not_kept_framed_or_sniffed(platform: Server, person: dict[str, str], link: str) -> None:
    browser = Browser(platform.url)
    pages = [browser.send("/lok/device"), browser.send(link), browser.send("/lok/device", [("a", "b")])]
    browser.sign_in(link, person)
    for answer in [*pages, browser.send(link), browser.send("/lok/sign-out")]:
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert not [name for name in answer.headers if name.startswith("access-control")]
    allowed = wire.request(link, method="OPTIONS", headers={"Origin": "http://evil.example"})
    assert not [name for name in allowed.headers if name.startswith("access-control")]


def test_texts_of_an_app_stay_texts(platform: Server, person: dict[str, str]) -> None:
    needs = [
        {"key": EVIL, "service": EVIL, "optional": True, "description": EVIL},
        {"key": f"s3{EVIL}", "service": "live.arkitekt.s3", "optional": True, "description": EVIL},
    ]
    started = wire.start_device_login(
        platform.url,
        EVIL.replace("/", ""),
        version=EVIL,
        description=f"{EVIL}\u202e\u0007",
        logo="http://evil.example/x.png",
        device_id=EVIL,
        requirements=needs,
    )
    browser = Browser(platform.url)
    pages = [browser.open(started["verification_uri_complete"])]
    pages.append(browser.sign_in(started["verification_uri_complete"], person))
    for page in pages:
        assert "<img" not in page.html
        assert "<script" not in page.html
        assert "http://evil.example" not in page.html
    assert EVIL in pages[1].text
    assert browser.submit(pages[1].form, decision="approve").title == "Approved"
    assert wire.poll_device_login(started).json()["statuses"][f"s3{EVIL}"] == "granted"


def test_a_wrong_password_and_a_wrong_name_look_the_same(
    platform: Server, person: dict[str, str], link: str
) -> None:
    browser = Browser(platform.url)
    form = browser.open(link).form
    wrong = [browser.submit(form, username=name, password="guess") for name in (person["username"], "nobody")]
    assert {page.answer.status for page in wrong} == {403}
    assert wrong[0].text == wrong[1].text
    assert "do not belong together" in wrong[0].text


# From here on this address is watched: these stay last.


def test_passwords_are_not_guessed(platform: Server, person: dict[str, str], link: str) -> None:
    browser = Browser(platform.url)
    form = browser.open(link).form
    statuses = [
        browser.submit(form, username=person["username"], password=f"guess-{i}").answer.status
        for i in range(12)
    ]
    assert 429 in statuses
    right = browser.submit(form, **person)
    assert right.answer.status == 429, "the right one is not told from the others any more"
    assert right.answer.headers["retry-after"]
    admin = platform.access["admin"]
    assert browser.sign_in(link, admin).title == "Approve an app", "others are not locked out"


def test_codes_are_not_guessed(platform: Server, link: str) -> None:
    browser = Browser(platform.url)
    statuses = [browser.open("/lok/device?code=BCDF-GHJK").answer.status for _ in range(15)]
    assert set(statuses) == {404, 429}
    assert browser.open(link).answer.status == 429
