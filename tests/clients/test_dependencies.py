"""Workflows that depend on other apps: who serves them, what they call, what they rest on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from arkitekt_runtime.types import TaskPolicy
from arkitekt_spec.declare.errors import CriticalCallError, ErrorCallError

from platform_under_test.apps import AppProcess, Apps

from .conftest import find_all

CAMERA = Path(__file__).with_name("camera.py")
FLOWS = Path(__file__).with_name("flows.py")

IMPLEMENTATIONS = """query ($app: String!) {
  agent(app: $app) { id }
  implementations { id interface agent { id } dependencies { id key } }
}"""
TREE = """
  key unmet dependency { key autoResolvable actionDependencies { key } }
  mappedAgents { agentId agent { id } mappedImplementations {
    key implementation { interface } resolvedDependencies { key } } }
"""
ASSIGN = "mutation ($input: AssignInput!) { assign(input: $input) { id } }"
TASK = f"query ($id: ID!) {{ task(id: $id) {{ isDone latestReturns resolvedDependencies {{ {TREE} }} }} }}"
DRY_RUN = f"""query ($id: ID!, $dependencies: [ResolvedDependencyInput!]) {{
  dependencyTree(input: {{implementation: $id, dependencies: $dependencies}}) {{
    satisfied dependencies {{ {TREE} }} }} }}"""
RESOLVE = """mutation ($id: ID!) { autoResolve(input: {implementation: $id}) {
  id name implementation { id }
  resolvedDependencies { key dependency { key } implementation { interface } } } }"""
RESOLVED = """query ($id: ID!, $key: String, $method: String) {
  resolvedImplementations(resolution: $id, dependencyKey: $key, methodKey: $method) { interface } }"""


@pytest.fixture
def ask(rekuest: Any) -> Callable[..., Any]:
    """Asks what the client has no function for, through its own connection."""

    async def query(document: str, **variables: Any) -> Any:
        return (await rekuest.rath.aquery(document, variables)).data

    return query


async def offered(rekuest: Any, app: AppProcess, identifier: str) -> dict[str, Any]:
    """What an app offers, once it is there."""
    async with asyncio.timeout(30):
        while not (found := await find_all(rekuest, identifier)):
            assert app.process.poll() is None, app.output
            await asyncio.sleep(0.05)
    return found


@pytest.fixture(scope="module")
async def camera(apps: Apps, rekuest: Any) -> dict[str, Any]:
    return await offered(rekuest, apps.start(CAMERA, "camera"), "test-camera")


@pytest.fixture(scope="module")
def flows_process(apps: Apps) -> AppProcess:
    return apps.start(FLOWS, "flows")


@pytest.fixture(scope="module")
async def flows(rekuest: Any, camera: dict[str, Any], flows_process: AppProcess) -> dict[str, Any]:
    return await offered(rekuest, flows_process, "test-flows")


@pytest.fixture
async def rows(ask: Any, flows: dict[str, Any]) -> dict[str, str]:
    """Ids: of the camera's agent, and of every implementation by its interface."""
    found = await ask(IMPLEMENTATIONS, app="test-camera")
    return {"agent": found["agent"]["id"], **{i["interface"]: i["id"] for i in found["implementations"]}}


async def test_a_workflow_calls_what_it_depends_on(rekuest: Any, flows: dict[str, Any]) -> None:
    assert await rekuest.acall(flows["Measure"], exposure=3, policy=TaskPolicy.AUTO) == 6 + 12


async def test_what_serves_a_task_can_be_seen(ask: Any, rows: dict[str, str], eventually: Any) -> None:
    sent = {"implementation": rows["measure"], "args": {"exposure": 1}, "capture": False, "policy": "AUTO"}
    task = (await ask(ASSIGN, input=sent))["assign"]["id"]

    async def ended() -> Any:
        found = (await ask(TASK, id=task))["task"]
        return found if found["isDone"] else None

    found = await eventually(ended)
    assert found["latestReturns"] == {"return0": 6}
    mapping = {"key": "snap", "implementation": {"interface": "snap"}, "resolvedDependencies": []}
    agent = {
        "agentId": rows["agent"],
        "agent": {"id": rows["agent"]},
        "mappedImplementations": [mapping],
    }
    expected = {
        "key": "camera",
        "unmet": None,
        "dependency": {"key": "camera", "autoResolvable": True, "actionDependencies": [{"key": "snap"}]},
        "mappedAgents": [agent],
    }
    assert found["resolvedDependencies"] == [expected]
    tree = (await ask(DRY_RUN, id=rows["measure"], dependencies=None))["dependencyTree"]
    assert tree == {"satisfied": True, "dependencies": [expected]}


async def test_a_caller_chooses_who_serves_a_task(ask: Any, rows: dict[str, str], eventually: Any) -> None:
    nobody = (await ask(DRY_RUN, id=rows["measure_with"], dependencies=None))["dependencyTree"]
    assert not nobody["satisfied"]
    assert "dependencies" in nobody["dependencies"][0]["unmet"]
    sent = {"implementation": rows["measure_with"], "args": {}, "capture": False, "policy": "AUTO"}
    with pytest.raises(Exception, match="'camera' is not met"):
        await ask(ASSIGN, input=sent)

    sent["dependencies"] = [{"key": "camera", "mappedAgents": [{"key": "camera", "agent": rows["agent"]}]}]
    task = (await ask(ASSIGN, input=sent))["assign"]["id"]

    async def returned() -> Any:
        return (await ask(TASK, id=task))["task"]["latestReturns"]

    assert await eventually(returned) == {"return0": 2}


async def test_a_resolution_is_kept_and_assigned_with(
    ask: Any, rows: dict[str, str], eventually: Any
) -> None:
    made = (await ask(RESOLVE, id=rows["measure"]))["autoResolve"]
    assert made["implementation"]["id"] == rows["measure"]
    slot = {"key": "snap", "dependency": {"key": "camera"}, "implementation": {"interface": "snap"}}
    assert made["resolvedDependencies"] == [slot]
    for key, method, found in [(None, None, ["snap"]), ("camera", "snap", ["snap"]), ("camera", "tune", [])]:
        answer = await ask(RESOLVED, id=made["id"], key=key, method=method)
        assert [one["interface"] for one in answer["resolvedImplementations"]] == found

    sent = {"resolution": made["id"], "args": {"exposure": 2}, "capture": False, "policy": "AUTO"}
    task = (await ask(ASSIGN, input=sent))["assign"]["id"]

    async def returned() -> Any:
        return (await ask(TASK, id=task))["task"]["latestReturns"]

    assert await eventually(returned) == {"return0": 4 + 8}


@pytest.mark.parametrize("changed", [False, True])
async def test_a_guard_tells_a_resumed_workflow_what_changed(
    rekuest: Any, apps: Apps, camera: dict[str, Any], flows: dict[str, Any], eventually: Any, changed: bool
) -> None:
    running = next(app for app in reversed(apps.started) if "flows" in app.output_path.name)
    watching, go = running.home / "watching", running.home / "go"
    for note in (watching, go):
        note.unlink(missing_ok=True)
    call = asyncio.create_task(rekuest.acall(flows["Watch"], policy=TaskPolicy.AUTO))
    await eventually(watching.exists)
    running.kill()
    if changed:
        assert await rekuest.acall(camera["Tune"], gain=7) == 7
    go.touch()
    apps.start(FLOWS, "flows", key=running.key, home=running.home)
    if changed:
        with pytest.raises((CriticalCallError, ErrorCallError), match="gain"):
            await asyncio.wait_for(call, 60)
    else:
        assert await asyncio.wait_for(call, 60) == 10 + 2
