"""A second start on the same directory keeps everything."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from platform_under_test import wire
from platform_under_test.apps import Apps
from platform_under_test.server import Server, free_ports

from .conftest import OFFERING, wait_until_assignable

ASSIGN = "mutation ($input: AssignInput!) { assign(input: $input) { id } }"
READ = "query ($id: ID!) { task(id: $id) { id isDone latestEventKind events { id kind } } }"
ACTIONS = '{ actions(filters: {appIdentifier: "test-offering"}) { id name hash } }'


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "data", free_ports()).start()
    yield running
    if running.is_alive():
        running.stop()
    assert not running.crashes(), running.crashes()


@pytest.fixture
def programs(server: Server, tmp_path: Path) -> Iterator[Apps]:
    running = Apps(server, tmp_path / "apps", [])
    yield running
    running.stop_all()


def ask(server: Server, token: str, query: str, **variables: Any) -> dict[str, Any]:
    answer = wire.graphql(server.rekuest_url, query, variables, token).json()
    assert "errors" not in answer, answer
    return answer["data"]


def ended(server: Server, token: str, task: str) -> dict[str, Any]:
    """The task, once it has ended."""
    while not (got := ask(server, token, READ, id=task)["task"])["isDone"]:
        time.sleep(0.02)
    return got


def run_add(server: Server, token: str, action: str) -> dict[str, Any]:
    """Assigns Add and waits for its end."""
    sent = {"action": action, "args": {"a": 1, "b": 1}, "capture": False}
    task = ask(server, token, ASSIGN, input=sent)["assign"]["id"]
    return ended(server, token, task)


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_everything_outlives_the_process(server: Server, programs: Apps, how: str) -> None:
    key = server.take_key()
    token = wire.log_in(server.url, key, "restart-test")["access_token"]
    app = programs.start(OFFERING, "offering")
    wait_until_assignable(server, token, app)
    actions = ask(server, token, ACTIONS)["actions"]
    add = next(action["id"] for action in actions if action["name"] == "Add")
    task = run_add(server, token, add)
    assert task["latestEventKind"] == "COMPLETED"
    access = json.loads((server.data / "access.json").read_text())

    if how == "stopped":
        assert server.stop() == 0
    else:
        server.kill()
    server.start()

    assert json.loads((server.data / "access.json").read_text()) == access
    # The token of before is still good, and so is the key it came from.
    assert ask(server, token, READ, id=task["id"])["task"] == task
    again = wire.log_in(server.url, key, "restart-test")
    claims = wire.claims_of(token)
    assert wire.claims_of(again["access_token"])["client_id"] == claims["client_id"]
    # The app comes back by itself and finds its catalog as it was.
    wait_until_assignable(server, token, app, within=35)
    assert ask(server, token, ACTIONS)["actions"] == actions
    later = run_add(server, token, add)
    assert later["latestEventKind"] == "COMPLETED"
    assert int(later["id"]) > int(task["id"])


def test_what_an_app_reported_while_the_server_was_away_is_not_lost(server: Server, programs: Apps) -> None:
    token = wire.log_in(server.url, server.take_key(), "restart-test")["access_token"]
    app = programs.start(OFFERING, "offering")
    wait_until_assignable(server, token, app)
    actions = ask(server, token, ACTIONS)["actions"]
    expose = next(action["id"] for action in actions if action["name"] == "Expose")
    sent = {"action": expose, "args": {"seconds": 1.5}, "capture": False}
    task = ask(server, token, ASSIGN, input=sent)["assign"]["id"]
    ran = app.home / "ran"
    while not ran.exists():
        time.sleep(0.02)
    server.kill()
    server.start()
    got = ended(server, token, task)
    kinds = [event["kind"] for event in got["events"]]
    assert got["latestEventKind"] == "COMPLETED"
    assert kinds.count("COMPLETED") == kinds.count("YIELD") == kinds.count("STARTED") == 1


def test_a_database_from_the_future_is_refused(server: Server) -> None:
    server.stop()
    databases = sorted(server.data.rglob("*.sqlite*")) + sorted(server.data.rglob("*.db"))
    databases = [file for file in databases if file.suffix in (".sqlite", ".sqlite3", ".db")]
    assert databases, list(server.data.rglob("*"))
    for file in databases:
        with sqlite3.connect(file) as database:
            database.execute("update arkitektd_schema set version = 999999")
    with pytest.raises(AssertionError, match="(?i)newer"):
        server.start()
    assert server.process is not None
    assert server.process.wait(10) not in (0, None)
