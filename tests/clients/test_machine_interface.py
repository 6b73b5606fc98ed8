"""What scripts rely on: the ready line, the access file, addresses, exit codes, help."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_under_test import wire
from platform_under_test.server import BINARY, Server, free_ports


def arkitektd(*arguments: str, timeout: float = 20) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BINARY), *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server of this test alone."""
    running = Server(tmp_path / "data", free_ports()).start()
    yield running
    if running.is_alive():
        running.stop()


def test_the_ready_line_is_one_line_of_json(platform: Server) -> None:
    assert platform.ready["ready"] is True
    lines = [line for line in platform.log if line.startswith("{") and '"ready"' in line]
    assert len(lines) == 1


def test_the_access_file_has_every_member(platform: Server) -> None:
    access = platform.access
    assert access["version"] == 1
    assert isinstance(access["hub"], str)
    assert access["hub"]
    assert isinstance(access["organization"], str)
    assert access["organization"]
    assert access["issuer"] == "lok"
    assert access["gateway_url"] == access["fakts_url"] == f"http://localhost:{platform.port}"
    assert set(access["admin"]) == {"username", "password"}
    assert access["users"]
    assert all(set(u) == {"username", "password"} for u in access["users"])
    assert {"lok", "rekuest", "s3"} <= set(access["services"])
    for name, service in access["services"].items():
        assert set(service) == {"identifier", "url", "health_url"}, name
        assert service["identifier"] == f"live.arkitekt.{name}"
        assert wire.request(service["health_url"]).status == 200
    keys = access["mandate_keys"]
    assert len(keys) >= 24
    assert len(set(keys)) == len(keys)
    assert all(len(key) >= 32 for key in keys)


def test_the_access_file_is_for_its_owner_only(platform: Server) -> None:
    mode = stat.S_IMODE((platform.data / "access.json").stat().st_mode)
    assert mode == 0o600


def test_no_secret_is_printed_and_no_file_is_open_to_others(platform: Server) -> None:
    printed = "\n".join(platform.log)
    secrets = [platform.access["admin"]["password"], *platform.access["mandate_keys"]]
    assert not [secret for secret in secrets if secret in printed]
    for file in platform.data.rglob("*"):
        if file.is_file():
            text = file.read_bytes()
            if any(secret.encode() in text for secret in secrets) or b"PRIVATE KEY" in text:
                assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_localhost_means_both_families(platform: Server, host: str) -> None:
    for port in (platform.port, platform.port + 1):
        with socket.create_connection((host, port), timeout=5):
            pass


def test_only_the_loopback_is_listened_on(platform: Server) -> None:
    listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    ports = {f"{platform.port:04X}", f"{platform.port + 1:04X}"}
    addresses = [
        fields[1].split(":")[0]
        for line in listening.splitlines()
        if (fields := line.split())[3:4] == ["0A"] and fields[1].split(":")[1] in ports
    ]
    assert len(addresses) == 4
    assert set(addresses) == {"0100007F", "00000000000000000000000001000000"}


def test_a_taken_port_has_an_exit_code_and_a_message(platform: Server, tmp_path: Path) -> None:
    done = arkitektd("up", "--data", str(tmp_path), "--port", str(platform.port))
    assert done.returncode > 0
    assert str(platform.port) in done.stderr + done.stdout


def test_a_locked_directory_has_an_exit_code_and_a_message(platform: Server) -> None:
    done = arkitektd("up", "--data", str(platform.data), "--port", str(free_ports()))
    assert done.returncode > 0
    assert str(platform.data) in done.stderr + done.stdout


def test_an_unreadable_configuration_has_an_exit_code_and_a_message(tmp_path: Path) -> None:
    missing = tmp_path / "missing.yaml"
    port = str(free_ports())
    done = arkitektd("up", "--data", str(tmp_path / "d"), "--port", port, "--config", str(missing))
    assert done.returncode > 0
    assert "missing.yaml" in done.stderr + done.stdout


def test_an_unknown_configuration_key_is_named_with_its_line(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("# nothing here\nprot: 8000\n")
    port = str(free_ports())
    done = arkitektd("up", "--data", str(tmp_path / "d"), "--port", port, "--config", str(config))
    assert done.returncode > 0
    said = done.stderr + done.stdout
    assert "prot" in said
    assert "config.yaml" in said
    assert "2" in said


def test_each_reason_not_to_start_has_a_code_of_its_own(platform: Server, tmp_path: Path) -> None:
    port = str(free_ports())
    taken = arkitektd("up", "--data", str(tmp_path / "a"), "--port", str(platform.port))
    locked = arkitektd("up", "--data", str(platform.data), "--port", port)
    unreadable = arkitektd(
        "up", "--data", str(tmp_path / "b"), "--port", port, "--config", str(tmp_path / "no.yaml")
    )
    assert len({taken.returncode, locked.returncode, unreadable.returncode}) == 3


def test_an_impossible_port_is_refused(tmp_path: Path) -> None:
    for port in ("65536", "-1", "http"):
        assert arkitektd("up", "--data", str(tmp_path), "--port", port).returncode > 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_drains_within_two_seconds(own: Server, how: signal.Signals) -> None:
    with socket.create_connection(("127.0.0.1", own.port)):
        began = time.monotonic()
        assert own.process is not None
        own.process.send_signal(how)
        assert own.process.wait(10) == 0
        assert time.monotonic() - began < 3


def test_a_data_directory_is_made_private(own: Server) -> None:
    assert stat.S_IMODE(own.data.stat().st_mode) & 0o077 == 0


def test_help_teaches() -> None:
    overview = arkitektd("--help")
    assert overview.returncode == 0
    for command in ("up", "doctor"):
        assert command in overview.stdout
        of_it = arkitektd(command, "--help")
        assert of_it.returncode == 0
        assert len(of_it.stdout.splitlines()) >= 4
    for option in ("--data", "--port", "--config", "--json", "--listen"):
        assert option in arkitektd("up", "--help").stdout


def test_an_unknown_command_says_what_there_is() -> None:
    done = arkitektd("upp")
    assert done.returncode > 0
    assert "up" in done.stderr + done.stdout


def test_the_version_is_told() -> None:
    done = arkitektd("--version")
    assert done.returncode == 0
    assert any(character.isdigit() for character in done.stdout)


def test_doctor_sees_what_is_wrong(platform: Server) -> None:
    done = arkitektd("doctor", "--data", str(platform.data), "--port", str(platform.port))
    said = (done.stdout + done.stderr).lower()
    assert done.returncode > 0
    assert str(platform.port) in said
    assert "lock" in said or "in use" in said or "running" in said


def test_doctor_is_content_with_a_fresh_machine(tmp_path: Path) -> None:
    done = arkitektd("doctor", "--data", str(tmp_path / "new"), "--port", str(free_ports()))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "disk" in done.stdout.lower()
    assert "clock" in done.stdout.lower()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_standard_output_does_not_stop_the_server(tmp_path: Path) -> None:
    port = free_ports()
    with open("/dev/full", "w") as full:
        process = subprocess.Popen(
            [str(BINARY), "up", "--data", str(tmp_path / "data"), "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.DEVNULL,
        )
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                if wire.request(f"http://localhost:{port}/lok/ht").status == 200:
                    break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
        access = json.loads((tmp_path / "data" / "access.json").read_text())
        assert wire.log_in(access["fakts_url"], access["mandate_keys"][0], "full")
    finally:
        process.terminate()
        process.wait(10)
