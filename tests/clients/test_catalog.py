"""The catalog that a registration fills, read through the official client's own documents."""

from __future__ import annotations

from typing import Any

import pytest
from rekuest.protocol.schema import ActionFilter, OffsetPaginationInput

pytestmark = pytest.mark.usefixtures("offering")


async def test_agents(rekuest: Any) -> None:
    agents = await rekuest.alist_agents()
    agent = next(a for a in agents if a.name == "test-offering:1.0.0")
    assert (await rekuest.aget_agent(id=agent.id)).id == agent.id


async def test_implementations(rekuest: Any, actions: dict[str, Any]) -> None:
    listed = await rekuest.alist_implementations()
    add = next(i for i in listed if i.interface == "add" and i.action.id == actions["Add"].id)
    fetched = await rekuest.aget_implementation(id=add.id)
    assert fetched.action.hash == actions["Add"].hash
    assert await rekuest.acall(fetched, a=1, b=1) == 2


async def test_ports_carry_what_the_signature_said(actions: dict[str, Any]) -> None:
    a, b = actions["Add"].args
    assert (a.key, a.kind.value, a.nullable, a.default) == ("a", "INT", False, None)
    assert (b.key, b.kind.value, b.nullable, b.default) == ("b", "INT", True, 2)
    (returned,) = actions["Add"].returns
    assert (returned.key, returned.kind.value) == ("return0", "INT")
    assert actions["Add"].description == "Adds two numbers."


async def test_a_choice_lists_its_members(actions: dict[str, Any]) -> None:
    (speed,) = actions["Drive"].args
    assert [choice.value for choice in speed.choices] == ["SLOW", "FAST"]


async def test_generators_are_told_from_functions(actions: dict[str, Any]) -> None:
    assert actions["Count"].kind.value == "GENERATOR"
    assert actions["Add"].kind.value == "FUNCTION"


async def test_pages_of_actions_do_not_overlap(rekuest: Any) -> None:
    whole = [row.id for row in await rekuest.alist_actions()]
    filters = ActionFilter()
    paged: list[str] = []
    for offset in range(0, len(whole), 3):
        page = OffsetPaginationInput(offset=offset, limit=3)
        paged += [row.id for row in await rekuest.alist_actions(filters=filters, pagination=page)]
    assert paged == whole


async def test_filters_combine(rekuest: Any) -> None:
    nothing = ActionFilter(search="add", NOT=ActionFilter(search="add"))
    assert await rekuest.alist_actions(filters=nothing) == ()
    either = ActionFilter(search="think", OR=ActionFilter(search="report"))
    assert {row.name for row in await rekuest.alist_actions(filters=either)} == {"Think", "Report"}


async def test_my_requests_are_mine(rekuest: Any, actions: dict[str, Any]) -> None:
    await rekuest.acall(actions["Add"], a=1, reference="mine-1")
    assert "mine-1" in {task.reference for task in await rekuest.arequests()}
