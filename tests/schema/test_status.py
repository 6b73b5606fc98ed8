"""docs/status.md against the running program, in both directions.

Every root field is asked for. What answers NOT_IMPLEMENTED must stand under "not built" and
nothing else may; so neither a forgotten line nor a hopeful one survives.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import websockets
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_enum_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

from platform_under_test import wire

from .conftest import Schemas

OPERATIONS = {"Query": "query", "Mutation": "mutation", "Subscription": "subscription"}


NOBODY = "999999999"
"""An id of no row: what a mutation is given here must not end the login that asks."""


def section(text: str, service: str) -> str:
    """The part of the page about one service."""
    match = re.search(rf"^## {service}$(.*?)(?=^## |\Z)", text, re.S | re.M | re.I)
    assert match, f"docs/status.md has no section '## {service}'"
    return match.group(1)


def not_built(text: str) -> dict[str, set[str]]:
    """Per root type the fields of a service that the page lists as not built."""
    listed: dict[str, set[str]] = {}
    for root in OPERATIONS:
        match = re.search(rf"^\*\*{root}, not built:\*\*(.*?)(?=^\*\*|\Z)", text, re.S | re.M)
        listed[root] = set(re.findall(r"`(\w+)`", match.group(1))) if match else set()
    return listed


def sample(type_: Any, depth: int = 0) -> Any:
    """A value that an argument of this type accepts, with as little in it as possible."""
    if is_non_null_type(type_):
        return sample(type_.of_type, depth)
    if is_list_type(type_):
        return []
    if is_enum_type(type_):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        if type_.is_one_of:
            name, field = next(iter(type_.fields.items()))
            return {name: sample(field.type, depth + 1)}
        return {
            name: sample(field.type, depth + 1)
            for name, field in type_.fields.items()
            if is_required_input_field(field)
        }
    return {
        "Int": 1,
        "Float": 1.0,
        "Boolean": False,
        "ID": NOBODY,
        "DateTime": "2026-01-01T00:00:00+00:00",
        "UUID": "00000000-0000-4000-8000-000000000000",
    }.get(type_.name, "1" if type_.name not in ("Args", "AnyDefault", "Any", "JSON") else {})


def selection(type_: Any, schema: GraphQLSchema) -> str:
    return " { __typename }" if is_composite_type(get_named_type(type_)) else ""


def document(root: str, name: str, field: GraphQLField, schema: GraphQLSchema) -> tuple[str, Any]:
    """An operation that asks for one root field, and its variables."""
    required = {key: arg for key, arg in field.args.items() if is_required_argument(arg)}
    head = ", ".join(f"${key}: {arg.type}" for key, arg in required.items())
    call = ", ".join(f"{key}: ${key}" for key in required)
    text = f"{OPERATIONS[root]}{f' ({head})' if head else ''} {{ {name}{f'({call})' if call else ''}"
    text += f"{selection(field.type, schema)} }}"
    return text, {key: sample(arg.type) for key, arg in required.items()}


async def subscribe(url: str, token: str, query: str, variables: Any) -> str | None:
    """The error code a subscription is refused with; None when it is served."""
    target = url.replace("http", "ws", 1) + "/graphql"
    async with websockets.connect(target, subprotocols=["graphql-transport-ws"]) as socket:
        init = {"type": "connection_init", "payload": {"token": token}}
        await socket.send(json.dumps(init))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": query, "variables": variables}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        # A query behind it is answered after it was accepted or refused.
        marker = {"query": "{ __typename }"}
        await socket.send(json.dumps({"id": "2", "type": "subscribe", "payload": marker}))
        while True:
            frame = json.loads(await socket.recv())
            if frame["type"] == "error" and frame["id"] == "1":
                return frame["payload"][0].get("extensions", {}).get("code")
            if frame["type"] == "next" and frame["id"] == "1":
                errors = frame["payload"].get("errors") or [{}]
                return errors[0].get("extensions", {}).get("code")
            if frame.get("id") == "2" and frame["type"] == "complete":
                return None


def unbuilt(schemas: Schemas, root: str, token: str) -> set[str]:
    type_ = schemas.ours.type_map.get(root)
    found: set[str] = set()
    if not isinstance(type_, GraphQLObjectType):
        return found
    for name, field in type_.fields.items():
        query, variables = document(root, name, field, schemas.ours)
        answer = wire.graphql(schemas.url, query, variables, token)
        assert answer.status == 200, (name, answer.body)
        codes = [e.get("extensions", {}).get("code") for e in answer.json().get("errors", [])]
        assert "INTERNAL_ERROR" not in codes, (name, answer.body)
        if "NOT_IMPLEMENTED" in codes:
            found.add(name)
    return found


def compare(root: str, listed: set[str], found: set[str]) -> None:
    """Fails in either direction, with the line that would be true."""
    true_line = f"**{root}, not built:** " + ", ".join(f"`{name}`" for name in sorted(found))
    assert listed == found, (
        f"listed as not built, but answering: {sorted(listed - found)}\n"
        f"not built, but not listed: {sorted(found - listed)}\n"
        f"the line that is true:\n{true_line}"
    )


@pytest.mark.parametrize("root", ["Query", "Mutation"])
def test_the_page_lists_what_is_not_built(schemas: Schemas, root: str, token: str, repository: Path) -> None:
    page = (repository / "docs" / "status.md").read_text()
    listed = not_built(section(page, schemas.service))[root]
    found = unbuilt(schemas, root, token)
    compare(root, listed, found)


async def test_the_page_lists_subscriptions_that_are_not_built(
    schemas: Schemas, token: str, repository: Path
) -> None:
    page = (repository / "docs" / "status.md").read_text()
    listed = not_built(section(page, schemas.service))["Subscription"]
    type_ = schemas.ours.subscription_type
    found: set[str] = set()
    for name, field in (type_.fields if type_ else {}).items():
        query, variables = document("Subscription", name, field, schemas.ours)
        if await subscribe(schemas.url, token, query, variables) == "NOT_IMPLEMENTED":
            found.add(name)
    compare("Subscription", listed, found)


def test_the_page_names_only_fields_that_exist(schemas: Schemas, repository: Path) -> None:
    page = (repository / "docs" / "status.md").read_text()
    listed = not_built(section(page, schemas.service))
    for root, names in listed.items():
        type_ = schemas.shipped.type_map.get(root)
        exist = set(type_.fields) if isinstance(type_, GraphQLObjectType) else set()
        assert names <= exist, (root, sorted(names - exist))
