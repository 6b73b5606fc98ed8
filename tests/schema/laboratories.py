"""Two laboratories that keep images in one Mikro, and documents that name one's things to the other.

Documents follow from introspection: every ID, store and array that a root field takes is tried with every
id that the owner has, so a new field or input is tried without being named here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
    is_enum_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)

from platform_under_test import wire
from platform_under_test.apps import client_environment
from platform_under_test.command import CommandLine
from platform_under_test.server import Server

REQUIREMENTS = [{"key": key, "service": f"live.arkitekt.{key}", "optional": False} for key in ("mikro", "s3")]

UNBUILT_FIELD = re.compile(r"^(\w+)\.(\w+) is not built yet\.$")


@dataclass
class Selections:
    """Everything below a type, without what is not built: the server says what that is."""

    schema: GraphQLSchema
    unbuilt: set[str] = field(default_factory=set)

    def below(self, type_: Any, depth: int) -> str:
        named = get_named_type(type_)
        if not is_composite_type(named):
            return ""
        inner: list[str] = ["__typename"]
        if isinstance(named, GraphQLObjectType):
            inner += self._fields(named, depth, "")
        elif isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
            for concrete in self.schema.get_possible_types(named):
                # Fields of one name may have different types in different fragments.
                fields = self._fields(concrete, depth, f"{concrete.name}_")
                inner += [f"... on {concrete.name} {{ {' '.join(fields)} }}"] if fields else []
        return " { " + " ".join(inner) + " }"

    def _fields(self, type_: GraphQLObjectType, depth: int, prefix: str) -> list[str]:
        found: list[str] = []
        for name, each in type_.fields.items():
            takes = any(is_required_argument(argument) for argument in each.args.values())
            if takes or f"{type_.name}.{name}" in self.unbuilt:
                continue
            alias = f"{prefix}{name}: " if prefix else ""
            if not is_composite_type(get_named_type(each.type)):
                found.append(f"{alias}{name}")
            elif depth > 1:
                found.append(f"{alias}{name}{self.below(each.type, depth - 1)}")
        return found


@dataclass
class Laboratory:
    """An organization's owner, who asks Mikro by hand."""

    url: str
    token: str
    name: str
    selections: Selections

    def ask(self, root: str, name: str, each: GraphQLField, arguments: dict[str, Any]) -> dict[str, Any]:
        """One root field with everything below its answer."""
        head = ", ".join(f"${key}: {each.args[key].type}" for key in arguments)
        call = ", ".join(f"{key}: ${key}" for key in arguments)
        depth = 2 if name == "_entities" else 3  # of all types at once, deeper is more than a request may be
        while True:
            text = f"{root} {f'({head})' if head else ''} {{ {name}{f'({call})' if call else ''}"
            text += f"{self.selections.below(each.type, depth)} }}"
            answer = wire.graphql(self.url, text, arguments, self.token)
            assert answer.status == 200, (text, answer.body)
            found = {
                f"{match[1]}.{match[2]}"
                for error in answer.json().get("errors", [])
                if (match := UNBUILT_FIELD.match(error["message"])) and match[1] not in ROOTS
            }
            if not found - self.selections.unbuilt:
                return answer.json()
            self.selections.unbuilt |= found

    def everything(self) -> dict[str, Any]:
        """What every query without required arguments answers."""
        schema = self.selections.schema
        assert schema.query_type
        seen: dict[str, Any] = {}
        for name, each in schema.query_type.fields.items():
            if name != "_service" and not any(is_required_argument(a) for a in each.args.values()):
                answer = self.ask("query", name, each, {})
                if codes(answer) != ["NOT_IMPLEMENTED"]:
                    assert "errors" not in answer, (name, answer)
                    seen[name] = answer["data"][name]
        return seen


ROOTS = {"Query", "Mutation", "Subscription"}


def codes(answer: dict[str, Any]) -> list[str]:
    return [error.get("extensions", {}).get("code", "") for error in answer.get("errors", [])]


def settle(
    platform: Server, command: CommandLine, name: str, schema: GraphQLSchema, room: Path
) -> Laboratory:
    """An organization with an owner who has put something of every kind into Mikro."""
    owner = f"{name}-owner"
    command.json("user", "add", owner, "--email", f"{owner}@lab.org")
    command.json("organization", "add", f"{name} lab", "--owner", owner, "--slug", name)

    def key() -> str:
        given = ["mandate", "add", "--user", owner, "--organization", name, "--any-app"]
        return command.json(*given)["key"]

    with pytest.MonkeyPatch.context() as environment:
        for variable, value in client_environment(platform, room / name, key()).items():
            environment.setenv(variable, value)
        fill(name, room)
    session = wire.log_in(platform.url, key(), f"{name}-by-hand", requirements=REQUIREMENTS)
    url = platform.access["services"]["mikro"]["url"]
    return Laboratory(url, session["access_token"], name, Selections(schema))


def fill(name: str, room: Path) -> None:
    """What the official client puts in, under names that only this laboratory has."""
    import numpy as np
    import xarray as xr
    from arkitekt import easy
    from mikro import mikro_service

    (room / f"{name}.txt").write_text(f"{name} notes")
    pixels = xr.DataArray(np.zeros((2, 8, 8), dtype="uint8"), dims=["c", "y", "x"])
    with easy(f"{name}-app", mikro_service) as client:
        for n in range(3):
            folder = client.create_folder(name=f"{name} folder {n}")
            inner = client.create_folder(name=f"{name} inner {n}", parent=folder.id)
            client.update_folder(name=f"{name} renamed {n}", id=inner.id, parent=folder.id)
            client.create_array_dataset(
                data=pixels, scales=[], name=f"{name} image {n}", axes=["c", "y", "x"], folder=folder.id
            )
            client.from_file_like(room / f"{name}.txt", file_name=f"{name} file {n}", folder=folder.id)


LIKE = {
    "ArrayLike", "FabriksLike", "FileLike", "ID", "ImageFileLike", "KonnektionLike", "KulisseLike",
    "ParquetLike", "SporadikLike", "UUID",
}  # fmt: skip
"""Scalars that name a row."""

PLAIN = {
    "Int": 1, "Float": 0.5, "Boolean": True, "String": "taken", "DateTime": "2026-01-01T00:00:00+00:00",
    "Unit": "micrometer", "JSON": {}, "Any": {}, "ByteCount": 1, "ThreeDVector": [1.0, 1.0],
}  # fmt: skip


def names_a_row(member: str, type_: Any) -> bool:
    return get_named_type(type_).name in LIKE or member in ("storeId", "store")


def reaches_a_row(member: str, type_: Any, depth: int = 0) -> bool:
    """Whether an id can stand somewhere in a value of this type."""
    named = get_named_type(type_)
    if names_a_row(member, type_):
        return True
    return (
        isinstance(named, GraphQLInputObjectType)
        and depth < 3
        and any(reaches_a_row(key, each.type, depth + 1) for key, each in named.fields.items())
    )


def values(member: str, type_: Any, id_: str, depth: int = 0) -> Iterator[Any]:
    """What to give an argument or member: the id where it names a row, else one plain value."""
    if is_non_null_type(type_):
        yield from values(member, type_.of_type, id_, depth)
    elif is_list_type(type_):
        yield from ([value] for value in values(member, type_.of_type, id_, depth))
    elif isinstance(type_, GraphQLInputObjectType):
        yield from inputs(type_, id_, depth)
    elif names_a_row(member, type_):
        yield id_
    elif is_enum_type(type_):
        yield next(iter(type_.values))
    else:
        yield PLAIN.get(type_.name, "1 um")


def inputs(type_: GraphQLInputObjectType, id_: str, depth: int) -> Iterator[dict[str, Any]]:
    """An input's required members, alone and with each other member that can name a row."""
    required = {
        key: next(values(key, each.type, id_, depth + 1))
        for key, each in type_.fields.items()
        if is_non_null_type(each.type)
    }
    for key, each in type_.fields.items():
        if is_non_null_type(each.type) and depth < 3:
            yield from ({**required, key: value} for value in values(key, each.type, id_, depth + 1))
    if not type_.is_one_of:
        yield required
    for key, each in type_.fields.items():
        if is_non_null_type(each.type) or depth >= 3 or not reaches_a_row(key, each.type, depth):
            continue
        kind = re.sub(r"(?<!^)([A-Z])", r"_\1", key).upper()
        chosen = {
            other: kind
            for other, given in type_.fields.items()
            if is_enum_type(get_named_type(given.type)) and kind in get_named_type(given.type).values
        }
        for value in values(key, each.type, id_, depth + 1):
            yield {**required, **chosen, key: value}


def arguments(each: GraphQLField, ids: list[str]) -> Iterator[dict[str, Any]]:
    """Every choice of arguments that names one of the ids."""
    for id_ in ids:
        required = {
            key: list(values(key, argument.type, id_))
            for key, argument in each.args.items()
            if is_required_argument(argument)
        }
        first = {key: given[0] for key, given in required.items()}
        for key, given in required.items():
            yield from ({**first, key: value} for value in given)
        for key, argument in each.args.items():
            if key not in required and reaches_a_row(key, argument.type):
                yield from ({**first, key: value} for value in values(key, argument.type, id_))
