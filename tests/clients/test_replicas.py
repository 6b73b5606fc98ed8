"""Two processes of each service on one PostgreSQL, behind one origin."""

from __future__ import annotations

import asyncio
import signal
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from platform_under_test import wire
from platform_under_test.agent import agent
from platform_under_test.replicas import Replicas

from . import people


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    """In place of `up`. All six start at once, on an empty database."""
    running = Replicas(tmp_path_factory.mktemp("replicas"))
    try:
        yield running.start()
    finally:
        running.stop()


def direct(platform: Replicas, service: str, path: str) -> list[str]:
    """The address of a path at each replica of a service, past the origin."""
    prefix = "lok" if service == "lok" else "rekuest"
    return [f"http://localhost:{each.port}/{prefix}{path}" for each in platform.of(service)]


def test_all_processes_of_a_service_have_the_same_keys(platform: Replicas) -> None:
    lok = [wire.request(url).json() for url in direct(platform, "lok", "/o/jwks/")]
    assert lok[0] == lok[1]
    takt = direct(platform, "rekuest-takt", "/.well-known/jwks.json")
    addresses = direct(platform, "rekuest", "/.well-known/jwks.json") + takt
    rekuest = [wire.request(url).json() for url in addresses]
    assert all(keys == rekuest[0] for keys in rekuest)


def test_what_one_has_written_all_read(platform: Replicas, token: str) -> None:
    # The two of Lok issued and stored it in turn; the two of Rekuest have never met.
    for url in direct(platform, "rekuest", "/graphql"):
        for _ in range(2):
            answer = wire.graphql(url.removesuffix("/graphql"), "{ actions { id } }", token=token).json()
            assert answer == {"data": {"actions": []}}
    schemas = platform.postgres.query("select count(*) from rekuest.user_account")
    assert schemas == "1"


def test_a_login_needs_no_process_of_its_own(platform: Replicas) -> None:
    """Start, pages, form, poll and renewals go to the two of Lok in turn."""
    for i in range(3):
        session = people.approve(platform, f"approved-by-turns-{i}")
        for _ in range(3):
            renewed = wire.refresh(session["token_endpoint"], session)
            assert renewed.status == 200, renewed.body
            session |= renewed.json()
        me = wire.graphql(platform.lok_url, "{ me { username } }", token=session["access_token"]).json()
        assert me == {"data": {"me": {"username": "demo"}}}


def test_one_that_ends_is_not_missed(platform: Replicas, token: str) -> None:
    for service in ("lok", "rekuest"):
        ended = platform.of(service)[0]
        ended.kill()
        url = {"lok": platform.lok_url, "rekuest": platform.rekuest_url}[service]
        for _ in range(4):
            assert wire.request(f"{url}/ht").status == 200
        ended.start()
    assert wire.graphql(platform.rekuest_url, "{ __typename }", token=token).status == 200


def test_takt_has_the_sockets_of_agents_and_what_probes_ask_for(platform: Replicas, token: str) -> None:
    for path, status in {"/ht": 200, "/live": 200, "/metrics": 200, "/.well-known/jwks.json": 200}.items():
        for url in direct(platform, "rekuest-takt", path):
            assert wire.request(url).status == status, url
    for url in direct(platform, "rekuest-takt", "/graphql"):
        assert wire.request(url, b"{}", headers={"Authorization": f"Bearer {token}"}).status == 404


async def test_a_program_calls_another_whose_agent_is_connected_elsewhere(
    rekuest: Any, actions: dict[str, Any]
) -> None:
    async with asyncio.timeout(20):
        for _ in range(6):  # through each pair of processes
            assert await rekuest.acall(actions["Add"], a=40, b=2) == 42


async def test_one_reference_is_one_task_whichever_process_is_asked(
    platform: Replicas, token: str, actions: dict[str, Any]
) -> None:
    assign = "mutation ($input: AssignInput!) { assign(input: $input) { id } }"
    processes = [url.removesuffix("/graphql") for url in direct(platform, "rekuest", "/graphql")]

    def ask(url: str, reference: str) -> str:
        given = {"action": actions["Add"].id, "args": {"a": 1, "b": 2}, "capture": False}
        answer = wire.graphql(url, assign, {"input": {**given, "reference": reference}}, token).json()
        assert "errors" not in answer, answer
        task: str = answer["data"]["assign"]["id"]
        return task

    for _ in range(30):
        reference = str(uuid.uuid4())
        asked = [asyncio.to_thread(ask, url, reference) for url in processes * 2]
        assert len(set(await asyncio.gather(*asked))) == 1


@pytest.mark.parametrize(
    ("asked", "heard"), [(("pause", "resume"), "RESUME"), (("cancel", "pause"), "CANCEL")]
)
async def test_what_an_agent_hears_late_is_not_what_was_taken_back(
    platform: Replicas, log_in_as: Callable[..., dict[str, Any]], asked: tuple[str, ...], heard: str
) -> None:
    """The process that the agent is connected to finds both when it looks."""
    token = log_in_as(f"late-{heard.lower()}")["access_token"]
    async with agent(platform, token) as connected:
        given = {"agent": connected.id, "interface": "twice", "args": {"a": 1}, "capture": False}
        assign = "mutation ($input: AssignInput!) { assign(input: $input) { id } }"
        answer = wire.graphql(platform.rekuest_url, assign, {"input": given}, token).json()
        task = (await connected.receive("ASSIGN"))["task"]
        assert task == answer["data"]["assign"]["id"]
        await connected.acknowledged(await connected.journal({"type": "STARTED", "task": task}))
        takts = [replica.process for replica in platform.of("rekuest-takt") if replica.process]
        for takt in takts:
            takt.send_signal(signal.SIGSTOP)
        try:
            for control in asked:
                mutation = f"mutation ($task: ID!) {{ {control}(input: {{task: $task}}) {{ id }} }}"
                told = wire.graphql(platform.rekuest_url, mutation, {"task": task}, token).json()
                assert "errors" not in told, told
        finally:
            for takt in takts:
                takt.send_signal(signal.SIGCONT)
        await connected.receive(heard)
        if heard == "RESUME":
            assert not [frame for frame in connected.unread if frame["type"] == "PAUSE"]
