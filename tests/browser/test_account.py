"""What is theirs: password, sessions, programs, and the way out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from platform_under_test import wire
from platform_under_test.command import CommandLine
from platform_under_test.server import Server

from .window import Window

FIRST = "four words in a row"
SECOND = "five other words than that"


@pytest.fixture
def somebody(platform: Server, command: CommandLine, request: pytest.FixtureRequest) -> dict[str, str]:
    """An account for one test, of an organization."""
    username = request.node.name.removeprefix("test_")[:20].strip("_")
    address = ("--email", f"{username}@lab.org")
    command.json("user", "add", username, *address, "--password-stdin", given=f"{FIRST}\n")
    organization = platform.access["organization"]
    command.json("membership", "add", "--user", username, "--organization", organization, "--role", "editor")
    return {"username": username, "password": FIRST}


def change_password(window: Window, old: str, new: str, again: str | None = None) -> None:
    window.fill(Old_password=old, New_password=new, New_password_again=again or new)
    window.press("Change password")


def test_a_changed_password_ends_all_other_sessions(
    open_window: Callable[..., Window], somebody: dict[str, str]
) -> None:
    elsewhere, phone = open_window(), open_window()
    for window in (elsewhere, phone):
        window.open("/lok/")
        window.sees("Sign in", "sign-in")
        window.sign_in(somebody)
        assert somebody["username"] in window.sees("Your account")
    phone.sees("Your account", "account")
    phone.follow("Change it")
    phone.sees("Change your password", "password")
    change_password(phone, "guess", SECOND)
    assert "old password is wrong" in phone.sees("Error: Change your password", "password-old-wrong")
    change_password(phone, FIRST, SECOND, again=FIRST)
    assert "not typed the same twice" in phone.sees("Error: Change your password")
    change_password(phone, FIRST, "password123")
    assert "Many people use this" in phone.sees("Error: Change your password", "password-weak")
    change_password(phone, FIRST, SECOND)
    assert "is signed out" in phone.sees("Your account", "password-changed")
    elsewhere.open("/lok/account")
    elsewhere.sees("Sign in")
    elsewhere.sign_in(somebody)
    elsewhere.sees("Error: Sign in")
    elsewhere.sign_in({**somebody, "password": SECOND})
    elsewhere.sees("Your account")


def test_sessions_are_seen_and_ended(open_window: Callable[..., Window], somebody: dict[str, str]) -> None:
    windows = [open_window(is_phone=False), open_window(), open_window()]
    for window in windows:
        window.open("/lok/account")
        window.sign_in(somebody)
    first, second, third = windows
    first.open("/lok/account")
    shown = first.sees("Your account", "account-several-sessions")
    assert (shown.count("This browser"), shown.count("Another browser")) == (1, 2)
    first.press("End the session")
    assert "The session is ended" in first.sees("Your account")
    first.press("End the session")
    assert first.sees("Your account").count("Another browser") == 0
    for window in (second, third):
        window.open("/lok/account")
        window.sees("Sign in")


def test_an_approved_program_is_revoked(platform: Server, phone: Window, somebody: dict[str, str]) -> None:
    started = wire.start_device_login(platform.url, "cell-counter", device_id="bench-pc")
    phone.open(started["verification_uri_complete"])
    phone.sign_in(somebody)
    phone.press("Approve")
    session = wire.poll_device_login(started).json()
    phone.follow(somebody["username"])
    assert "cell-counter" in phone.sees("Your account", "account-with-a-program")
    phone.press("Revoke cell-counter")
    shown = phone.sees("Your account", "account-program-revoked")
    assert "The program is revoked" in shown
    assert "cell-counter" not in shown
    assert wire.refresh(started["token_endpoint"], session).json()["error"] == "invalid_client"


def test_who_signs_out_is_out(phone: Window, somebody: dict[str, str]) -> None:
    phone.open("/lok/account")
    phone.sign_in(somebody)
    phone.follow("Sign out")
    phone.sees("Sign out", "sign-out")
    phone.press("Sign out")
    phone.sees("Signed out", "signed-out")
    phone.page.go_back()
    phone.open("/lok/account")
    phone.sees("Sign in")


def test_a_page_that_was_left_open_says_so(phone: Window, somebody: dict[str, str]) -> None:
    phone.open("/lok/account")
    phone.sign_in(somebody)
    phone.follow("Change it")
    phone.context.clear_cookies()
    change_password(phone, FIRST, SECOND)
    phone.sees("This page is too old", "too-old")
