"""People, organizations and keys from the command line."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from platform_under_test import wire
from platform_under_test.command import CommandLine
from platform_under_test.server import Server, free_ports


@pytest.fixture(scope="module")
def command(platform: Server) -> CommandLine:
    return CommandLine(platform.data)


def me(platform: Server, token: str) -> dict[str, object]:
    query = "{ mycontext { user { username } organization { slug } roles } serviceInstances { instanceId } }"
    answer = wire.graphql(platform.lok_url, query, token=token).json()
    assert "errors" not in answer, answer
    return answer["data"]


def test_from_nobody_to_an_app_that_is_logged_in(platform: Server, command: CommandLine) -> None:
    ada = command.json(
        "user", "add", "ada", "--email", "ada@lab.org", "--password-stdin", given="secret-of-ada\n"
    )
    assert ada == {"username": "ada"}
    made = command.json("user", "add", "bob")
    assert len(made["password"]) >= 16
    bench = command.json("organization", "add", "Bench", "--owner", "ada", "--slug", "bench")
    assert (bench["slug"], bench["owner"]) == ("bench", "ada")
    member = command.json(
        "membership", "add", "--user", "bob", "--organization", "bench", "--role", "editor", "--role", "user"
    )
    assert member["roles"] == ["editor", "user"]
    key = command.json(
        "mandate", "add", "--user", "bob", "--organization", "bench", "--app", "counter", "--expires", "30d"
    )["key"]

    session = wire.log_in(platform.url, key, "counter")
    assert session["statuses"] == {"rekuest": "granted", "s3": "granted"}
    seen = me(platform, session["access_token"])
    assert seen["mycontext"] == {
        "user": {"username": "bob"},
        "organization": {"slug": "bench"},
        "roles": ["editor", "user"],
    }
    # And Rekuest takes the token, in an organization of its own.
    rekuest = wire.graphql(platform.rekuest_url, "{ agents { id } }", token=session["access_token"])
    assert rekuest.json() == {"data": {"agents": []}}

    (client,) = command.json("client", "list", "--organization", "bench")
    assert (client["app"], client["user"], client["client_id"]) == ("counter", "bob", session["client_id"])
    (device,) = command.json("device", "list", "--organization", "bench")
    assert device["clients"] == "1"


def test_a_key_is_printed_once_and_ends_when_it_is_revoked(platform: Server, command: CommandLine) -> None:
    command.json("user", "add", "carol")
    command.json("organization", "add", "Ends", "--owner", "carol")
    given = command.json(
        "mandate", "add", "--user", "carol", "--organization", "Ends", "--any-app", "--label", "ci"
    )
    wire.log_in(platform.url, given["key"], "first")
    listed = command.run("mandate", "list", "--organization", "Ends")
    assert "ci" in listed.stdout
    assert given["key"] not in listed.stdout
    assert given["key"] not in command.run("mandate", "show", given["id"]).stdout
    assert command.json("mandate", "remove", given["id"]) == {"revoked": given["id"]}
    with pytest.raises(AssertionError, match="revoked"):
        wire.log_in(platform.url, given["key"], "second")
    command.json("organization", "remove", "Ends")
    command.json("user", "remove", "carol")
    assert "carol" not in command.run("user", "list").stdout


def test_a_login_that_waits_is_approved(platform: Server, command: CommandLine) -> None:
    started = wire.start_device_login(platform.url, "waiting")
    assert wire.poll_device_login(started).json()["error"] == "authorization_pending"
    approve = ("device", "approve", started["user_code"], "--user", "ada", "--organization", "bench")
    refused = command.run(*approve, "--without", "s3")
    assert (refused.returncode, "no optional requirement 's3'" in refused.stderr) == (1, True)
    assert command.json(*approve)["approved"] == "waiting"
    session = wire.poll_device_login(started).json()
    assert me(platform, session["access_token"])["mycontext"]["user"] == {"username": "ada"}
    again = command.run(*approve)
    assert (again.returncode, again.stdout) == (1, "")
    assert "decided before" in again.stderr
    nobody = command.run("device", "approve", "BCDF-GHJK", "--user", "ada", "--organization", "bench")
    assert "No app waits" in nobody.stderr


def test_answers_for_people_are_tables_and_lines(command: CommandLine) -> None:
    table = command.run("user", "list").stdout.splitlines()
    assert table[0].split()[:2] == ["username", "email"]
    assert any(line.startswith("ada ") for line in table)
    lines = command.run("user", "show", "ada").stdout
    assert "email" in lines and "ada@lab.org" in lines
    assert command.run("client", "list", "--organization", "bench").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("user", "show", "nobody"),
            1,
            "There is no user 'nobody'. `arkitektd user list` shows who there is.",
        ),
        (("user", "add", "ada"), 1, "There is a user 'ada' already."),
        (("user", "add", "with space"), 1, "A username has"),
        (("organization", "add", "X", "--owner", "nobody"), 1, "There is no user 'nobody'"),
        (("organization", "add", "X"), 2, "--owner"),
        (
            ("membership", "add", "--user", "ada", "--organization", "bench", "--role", "king"),
            1,
            "no role 'king'. It has: admin",
        ),
        (("membership", "remove", "--user", "ada", "--organization", "bench"), 1, "owns the organization"),
        (
            ("mandate", "add", "--user", "ada", "--organization", "bench", "--expires", "soon"),
            1,
            "write 30d, 12h or 45m",
        ),
        (
            ("mandate", "add", "--user", "ada", "--organization", "nowhere"),
            1,
            "There is no organization 'nowhere'",
        ),
        (("user", "fly"), 2, ""),
        (("user",), 2, ""),
    ],
)
def test_what_is_refused_says_what_to_do(
    command: CommandLine, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = command.run(*arguments)
    assert done.returncode == code, done
    assert said in done.stderr
    assert not done.stdout


def test_what_the_configuration_lists_is_removed_there(platform: Server, command: CommandLine) -> None:
    organization = platform.access["organization"]
    username = platform.access["users"][0]["username"]
    for arguments in [("user", "remove", username), ("organization", "remove", organization)]:
        done = command.run(*arguments)
        assert done.returncode == 1
        assert "lok.yaml" in done.stderr


def test_only_the_owner_of_the_directory_may(platform: Server) -> None:
    mode = (platform.data / "admin.sock").stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("noun", ["user", "organization", "membership", "mandate", "client", "device"])
def test_help_teaches(command: CommandLine, noun: str) -> None:
    shown = command.run(noun, "--help")
    assert shown.returncode == 0
    assert "arkitektd up" in shown.stdout
    for verb in ("list", "show", "remove"):
        verb_help = command.run(noun, verb, "--help")
        assert f"Example: arkitektd {noun} {verb}" in verb_help.stdout


def test_without_a_platform_it_says_how_to_start_one(tmp_path: Path) -> None:
    away = CommandLine(tmp_path / "data").run("user", "list")
    assert (away.returncode, away.stdout) == (7, "")
    assert "There is no data directory" in away.stderr
    server = Server(tmp_path / "data", free_ports()).start()
    command = CommandLine(server.data)
    command.json("user", "add", "ada")
    command.json("organization", "add", "Bench", "--owner", "ada", "--slug", "bench")
    server.end_well()
    away = command.run("user", "list")
    assert away.returncode == 7
    assert f"arkitektd up --data {server.data}" in away.stderr

    # What was made is there at the next start.
    server.start()
    assert command.json("user", "show", "ada")["organizations"] == [{"slug": "bench", "name": "Bench"}]
    assert command.json("organization", "show", "bench")["hubs"][0]["hub"] == server.access["hub"]
    server.end_well()
