"""Invitations: a link, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from platform_under_test.command import CommandLine
from platform_under_test.server import Server

from .window import Window

PASSWORD = "four words in a row"
Invite = Callable[..., dict[str, str]]


@pytest.fixture(scope="module", autouse=True)
def bench(platform: Server, command: CommandLine) -> None:
    """An organization of somebody else."""
    command.json("user", "add", "grace", "--password-stdin", given=f"{PASSWORD}\n")
    command.json("organization", "add", "Bench Lab", "--owner", "grace", "--slug", "bench")


@pytest.fixture
def invite(command: CommandLine) -> Invite:
    def make(*options: str) -> dict[str, str]:
        return command.json("invite", "add", "--organization", "bench", "--role", "editor", *options)

    return make


def members(command: CommandLine) -> set[str]:
    return {each["user"] for each in command.json("membership", "list", "--organization", "bench")}


def test_a_person_with_an_account_accepts(
    command: CommandLine, phone: Window, person: dict[str, str], invite: Invite
) -> None:
    link = invite("--expires", "7d")["link"]
    phone.open(link)
    stranger = phone.sees("Sign in", "invited-stranger")
    for told in ("Bench Lab", "grace", "editor"):
        assert told in stranger
    phone.sign_in({**person, "password": "guess"})
    assert "Bench Lab" in phone.sees("Error: Sign in", "invited-wrong-password")
    phone.sign_in(person)
    assert person["username"] in phone.sees("Invitation", "invited")
    phone.press("Accept")
    phone.sees("Welcome to Bench Lab", "invite-accepted")
    assert person["username"] in members(command)
    phone.follow(person["username"])
    assert "Bench Lab" in phone.sees("Your account")
    phone.open(link)
    phone.sees("Already accepted", "invite-already-accepted")


def test_somebody_else_may_answer(command: CommandLine, phone: Window, invite: Invite) -> None:
    command.json("user", "add", "roommate", "--password-stdin", given=f"{PASSWORD}\n")
    phone.open("/lok/account")
    phone.sign_in({"username": "roommate", "password": PASSWORD})
    phone.open(invite()["link"])
    phone.follow("That is not me")
    phone.press("Sign out")
    assert "Bench Lab" in phone.sees("Sign in")


def test_a_guest_makes_an_account(command: CommandLine, phone: Window, invite: Invite) -> None:
    phone.open(invite()["link"])
    phone.follow("Create one")
    phone.sees("Create an account", "create-account")
    phone.fill(User_name="grace", Password=PASSWORD, Password_again=PASSWORD)
    phone.press("Create account and join")
    assert "is taken" in phone.sees("Error: Create an account", "create-account-taken")
    phone.fill(User_name="newcomer", Password=PASSWORD, Password_again=PASSWORD)
    phone.press("Create account and join")
    phone.sees("Welcome to Bench Lab")
    assert "newcomer" in members(command)
    phone.follow("newcomer")
    assert "editor" in phone.sees("Your account")


def test_a_person_declines(command: CommandLine, phone: Window, invite: Invite) -> None:
    command.json("user", "add", "unwilling", "--password-stdin", given=f"{PASSWORD}\n")
    link = invite()["link"]
    phone.open(link)
    phone.sign_in({"username": "unwilling", "password": PASSWORD})
    phone.press("Decline")
    phone.sees("Declined", "invite-declined")
    assert "unwilling" not in members(command)
    phone.open(link)
    phone.sees("Already declined", "invite-already-declined")


def test_a_link_for_several_people_is_used_up(
    command: CommandLine, open_window: Callable[..., Window], invite: Invite
) -> None:
    link = invite("--uses", "2")["link"]
    for username in ("guest-one", "guest-two"):
        window = open_window()
        window.open(link)
        window.follow("Create one")
        window.fill(User_name=username, Password=PASSWORD, Password_again=PASSWORD)
        window.press("Create account and join")
        window.sees("Welcome to Bench Lab")
    late = open_window()
    late.open(link)
    late.sees("This invitation is used up", "invite-used-up")


def test_a_member_leaves_it_for_others(phone: Window, invite: Invite) -> None:
    link = invite()["link"]
    phone.open(link)
    phone.sign_in({"username": "grace", "password": PASSWORD})
    phone.sees("You are a member already", "invite-member")


def test_a_link_that_is_withdrawn_or_unknown_says_so(
    command: CommandLine, phone: Window, invite: Invite
) -> None:
    made = invite()
    command.json("invite", "remove", made["id"])
    phone.open(made["link"])
    phone.sees("This invitation was withdrawn", "invite-withdrawn")
    phone.open("/lok/invite?token=00000000-0000-4000-8000-000000000000")
    phone.sees("No such invitation", "invite-unknown")
