"""A token of another organization, against every query and mutation of Mikro: learns and changes nothing."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_client_schema, get_introspection_query

from platform_under_test import wire
from platform_under_test.command import CommandLine
from platform_under_test.server import Server

from .laboratories import Laboratory, arguments, codes, settle
from .strangers import texts

pytestmark = pytest.mark.timeout(600)


@dataclass
class Two:
    schema: GraphQLSchema
    owner: Laboratory
    stranger: Laboratory
    ids: list[str]
    secrets: set[str]
    """Texts that only the owner's organization has."""


@pytest.fixture(scope="module")
def two(platform: Server, token: str, tmp_path_factory: pytest.TempPathFactory) -> Two:
    command, room = CommandLine(platform.data), tmp_path_factory.mktemp("laboratories")
    url = platform.access["services"]["mikro"]["url"]
    query = get_introspection_query(descriptions=False, input_value_deprecation=True, one_of=True)
    schema = build_client_schema(wire.graphql(url, query, token=token).json()["data"])
    owner = settle(platform, command, "zebra", schema, room)
    ids = sorted(ids_in(owner.everything()))
    stranger = settle(platform, command, "mallard", schema, room)
    stranger.selections = owner.selections
    seen, others = set(texts(owner.everything())), set(texts(stranger.everything()))
    secrets = {text for text in seen - others if len(text) > 6}
    assert sum("zebra" in text for text in secrets) > 10, "the owner has little to lose"
    own = ids_in(stranger.everything())
    theirs = sorted(
        (id_ for id_ in ids if id_ not in own), key=lambda id_: (not id_.isdigit(), len(id_), id_)
    )
    return Two(schema, owner, stranger, theirs[:6], secrets)


def ids_in(value: Any) -> set[str]:
    """Every id in an answer, under its own name or that of a fragment."""
    found: set[str] = set()
    if isinstance(value, dict):
        for key, each in value.items():
            if isinstance(each, str) and (key == "id" or key.endswith("_id")):
                found.add(each)
            found |= ids_in(each)
    elif isinstance(value, list):
        for each in value:
            found |= ids_in(each)
    return found


def leaks(two: Two, answer: Any, sent: dict[str, Any]) -> list[str]:
    told = set(texts(sent))
    return [text for text in texts(answer) if any(s in text and s not in told for s in two.secrets)]


def test_the_owner_is_answered(two: Two) -> None:
    """Else the tests below would prove nothing."""
    assert two.schema.query_type
    answered = set()
    for name, each in two.schema.query_type.fields.items():
        for given in [{}, *arguments(each, two.ids)] if not each.args else arguments(each, two.ids):
            if leaks(two, two.owner.ask("query", name, each, given).get("data"), {}):
                answered.add(name)
                break
    assert {"folder", "file", "arrayDataset", "dataArray", "lens", "coordinateSystem"} <= answered


def test_no_query_tells_a_stranger_anything(two: Two) -> None:
    assert two.schema.query_type
    tried = 0
    for name, each in two.schema.query_type.fields.items():
        for given in [{}, *arguments(each, two.ids)]:
            if any(key not in given for key, a in each.args.items() if str(a.type).endswith("!")):
                continue
            answer = two.stranger.ask("query", name, each, given)
            assert not leaks(two, answer, given), (name, given, answer)
            assert "INTERNAL_ERROR" not in codes(answer), (name, given, answer)
            tried += 1
            if set(each.args) == {"id"} and given:
                assert codes(answer)[0] in ("NOT_FOUND", "NOT_IMPLEMENTED"), (name, given, answer)
    assert tried > 500


def rows(data: Path) -> dict[str, dict[Any, tuple[Any, ...]]]:
    """Every row of Mikro's database by table and key."""
    with sqlite3.connect(f"file:{data / 'mikro.sqlite'}?mode=ro", uri=True) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        return {
            table: {row[0]: row for row in database.execute(f'select rowid, * from "{table}"')}
            for table in tables
            if not table.startswith("sqlite_")
        }


def test_no_mutation_changes_anything_of_others(platform: Server, two: Two) -> None:
    assert two.schema.mutation_type
    tried = 0
    owned = lasting(two.owner.everything())
    refused: set[str] = set()
    before = rows(platform.data)  # what the stranger makes on the way, the stranger may change
    for name, each in two.schema.mutation_type.fields.items():
        for given in arguments(each, two.ids):
            answer = two.stranger.ask("mutation", name, each, given)
            assert not leaks(two, answer, given), (name, given, answer)
            assert "INTERNAL_ERROR" not in codes(answer), (name, given, answer)
            tried += 1
            if "NOT_FOUND" in codes(answer):
                refused.add(name)
            if codes(answer) == ["NOT_IMPLEMENTED"]:
                break
        after = rows(platform.data)
        for table, there in before.items():
            changed = {
                key: (row, after[table].get(key))
                for key, row in there.items()
                if after[table].get(key) != row
            }
            assert not changed, (name, table, changed)
    assert lasting(two.owner.everything()) == owned
    assert tried > 200
    assert {"createFolder", "updateFolder", "revertFolder", "deleteFolder", "pinFolder"} <= refused
    assert {"createArrayDataset", "updateArrayDataset", "deleteArrayDataset", "deleteFile"} <= refused
    assert {"finishZarrUpload", "requestZarrAccess", "requestBigfileAccess", "fromFileLike"} <= refused
    assert {"putFilesInFolder", "releaseFilesFromFolder", "putArrayDatasetsInFolder"} <= refused


def lasting(value: Any) -> Any:
    """An answer without what is made anew for every request: grants to read a store."""
    if isinstance(value, dict):
        return {key: lasting(each) for key, each in value.items() if not key.endswith("accessGrant")}
    return [lasting(each) for each in value] if isinstance(value, list) else value


def test_what_the_owner_has_is_named_by_no_row_of_the_stranger(platform: Server, two: Two) -> None:
    """After all of it: nothing of the stranger points at something of the owner."""
    told = json.dumps(two.stranger.everything())
    assert not [secret for secret in two.secrets if json.dumps(secret)[1:-1] in told]
