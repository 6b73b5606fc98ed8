"""A token of another organization, against every query, mutation and subscription of Lok: it learns nothing
and changes nothing. The documents follow from introspection: a new field is tried without being named here.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_client_schema, get_introspection_query

from platform_under_test import hub, wire
from platform_under_test.command import CommandLine
from platform_under_test.server import Server

from .strangers import NOT_BUILT, Somebody, documents, rows_of, settle, texts
from .test_status import subscribe

ASKS_TO_JOIN = "requestMembership"
"""Its purpose is to leave a row at another organization."""

OWN = {"updateMembershipColors"}
"""Changes the caller's own row, whatever it is given."""


@dataclass
class Two:
    schema: GraphQLSchema
    owner: Somebody
    stranger: Somebody
    ids: dict[str, list[str]]
    secrets: set[str]
    """Texts that only the owner's organization has."""


@pytest.fixture(scope="module")
def platform(platform: Server) -> Server:
    """With an address that belongs to a network; organizations get a hub like the configured one."""
    hub.add_address(platform)
    return platform


@pytest.fixture(scope="module")
def two(platform: Server, token: str) -> Two:
    command = CommandLine(platform.data)
    owner = settle(platform, command, "zebra")
    stranger = settle(platform, command, "mallard")
    third = settle(platform, command, "heron")
    for asked in (owner, stranger):
        third.data(
            "mutation ($o: ID!) { requestMembership(input: {organization: $o}) }", {"o": asked.organization}
        )
    query = get_introspection_query(descriptions=False, input_value_deprecation=True, one_of=True)
    schema = build_client_schema(wire.graphql(platform.lok_url, query, token=token).json()["data"])
    # What both see is how every organization looks.
    seen = set(texts(owner.everything(schema)))
    secrets = {text for text in seen - set(texts(stranger.everything(schema))) if len(text) > 4}
    assert sum("zebra" in text for text in secrets) > 15, "the owner has little to lose"
    return Two(schema, owner, stranger, rows_of(owner), secrets)


def leaks(two: Two, answer: Any, sent: dict[str, Any]) -> list[str]:
    told = set(texts(sent))
    return [
        text for text in texts(answer) if any(secret in text and secret not in told for secret in two.secrets)
    ]


def test_the_owner_is_answered(two: Two) -> None:
    """Else the tests below would prove nothing."""
    assert two.schema.query_type
    answered = set()
    for root, field in two.schema.query_type.fields.items():
        if root in NOT_BUILT:
            continue
        for text, variables in documents("query", root, field, two.schema, two.ids):
            if leaks(two, two.owner.ask(text, variables).get("data"), {}):
                answered.add(root)
    assert {"user", "mandate", "device", "deviceGroup", "organization", "group", "message", "hub"} <= answered
    assert {"client", "clients", "invites", "mandates", "users", "devices"} <= answered


def test_no_query_tells_a_stranger_anything(two: Two) -> None:
    assert two.schema.query_type
    tried = 0
    for root, field in two.schema.query_type.fields.items():
        if root in NOT_BUILT:
            continue
        for text, variables in documents("query", root, field, two.schema, two.ids):
            answer = two.stranger.ask(text, variables)
            assert not leaks(two, answer, variables), (root, variables, answer)
            tried += 1
            by_id = set(field.args) == {"id"}
            if by_id:
                codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
                assert codes == ["NOT_FOUND"], (root, variables, answer)
    assert tried > 45


@pytest.mark.parametrize("operation", ["ids", "OR", "search"])
def test_no_filter_reaches_further(two: Two, operation: str) -> None:
    assert two.schema.query_type
    for root, field in two.schema.query_type.fields.items():
        if "filters" not in field.args or root in NOT_BUILT:
            continue
        every_id = sorted({id_ for ids in two.ids.values() for id_ in ids})
        filters: dict[str, Any] = {
            "ids": {"ids": every_id},
            "OR": {"ids": [], "OR": {"NOT": {"ids": []}}},
            "search": {"search": "zebra"},
        }[operation]
        (text, _), *_ = documents("query", root, field, two.schema, two.ids)
        asked = text.replace("query ", f"query ($f: {field.args['filters'].type}) ", 1)
        asked = asked.replace(f"{{ {root}", f"{{ {root}(filters: $f)", 1)
        answer = two.stranger.ask(asked, {"f": filters})
        assert "errors" not in answer, (root, answer)
        assert not leaks(two, answer, filters), (root, answer)


def rows(data: Path) -> dict[str, dict[Any, tuple[Any, ...]]]:
    """Every row of Lok's database by table and key."""
    with sqlite3.connect(f"file:{data / 'lok.sqlite'}?mode=ro", uri=True) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        return {
            table: {row[0]: row for row in database.execute(f'select rowid, * from "{table}"')}
            for table in tables
            if not table.startswith("sqlite_")
        }


def test_no_mutation_changes_anything_of_others(platform: Server, two: Two) -> None:
    assert two.schema.mutation_type
    tried = 0
    for root, field in two.schema.mutation_type.fields.items():
        if root in (ASKS_TO_JOIN, *NOT_BUILT):
            continue
        before, owned = rows(platform.data), two.owner.everything(two.schema)
        for text, variables in documents("mutation", root, field, two.schema, two.ids):
            answer = two.stranger.ask(text, variables)
            codes = [error["extensions"].get("code") for error in answer.get("errors", [])]
            assert "INTERNAL_ERROR" not in codes, (root, variables, answer)
            assert not leaks(two, answer, variables), (root, variables, answer)
            tried += 1
        assert two.owner.everything(two.schema) == owned, root
        if root in OWN:
            continue
        after = rows(platform.data)
        for table, there in before.items():
            changed = {key for key, row in there.items() if after[table].get(key) != row}
            assert not changed, (root, table, changed)
    assert tried > 50


async def test_no_subscription_listens_to_others(platform: Server, two: Two) -> None:
    text = "subscription ($c: [ID!]!) { communications(channels: $c) { channel } }"
    assert (
        await subscribe(platform.lok_url, two.stranger.token, text, {"c": two.ids["ComChannel"]})
        == "NOT_FOUND"
    )
    assert await subscribe(platform.lok_url, two.owner.token, text, {"c": two.ids["ComChannel"]}) is None
