"""docs/status.md against the running program for the fields below its root fields.

A document whose selection holds a field that is not built is refused whatever rows there are, so
every field of every type that a built root field leads to can be asked for on an empty database.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
    parse,
)

from platform_under_test import wire

from .conftest import Schemas
from .test_status import document, sample, section, selection

# What a field that is built may say to ids of nothing and to the emptiest arguments.
EXPECTED = {"NOT_IMPLEMENTED", "NOT_FOUND", "VALIDATION_ERROR"}


def absent_fields(repository: Path, service: str) -> set[str]:
    """Fields that are empty until what they are about is built: nothing is ever below them."""
    found: set[str] = set()
    for file in (repository / "src" / "services" / service / "schema").glob("*.graphql"):
        for definition in parse(file.read_text()).definitions:
            for field in getattr(definition, "fields", None) or ():
                if any(directive.name.value == "absent" for directive in field.directives or ()):
                    found.add(f"{definition.name.value}.{field.name.value}")  # type: ignore[attr-defined]
    return found


class Walk:
    """Follows what answers, from the root fields down; each type is entered once, by its shortest way: a longer
    one may lead through lists that hold no such thing yet, below which everything answers."""

    def __init__(self, schemas: Schemas, token: str, absent: set[str]) -> None:
        self.schemas = schemas
        self.token = token
        self.absent = absent
        self.not_built: set[str] = set()
        self.asked = 0
        self._seen: set[str] = set()
        self._to_enter: deque[tuple[GraphQLNamedType, str, dict[str, Any]]] = deque()

    @property
    def schema(self) -> GraphQLSchema:
        return self.schemas.ours

    def run(self) -> None:
        query = self.schema.query_type
        assert query
        for name, field in query.fields.items():
            text, variables = document("Query", name, field, self.schema)
            if self._is_built(text, variables):
                self._to_enter.append((get_named_type(field.type), text, variables))
        while self._to_enter:
            self._enter(*self._to_enter.popleft())

    def _is_built(self, text: str, variables: dict[str, Any]) -> bool:
        answer = wire.graphql(self.schemas.url, text, variables, self.token)
        self.asked += 1
        assert answer.status == 200, (text, answer.body)
        codes = [e.get("extensions", {}).get("code") for e in answer.json().get("errors", [])]
        assert set(codes) <= EXPECTED, (text, answer.body)
        return "NOT_IMPLEMENTED" not in codes

    def _enter(self, type_: GraphQLNamedType, text: str, variables: dict[str, Any]) -> None:
        """`text` selects `{ __typename }` of this type; every field takes its place in turn."""
        for concrete in self._objects(type_):
            if concrete.name in self._seen:
                continue
            self._seen.add(concrete.name)
            for name, field in concrete.fields.items():
                inner, more = self._call(name, field)
                place = f"{{ ... on {concrete.name} {{ {inner} }} }}"
                asked = text.replace("{ __typename }", place, 1)
                declared = ", ".join(f"${key}: {argument}" for key, (argument, _) in more.items())
                asked = self._declare(asked, declared)
                values = {**variables, **{key: value for key, (_, value) in more.items()}}
                if not self._is_built(asked, values):
                    self.not_built.add(f"{concrete.name}.{name}")
                elif not self._is_absent(concrete, name):
                    self._to_enter.append((get_named_type(field.type), asked, values))

    def _is_absent(self, type_: GraphQLObjectType, name: str) -> bool:
        """Said of the field itself or of the interface it comes from."""
        return any(f"{owner.name}.{name}" in self.absent for owner in (type_, *type_.interfaces))

    def _objects(self, type_: GraphQLNamedType) -> Iterator[GraphQLObjectType]:
        if isinstance(type_, GraphQLObjectType):
            yield type_
        elif isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            yield from self.schema.get_possible_types(type_)

    def _call(self, name: str, field: GraphQLField) -> tuple[str, dict[str, tuple[str, Any]]]:
        """The field with its required arguments as variables of its own."""
        required = {key: arg for key, arg in field.args.items() if is_required_argument(arg)}
        more = {f"{name}_{key}": (str(arg.type), sample(arg.type)) for key, arg in required.items()}
        call = ", ".join(f"{key}: ${name}_{key}" for key in required)
        return f"{name}{f'({call})' if call else ''}{selection(field.type, self.schema)}", more

    @staticmethod
    def _declare(text: str, declared: str) -> str:
        if not declared:
            return text
        if text.startswith("query ("):
            return text.replace("query (", f"query ({declared}, ", 1)
        return text.replace("query", f"query ({declared})", 1)


def summed_up(fields: set[str], schema: GraphQLSchema) -> set[str]:
    """A type of which nothing is built is said as one, `Type.*`."""
    owners = {field.split(".")[0] for field in fields}
    types = {name for name in owners if all(f"{name}.{field}" in fields for field in fields_of(name, schema))}
    return {f"{name}.*" for name in types} | {field for field in fields if field.split(".")[0] not in types}


def fields_of(type_: str, schema: GraphQLSchema) -> Iterable[str]:
    owner = schema.get_type(type_)
    assert isinstance(owner, GraphQLObjectType)
    return owner.fields


def test_the_page_lists_nested_fields_that_are_not_built(
    schemas: Schemas, token: str, repository: Path
) -> None:
    page = section((repository / "docs" / "status.md").read_text(), schemas.service)
    match = re.search(r"^\*\*Below them, not built:\*\*(.*?)(?=^\*\*|\n\n|\Z)", page, re.S | re.M)
    listed = set(re.findall(r"`(\w+\.[\w*]+)`", match.group(1))) if match else set()
    walk = Walk(schemas, token, absent_fields(repository, schemas.service))
    walk.run()
    assert walk.asked > 200, "the walk ended early"
    not_built = summed_up(walk.not_built, schemas.ours)
    true_line = "**Below them, not built:** " + ", ".join(f"`{name}`" for name in sorted(not_built))
    assert listed == not_built, (
        f"listed as not built, but answering: {sorted(listed - not_built)}\n"
        f"not built, but not listed: {sorted(not_built - listed)}\n"
        f"the line that is true:\n{true_line}"
    )
