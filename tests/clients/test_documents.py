"""Every query document of the official client whose root field is built, called by its own function.

The schema test says which root fields are built; this one asserts what they answer.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rekuest.api.schema as documents
from graphql import OperationDefinitionNode, parse
from rekuest.protocol.schema import (
    ActionDemandInput,
    ActionFilter,
    AgentFilter,
    ImplementationFilter,
    OffsetPaginationInput,
)

from platform_under_test.apps import AppProcess
from platform_under_test.server import Server

from .conftest import connected

CALLED: set[str] = set()


def calls(*names: str) -> Callable[[Any], Any]:
    """Says which documents a test calls."""
    CALLED.update(names)
    return lambda test: test


def query_documents() -> dict[str, set[str]]:
    """The client's query documents by name, with their root fields."""
    found: dict[str, set[str]] = {}
    for _, model in inspect.getmembers(documents, inspect.isclass):
        text = getattr(getattr(model, "Meta", None), "document", "")
        for node in parse(text).definitions if text else ():
            if isinstance(node, OperationDefinitionNode) and node.operation.value == "query":
                assert node.name
                found[node.name.value] = {field.name.value for field in node.selection_set.selections}  # type: ignore[union-attr]
    return found


def test_every_document_that_is_built_is_called_here(repository: Path) -> None:
    page = (repository / "docs" / "status.md").read_text()
    begin = page.index("## Rekuest")
    rekuest = page[begin : page.index("\n## ", begin)]
    (line,) = re.findall(r"^\*\*Query, not built:\*\*(.*?)(?=^\*\*)", rekuest, re.S | re.M)
    not_built = set(re.findall(r"`(\w+)`", line))
    built = {name for name, roots in query_documents().items() if not roots & not_built}
    assert built == CALLED


# --- agents --------------------------------------------------------------------


@pytest.fixture
async def agent(rekuest: Any, lab: dict[str, Any]) -> Any:
    (found,) = await rekuest.alist_agents(filters=AgentFilter(appIdentifier="test-laboratory"))
    return found


@calls("ListAgents", "GetAgent", "GetAgentByIdentifiers")
async def test_an_agent(rekuest: Any, agent: Any, laboratory: AppProcess) -> None:
    assert agent.name == "test-laboratory:2.1.0"
    assert re.fullmatch("[0-9a-f]{64}", agent.hash)
    assert (agent.connected, agent.active) == (True, True)
    assert re.fullmatch("[0-9a-f-]{36}", agent.client.client_id)
    assert agent.user.sub
    assert agent.organization.slug
    assert await rekuest.aget_agent(id=agent.id) == agent
    assert await rekuest.aget_agent_by_identifiers(app="test-laboratory") == agent
    assert await rekuest.aget_agent_by_identifiers(app="test-laboratory", version="2.1.0") == agent
    with pytest.raises(Exception, match="(?i)no agent"):
        await rekuest.aget_agent_by_identifiers(app="test-laboratory", version="9.9.9")


async def test_an_agent_that_keeps_something_has_a_shelve(
    rekuest: Any, lab: dict[str, Any], agent: Any
) -> None:
    await rekuest.acall(lab["Grow"], name="A", cells=1)
    assert (await rekuest.aget_agent(id=agent.id)).memory_shelve.id


@calls("SearchAgents")
async def test_agents_as_options(rekuest: Any, agent: Any) -> None:
    (option,) = await rekuest.asearch_agents(search="laboratory")
    assert (option.label, option.value) == ("test-laboratory:2.1.0", agent.id)
    assert await rekuest.asearch_agents(values=[agent.id]) == (option,)
    assert await rekuest.asearch_agents(search="no such agent") == ()
    assert len(await rekuest.asearch_agents(limit=1, offset=0)) == 1


@calls("DesignAgents")
async def test_agents_as_a_designer_sees_them(rekuest: Any, agent: Any) -> None:
    filters = AgentFilter(appIdentifier="test-laboratory")
    (design,) = await rekuest.adesign_agents(filters=filters, pagination=OffsetPaginationInput(limit=5))
    assert (design.id, design.declared_name, design.connected) == (agent.id, "test-laboratory:2.1.0", True)
    assert design.app.identifier == "test-laboratory"
    (stage,) = design.states
    assert (stage.key, stage.interface) == ("stage", "stage")
    assert [port.kind.value for port in stage.definition.ports] == ["FLOAT", "FLOAT", "LIST"]
    move = next(i for i in design.implementations if i.interface == "move")
    assert (move.action.name, move.action.key) == ("Move", "move")
    assert [port.key for port in move.action.args] == ["x", "y"]
    assert [port.kind.value for port in move.action.returns] == ["FLOAT"]


# --- actions -------------------------------------------------------------------


@calls("find")
async def test_an_action_with_everything_a_declaration_can_say(rekuest: Any, lab: dict[str, Any]) -> None:
    action = lab["Segment Cells"]
    assert action.description == "Finds the cells on a slide."
    assert action.stateful is True
    assert {collection.name for collection in action.collections} == {"segmentation", "cells"}
    assert [group.key for group in action.port_groups] == ["advanced"]
    assert [target.id for target in action.is_test_for] == [lab["Weigh"].id]

    slide, threshold, notes = action.args
    assert (slide.kind.value, slide.identifier) == ("STRUCTURE", "@test-laboratory/slide")
    assert slide.widget.kind.value == "SEARCH"
    assert slide.widget.ward == "test-laboratory"
    assert "options: slides" in slide.widget.query
    assert (threshold.default, threshold.description) == (0.5, "Where cells begin")
    assert (threshold.widget.min, threshold.widget.max, threshold.widget.step) == (0.0, 1.0, 0.1)
    (validator,) = threshold.validators
    assert (validator.label, validator.error_message, validator.source) == (
        "positive",
        "Must be positive",
        "value > 0",
    )
    assert validator.call.operation == "gt"
    assert [(a.key, a.value_path, a.value_literal) for a in validator.call.arguments] == [
        ("a", "value", None),
        ("b", None, 0),
    ]
    assert notes.widget.as_paragraph is True
    (effect,) = notes.effects
    assert (effect.kind.value, effect.message) == ("MESSAGE", "That is a lot")
    assert effect.dependencies == ("threshold",)
    (mask,) = action.returns
    assert (mask.kind.value, mask.identifier) == ("STRUCTURE", "@test-laboratory/slide")

    everything = {port.key: port for port in lab["Echo Everything"].args}
    assert [choice.value for choice in everything["lens"].choices] == ["AIR", "OIL"]
    assert [child.kind.value for child in everything["either"].children] == ["INT", "STRING"]
    assert everything["perhaps"].nullable is True
    ((table,),) = [everything["nested"].children]
    assert [(table.kind.value, child.kind.value) for child in table.children] == [("DICT", "INT")]
    assert [child.key for child in everything["region"].children] == ["left", "top", "label"]

    # By each of the four ways to find it.
    assert await rekuest.afind(hash=action.hash) == action
    listed = await rekuest.alist_implementations(filters=ImplementationFilter(search="segment"))
    implementation = next(i for i in listed if i.action.id == action.id)
    assert await rekuest.afind(implementation=implementation.id) == action
    assert await rekuest.afind(matching=ActionDemandInput(key="segment", hash=action.hash)) == action
    with pytest.raises(Exception, match="(?i)no action"):
        await rekuest.afind(hash="0" * 64)


@calls("ListActions")
async def test_listed_actions_show_their_ports_and_cannot_be_called(
    rekuest: Any, lab: dict[str, Any]
) -> None:
    filters = ActionFilter(assignable=True, appIdentifier="test-laboratory")
    listed = {row.name: row for row in await rekuest.alist_actions(filters=filters)}
    assert listed.keys() == lab.keys()
    row = listed["Segment Cells"]
    assert (row.id, row.description, row.stateful) == (lab[row.name].id, lab[row.name].description, True)
    assert row.args == lab[row.name].args
    assert row.returns == lab[row.name].returns
    with pytest.raises(Exception, match="call target|hash|kind"):
        await rekuest.acall(row, slide="slide-1")


@calls("retrieveall", "GetMeActions", "SearchActions", "PrimaryActions")
async def test_actions_in_the_clients_other_lists(rekuest: Any, lab: dict[str, Any]) -> None:
    everything = {action.name: action for action in await rekuest.aretrieveall()}
    assert everything == lab
    assert {(row.id, row.name) for row in await rekuest.aget_me_actions()} == {
        (action.id, action.name) for action in lab.values()
    }
    (option,) = await rekuest.asearch_actions(search="segMENT")
    assert (option.label, option.value) == ("Segment Cells", lab["Segment Cells"].id)
    assert await rekuest.asearch_actions(values=[option.value]) == (option,)
    (primary,) = await rekuest.aprimary_actions(identifier="@test-laboratory/slide")
    assert (primary.id, primary.name, primary.hash) == (
        option.value,
        "Segment Cells",
        lab["Segment Cells"].hash,
    )
    assert await rekuest.aprimary_actions(identifier="@test-laboratory/nothing") == ()


# --- implementations -----------------------------------------------------------


@calls("ListImplementations", "GetImplementation", "ImplementationsFor", "SearchImplementations")
async def test_an_implementation(rekuest: Any, lab: dict[str, Any], agent: Any) -> None:
    (implementation,) = await rekuest.aimplementations_for(hash=lab["Segment Cells"].hash)
    assert implementation.interface == "segment"
    assert implementation.agent.id == agent.id
    assert implementation.action == lab["Segment Cells"]
    assert implementation.params == {}
    assert implementation.diagnostics == ()
    assert await rekuest.aget_implementation(id=implementation.id) == implementation
    listed = await rekuest.alist_implementations()
    assert implementation in listed
    assert {i.action.name for i in listed} == set(lab)
    (option,) = await rekuest.asearch_implementations(search="SEGMENT")
    assert (option.label, option.value) == ("segment@test-laboratory:2.1.0", implementation.id)
    assert await rekuest.asearch_implementations(values=[option.value]) == (option,)


@calls("MyImplementationAt")
async def test_my_own_implementation(
    platform: Server, rekuest: Any, lab: dict[str, Any], laboratory: AppProcess, tmp_path: Path
) -> None:
    name = {"name": "test-laboratory", "version": "2.1.0"}
    async with connected(platform, laboratory.home, laboratory.key, **name) as the_app:
        mine = await the_app.amy_implementation_at(interface="weigh")
        assert (mine.interface, mine.action.name) == ("weigh", "Weigh")
        assert await the_app.amy_implementation_at(action_id=lab["Weigh"].id) == mine
    with pytest.raises(Exception, match="(?i)no implementation"):
        await rekuest.amy_implementation_at(interface="weigh")


@calls("ResolvedImplementations")
async def test_no_resolution_has_chosen_an_implementation(rekuest: Any, lab: dict[str, Any]) -> None:
    """Nothing makes resolutions yet: `autoResolve` is not built."""
    assert await rekuest.aresolved_implementations(resolution="1", dependency_key="a", method_key="b") == ()


# --- states and tasks ------------------------------------------------------------


@calls("GetState")
async def test_a_state(rekuest: Any, lab: dict[str, Any], agent: Any) -> None:
    found = await rekuest.rath.aquery(
        "query ($agent: ID!) { agent(id: $agent) { states { id } } }", {"agent": agent.id}
    )
    ((row,),) = [found.data["agent"]["states"]]
    state = await rekuest.aget_state(id=row["id"])
    assert (state.id, state.interface, state.agent.id) == (row["id"], "stage", agent.id)
    assert state.definition.name == "stage"
    (x, y, visited) = state.definition.ports
    assert (x.key, y.key, visited.key) == ("x", "y", "visited")
    assert [child.kind.value for child in visited.children] == ["STRING"]


@calls("CheckoutAgent")
async def test_an_agents_states_at_a_time(rekuest: Any, lab: dict[str, Any], agent: Any) -> None:
    await rekuest.acall(lab["Move"], x=31.0, y=32.0)
    found = await rekuest.acheckout_agent(agent=agent.id, backward_patch_count=2)
    assert found.agent_id == agent.id
    assert set(found.values["stage"]) >= {"x", "y"}
    first, last = found.backward_patches
    assert (first.interface, first.task.action.name) == ("stage", "Move")
    assert last.global_future_revision == found.global_revision
    before = await rekuest.acheckout_agent(agent=agent.id, timestamp=first.timestamp, forward_patch_count=1)
    assert before.global_revision <= last.global_future_revision


@calls("requests", "TaskEvents", "GetEvent")
async def test_a_task(rekuest: Any, lab: dict[str, Any]) -> None:
    assert await rekuest.acall(lab["Weigh"], text="four", reference="document-1") == 4
    (task,) = [task for task in await rekuest.arequests() if task.reference == "document-1"]
    assert task.args == {"text": "four"}
    assert task.parent is None
    assert task.latest_event_kind.value == "COMPLETED"
    assert task.policy.value == "ASK"
    assert len(task.instructs) == 1
    assert task.updated_at
    assert [event.returns for event in task.events if event.returns] == [{"return0": 4}]
    assert {event.level.value for event in task.events} == {"INFO"}

    history = await rekuest.atask_events(id=task.id)
    assert history.id == task.id
    assert [event.id for event in history.events] == [event.id for event in task.events]
    yielded = next(event for event in history.events if event.kind.value == "YIELD")
    assert (yielded.returns, yielded.reference) == ({"return0": 4}, "document-1")
    assert yielded.created_at
    assert await rekuest.aget_event(id=yielded.id) == yielded


@calls("StoredAsset")
async def test_an_asset_that_nobody_brought(rekuest: Any) -> None:
    assert await rekuest.astored_asset(ref="sha256:" + "0" * 64) is None
