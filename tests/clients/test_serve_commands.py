"""What `serve`, `migrate` and `init` say on the command line."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_under_test.postgres import Postgres
from platform_under_test.program import BINARY
from platform_under_test.replicas import Replica
from platform_under_test.server import free_ports

TRUST = "authentikate: {audience: rekuest, issuers: [{kind: jwks_uri, iss: lok, jwks_uri: 'http://lok'}]}\n"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    variables = {**os.environ, **environment}
    command = [str(BINARY), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=variables, check=False)


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """One for a SQLite file."""
    file = tmp_path / "rekuest.yaml"
    file.write_text(f"{TRUST}database: {{file: {tmp_path}/rekuest.sqlite}}\n")
    return file


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    server = Postgres().start()
    yield server
    server.remove()


def test_a_wrong_configuration_is_named_with_file_line_and_what_was_meant(tmp_path: Path) -> None:
    file = tmp_path / "rekuest.yaml"
    file.write_text(f"{TRUST}database:\n  uri: x\nreplica:\n  nane: one\n")
    done = run("serve", "rekuest", "--config", str(file))
    assert done.returncode == 3
    assert f"{file}:5" in done.stderr
    assert "did you mean 'name'?" in done.stderr


def test_a_service_that_does_not_exist_is_a_usage_error(configuration: Path) -> None:
    done = run("serve", "fluss", "--config", str(configuration))
    assert done.returncode == 2
    assert "rekuest-takt" in done.stderr


def test_a_configuration_is_needed() -> None:
    assert run("serve", "rekuest").returncode == 2
    assert run("serve", "rekuest", "--config", "/nowhere/rekuest.yaml").returncode == 3


def test_a_database_that_is_away_is_said(tmp_path: Path) -> None:
    file = tmp_path / "rekuest.yaml"
    file.write_text(f"{TRUST}database: {{uri: 'postgresql:///x?host=/nowhere', schema: s}}\n")
    done = run("serve", "rekuest", "--config", str(file))
    assert done.returncode == 7
    assert "Check that the server is running" in done.stderr


def test_sqlite_belongs_to_one_process(configuration: Path) -> None:
    port = free_ports()
    first = Replica("rekuest", configuration, port).start()
    second = run("serve", "rekuest-takt", "--config", str(configuration), "--port", str(port + 1))
    assert second.returncode != 0
    assert "rekuest.sqlite" in second.stderr
    first.end_well()


def test_the_port_is_taken(configuration: Path, tmp_path: Path) -> None:
    port = free_ports()
    first = Replica("rekuest", configuration, port).start()
    elsewhere = f"{tmp_path}/other.sqlite"
    arguments = ("--config", str(configuration), "--port", str(port))
    second = run("serve", "rekuest", *arguments, ARKITEKT__DATABASE__FILE=elsewhere)
    assert second.returncode == 4, second.stderr
    first.end_well()


def test_migrate_shows_does_and_then_has_nothing_to_do(postgres: Postgres, tmp_path: Path) -> None:
    made = run("init", "--dir", str(tmp_path), "--origin", "http://localhost:1", "--postgres", postgres.uri)
    assert made.returncode == 0, made.stderr
    for service in ("lok", "rekuest"):
        arguments = ("migrate", service, "--config", str(tmp_path / f"{service}.yaml"))
        tables = f"select count(*) from information_schema.tables where table_schema = '{service}'"
        planned = run(*arguments, "--plan")
        assert planned.returncode == 0, planned.stderr
        assert "create table" in planned.stdout
        assert postgres.query(tables) == "0"
        done = run(*arguments)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[:-1] == planned.stdout.splitlines()[:-1]
        assert int(postgres.query(tables)) > 10
        assert "nothing to do" in run(*arguments).stdout


def test_a_database_of_a_newer_program_is_left_alone(postgres: Postgres, tmp_path: Path) -> None:
    file = tmp_path / "rekuest.yaml"
    file.write_text(f"{TRUST}database: {{uri: '{postgres.uri}', schema: newer}}\n")
    assert run("migrate", "rekuest", "--config", str(file)).returncode == 0
    postgres.query("update newer.arkitektd_schema set version = 999")
    refused = run("serve", "rekuest", "--config", str(file))
    assert refused.returncode == 6
    assert "version 999" in refused.stderr


def test_init_replaces_nothing(tmp_path: Path) -> None:
    arguments = (
        "init",
        "--dir",
        str(tmp_path),
        "--origin",
        "https://lab.org",
        "--postgres",
        "postgresql:///x",
    )
    assert run(*arguments).returncode == 0
    before = (tmp_path / "lok.yaml").read_text()
    again = run(*arguments)
    assert again.returncode == 7
    assert "exists already" in again.stderr
    assert (tmp_path / "lok.yaml").read_text() == before


def test_a_superuser_is_made_in_the_database_and_only_where_there_are_accounts(tmp_path: Path) -> None:
    file = tmp_path / "lok.yaml"
    file.write_text(f"database: {{file: {tmp_path}/lok.sqlite}}\n")
    account = {"DJANGO_SUPERUSER_USERNAME": "root", "DJANGO_SUPERUSER_PASSWORD": "a-long-password"}
    arguments = ("--config", str(file))
    assert run("migrate", "lok", *arguments).returncode == 0
    made = run("superuser", "lok", *arguments, **account)
    assert made.returncode == 0, made.stderr
    assert "a-long-password" not in made.stdout + made.stderr
    assert run("superuser", "lok", *arguments, "--username", "root").returncode == 2
    assert "has no accounts" in run("superuser", "rekuest", *arguments, **account).stderr


def test_what_render_cannot_do_is_said_and_nothing_is_printed(tmp_path: Path) -> None:
    facts = tmp_path / "facts.yaml"
    facts.write_text("facts: 2\n")
    refused = run("render", "rekuest", "--facts", str(facts))
    assert (refused.returncode, refused.stdout) == (3, "")
    assert f"{facts}:1: 'facts' must be 1" in refused.stderr
    refused = run("render", "lok", "--facts", str(facts))
    assert (refused.returncode, refused.stdout) == (3, "")
