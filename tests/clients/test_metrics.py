"""`/metrics`: what an operator's Prometheus reads, and who else may."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from platform_under_test import wire
from platform_under_test.apps import AppProcess
from platform_under_test.command import CommandLine
from platform_under_test.object_keys import signed
from platform_under_test.server import Server, free_ports

Figures = dict[str, float]


def figures(server: Server, service: str) -> Figures:
    """The page as a dictionary: `name{labels}` to value."""
    page = wire.request(f"http://localhost:{server.port}/{service}/metrics")
    assert page.status == 200, page.body
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    rows = (line.rsplit(" ", 1) for line in page.body.decode().splitlines() if not line.startswith("#"))
    return {series: float(value) for series, value in rows}


def requests_of(seen: Figures, service: str, operation: str, outcome: str) -> float:
    return seen[
        f'arkitektd_requests_total{{service="{service}",operation="{operation}",outcome="{outcome}"}}'
    ]


def own(service: str, name: str) -> str:
    return f'arkitektd_{name}{{service="{service}"}}'


def test_requests_count_by_service_operation_and_outcome(platform: Server, token: str) -> None:
    before = {name: figures(platform, name) for name in ("lok", "rekuest")}
    assert wire.graphql(platform.rekuest_url, "{ __typename }", token=token).status == 200
    assert wire.graphql(platform.rekuest_url, '{ task(id: "77777777") { id } }', token=token).status == 200
    assert wire.graphql(platform.rekuest_url, "{ nonsense }", token=token).status == 200
    assert wire.graphql(platform.rekuest_url, "{ __typename }").status == 200
    after = {name: figures(platform, name) for name in ("lok", "rekuest")}

    def risen(service: str, operation: str, outcome: str) -> float:
        return requests_of(after[service], service, operation, outcome) - requests_of(
            before[service], service, operation, outcome
        )

    assert risen("rekuest", "query", "ok") == 1
    assert risen("rekuest", "query", "errors") == 1
    assert risen("rekuest", "unknown", "refused") == 2
    assert risen("lok", "query", "ok") == risen("lok", "unknown", "refused") == 0
    timed = 'arkitektd_request_seconds_count{service="rekuest",operation="query"}'
    assert after["rekuest"][timed] - before["rekuest"][timed] == 2


async def test_a_call_is_seen_from_agent_to_disk(
    platform: Server, offering: AppProcess, actions: dict[str, Any], rekuest: Any
) -> None:
    before = figures(platform, "rekuest")
    assert await rekuest.acall(actions["Add"], a=1, b=2) == 3
    after = figures(platform, "rekuest")

    def risen(name: str) -> float:
        return after[own("rekuest", name)] - before[own("rekuest", name)]

    assert after[own("rekuest", "agents_connected")] >= 1
    assert risen("tasks_assigned_total") == 1
    assert risen("agent_frames_acknowledged_total") >= 1
    assert risen("database_writes_total") >= risen("database_commits_total") >= 2
    assert risen("database_reads_total") >= 1
    assert after[own("rekuest", "database_group_size")] >= 1
    assert requests_of(after, "rekuest", "mutation", "ok") > requests_of(before, "rekuest", "mutation", "ok")


def test_open_sockets_are_counted(platform: Server) -> None:
    series = 'arkitektd_websockets{service="lok",endpoint="graphql"}'
    before = figures(platform, "lok")[series]
    upgrade = (
        "GET /lok/graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: graphql-ws\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", platform.port), timeout=10) as connection:
        connection.sendall(upgrade.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 101")
        assert figures(platform, "lok")[series] == before + 1


def test_the_process_tells_what_it_uses(platform: Server) -> None:
    seen = figures(platform, "lok")
    assert 1e6 < seen["process_resident_memory_bytes"] < 1e9
    assert seen["process_cpu_seconds_total"] > 0
    assert seen["process_open_fds"] > 3
    assert seen["process_start_time_seconds"] > 1.6e9


def test_the_object_store_is_on_every_page(platform: Server) -> None:
    keys = CommandLine(platform.data).json("s3", "grant", "--bucket", "counted", "--write")
    before = figures(platform, "mikro")
    assert signed(keys, "PUT", "/counted/a", b"12345").status == 200
    assert signed(keys, "GET", "/counted/a").body == b"12345"
    assert signed(keys, "GET", "/counted/nothing").status == 404
    after = figures(platform, "lok")

    def risen(series: str) -> float:
        return after[f"arkitektd_objects_{series}"] - before[f"arkitektd_objects_{series}"]

    assert risen('requests_total{operation="PutObject",status="2xx"}') == 1
    assert risen('requests_total{operation="GetObject",status="2xx"}') == 1
    assert risen('requests_total{operation="GetObject",status="4xx"}') == 1
    assert risen("received_bytes_total") == 5
    assert risen("sent_bytes_total") > 5, "the refusal's text as well"


def test_a_proxy_on_this_machine_does_not_open_the_page(platform: Server) -> None:
    url = f"http://localhost:{platform.port}/rekuest/metrics"
    refused = wire.request(url, headers={"X-Forwarded-For": "192.0.2.7"})
    assert refused.status == 403
    assert b"arkitektd_" not in refused.body


# On addresses of the network -----------------------------------------------------------------


def address_of_this_machine() -> str:
    """One that is no loopback address; no packet is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return probe.getsockname()[0]


@pytest.fixture(params=[False, True], ids=["closed", "open"])
def on_the_network(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Server, bool]]:
    settings = tmp_path / "settings.yaml"
    settings.write_text("metrics:\n  open: true\n" if request.param else "{}\n")
    options = ["--listen", "0.0.0.0", "--config", str(settings)]
    server = Server(tmp_path / "data", free_ports(), options).start()
    yield server, request.param
    server.stop()


def test_other_machines_see_it_only_if_told_so(on_the_network: tuple[Server, bool]) -> None:
    server, is_open = on_the_network
    elsewhere = wire.request(f"http://{address_of_this_machine()}:{server.port}/lok/metrics")
    assert elsewhere.status == (200 if is_open else 403)
    assert (b"arkitektd_" in elsewhere.body) == is_open
    assert figures(server, "lok")
