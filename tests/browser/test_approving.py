"""An app without a key waits; a person opens its link in a browser and decides."""

from __future__ import annotations

import re
import time

from platform_under_test import wire
from platform_under_test.apps import Apps
from platform_under_test.command import CommandLine
from platform_under_test.server import Server

from .window import Window

PROGRAM = """
    from arkitekt import easy
    from rekuest.arkitekt import rekuest_service

    with easy("test-program", rekuest_service) as rekuest:
        print("found", len(rekuest.list_actions()), "actions")
"""
NEEDS = [
    {"key": "rekuest", "service": "live.arkitekt.rekuest", "optional": False, "description": "to work"},
    {"key": "s3", "service": "live.arkitekt.s3", "optional": True, "description": "to keep images"},
    {"key": "fluss", "service": "live.arkitekt.fluss", "optional": True},
]


def waiting(platform: Server, name: str, **changes: object) -> dict[str, str]:
    return wire.start_device_login(
        platform.url, name, description="Counts cells in images", scopes=["openid", "email"], **changes
    )


def test_a_program_is_approved_on_a_phone(
    platform: Server, apps: Apps, phone: Window, person: dict[str, str]
) -> None:
    program = apps.start(PROGRAM, "program", with_key=False)
    program.wait_for("code ")
    link = re.search(r"http://\S+/lok/device\?code=(\S+)", program.output)
    assert link, program.output
    phone.open(link.group())
    assert "test-program" in phone.sees("Sign in", "sign-in-for-an-app")
    phone.sign_in(person)
    shown = phone.sees("Approve an app", "approve-the-program")
    assert link.group(1) in shown
    assert "live.arkitekt.rekuest" in shown
    phone.press("Approve")
    phone.sees("Approved", "approved")
    assert program.wait() == 0, program.output
    assert "found" in program.output


def test_an_app_is_declined(platform: Server, phone: Window, person: dict[str, str]) -> None:
    started = waiting(platform, "declined")
    phone.open(started["verification_uri_complete"])
    phone.sign_in(person)
    phone.press("Decline")
    phone.sees("Declined", "declined")
    assert wire.poll_device_login(started).json()["error"] == "access_denied"
    phone.open(started["verification_uri_complete"])
    phone.sees("Already declined", "already-declined")


def test_a_code_that_is_over_says_so(platform: Server, phone: Window, person: dict[str, str]) -> None:
    late = waiting(platform, "late", seconds=10)
    began = time.monotonic()
    used = waiting(platform, "used")
    phone.open(used["verification_uri_complete"])
    phone.sign_in(person)
    phone.press("Approve")
    phone.sees("Approved")
    phone.open(used["verification_uri_complete"])
    phone.sees("Already approved", "already-approved")
    while wire.poll_device_login(late).json()["error"] in ("authorization_pending", "slow_down"):
        assert time.monotonic() < began + 60
        time.sleep(2)
    phone.open(late["verification_uri_complete"])
    phone.sees("This code has expired", "expired")


def test_a_wrong_password_can_be_corrected(platform: Server, phone: Window, person: dict[str, str]) -> None:
    started = waiting(platform, "mistyped")
    phone.open(started["verification_uri_complete"])
    phone.sign_in({**person, "password": "guess"})
    failed = phone.sees("Error: Sign in", "wrong-password")
    assert "do not belong together" in failed
    assert "mistyped" in failed, "it still says which app asks"
    assert phone.page.get_by_label("User name").input_value() == person["username"]
    phone.fill(Password=person["password"])
    phone.press("Sign in")
    assert started["user_code"] in phone.sees("Approve an app")


def test_a_person_unticks_what_an_app_may_do_without(
    platform: Server, phone: Window, person: dict[str, str]
) -> None:
    started = waiting(platform, "modest", requirements=NEEDS)
    phone.open(started["verification_uri_complete"])
    phone.sign_in(person)
    shown = phone.sees("Approve an app", "approve-with-choices")
    assert "to keep images" in shown
    phone.page.get_by_role("checkbox", name="s3").uncheck()
    phone.press("Approve")
    phone.sees("Approved")
    assert wire.poll_device_login(started).json()["statuses"] == {
        "rekuest": "granted",
        "s3": "denied",
        "fluss": "unavailable",
    }


def test_what_is_missing_is_said_before(platform: Server, phone: Window, person: dict[str, str]) -> None:
    needs = [{"key": "fluss", "service": "live.arkitekt.fluss", "optional": False}]
    phone.open(waiting(platform, "demanding", requirements=needs)["verification_uri_complete"])
    phone.sign_in(person)
    assert "has no live.arkitekt.fluss" in phone.sees("Approve an app", "approve-impossible")
    assert phone.page.get_by_role("button", name="Approve").count() == 0


def test_a_code_is_typed_with_the_keyboard_alone(
    platform: Server, desktop: Window, person: dict[str, str]
) -> None:
    started = waiting(platform, "typed")
    keyboard = desktop.page.keyboard

    def enter() -> None:
        with desktop.page.expect_navigation():
            keyboard.press("Enter")

    def tab_to(label: str) -> None:
        for _ in range(20):
            keyboard.press("Tab")
            focused = desktop.page.locator(":focus")
            outline = focused.evaluate("each => getComputedStyle(each).outlineStyle")
            assert outline == "solid", "one sees where one is"
            if label in (focused.get_attribute("id"), focused.inner_text()):
                return
        raise AssertionError(f"{label} cannot be reached")

    desktop.open("/lok/device")
    desktop.sees("Connect an app", "enter-code")
    tab_to("code")
    keyboard.type("BCDF-GHJK")
    enter()
    desktop.sees("Error: Connect an app", "unknown-code")
    tab_to("code")
    keyboard.type(started["user_code"].lower().replace("-", " "))
    enter()
    desktop.sees("Sign in")
    tab_to("username")
    keyboard.type(person["username"])
    tab_to("password")
    keyboard.type(person["password"])
    enter()
    desktop.sees("Approve an app")
    tab_to("Approve")
    enter()
    desktop.sees("Approved")
    assert wire.poll_device_login(started).status == 200


def test_a_person_of_several_organizations_chooses(
    platform: Server, command: CommandLine, phone: Window, person: dict[str, str]
) -> None:
    command.json("organization", "add", "Bench", "--owner", person["username"], "--slug", "bench")
    started = waiting(platform, "choosy")
    phone.open(started["verification_uri_complete"])
    phone.sign_in(person)
    phone.sees("Choose an organization", "choose-an-organization")
    phone.page.get_by_role("radio", name="Bench").check()
    phone.press("Continue")
    assert "Bench" in phone.sees("Approve an app", "approve-elsewhere")
    phone.press("Approve")
    phone.sees("Approved")
    token = wire.poll_device_login(started).json()["access_token"]
    answer = wire.graphql(platform.lok_url, "{ mycontext { organization { slug } } }", token=token)
    assert answer.json()["data"]["mycontext"]["organization"]["slug"] == "bench"


def test_who_is_in_no_organization_is_told(platform: Server, command: CommandLine, phone: Window) -> None:
    command.json("user", "add", "lonely", "--password-stdin", given="four words in a row\n")
    phone.open(waiting(platform, "nowhere")["verification_uri_complete"])
    phone.sign_in({"username": "lonely", "password": "four words in a row"})
    phone.sees("There is nowhere to let it in", "nowhere")
    phone.follow("lonely")
    assert "You are in none" in phone.sees("Your account", "account-of-nobody")


# The address is watched from here on: this stays last.


def test_guessing_codes_is_stopped(phone: Window) -> None:
    for _ in range(12):
        phone.open("/lok/device?code=BCDF-GHJK")
    phone.sees("Too many attempts", "too-many-attempts")
