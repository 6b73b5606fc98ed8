"""Our introspection against the schema each official client was generated from."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
    value_from_ast_untyped,
)
from graphql.utilities import ast_from_value

from platform_under_test import wire

from .conftest import Schemas


def argument(value: Any) -> str:
    """An argument or input field as the SDL would print it."""
    node = ast_from_value(value.default_value, value.type) if has_default(value) else None
    if node is None:
        return str(value.type)
    return f"{value.type} = {value_from_ast_untyped(node)!r}"


def has_default(value: Any) -> bool:
    return value.default_value is not Undefined


def fields(type_: Any) -> dict[str, Any]:
    return {
        name: {
            "type": str(field.type),
            "args": {key: argument(value) for key, value in field.args.items()},
        }
        for name, field in type_.fields.items()
    }


def shape(type_: Any) -> dict[str, Any]:
    """Everything about a type that a client can notice, descriptions aside."""
    got: dict[str, Any] = {"kind": type(type_).__name__}
    if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
        got["fields"] = fields(type_)
        got["interfaces"] = sorted(interface.name for interface in type_.interfaces)
    elif isinstance(type_, GraphQLInputObjectType):
        got["fields"] = {name: argument(field) for name, field in type_.fields.items()}
        got["one_of"] = type_.is_one_of
    elif isinstance(type_, GraphQLEnumType):
        got["values"] = sorted(type_.values)
    elif isinstance(type_, GraphQLUnionType):
        got["members"] = sorted(member.name for member in type_.types)
    return got


def shapes(schema: GraphQLSchema) -> dict[str, dict[str, Any]]:
    return {
        name: shape(type_)
        for name, type_ in schema.type_map.items()
        if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
    }


def differences(expected: Any, got: Any, path: str = "") -> list[str]:
    if isinstance(expected, dict) and isinstance(got, dict):
        found: list[str] = []
        for key in sorted({*expected, *got}, key=str):
            where = f"{path}.{key}" if path else str(key)
            if key not in got:
                found.append(f"{where}: missing")
            elif key not in expected:
                found.append(f"{where}: not in the client's schema")
            else:
                found += differences(expected[key], got[key], where)
        return found
    return [] if expected == got else [f"{path}: {got!r}, the client has {expected!r}"]


def test_every_type_is_the_clients_type(schemas: Schemas) -> None:
    found = differences(shapes(schemas.shipped), shapes(schemas.ours))
    assert not found, f"{len(found)} differences:\n" + "\n".join(found[:60])


def test_the_root_types_are_the_clients_root_types(schemas: Schemas) -> None:
    for root in ("query_type", "mutation_type", "subscription_type"):
        expected = getattr(schemas.shipped, root)
        got = getattr(schemas.ours, root)
        assert (got and got.name) == (expected and expected.name)


def test_only_the_known_directives_are_shown(schemas: Schemas) -> None:
    names = {directive.name for directive in schemas.ours.directives}
    assert names == {"include", "skip", "deprecated", "specifiedBy", "oneOf"}


def test_the_published_sdl_says_the_same(schemas: Schemas) -> None:
    text = wire.request(f"{schemas.url}/schema").body.decode()
    published = build_schema(text, assume_valid_sdl=True)
    found = differences(shapes(schemas.ours), shapes(published))
    assert not found, f"{len(found)} differences:\n" + "\n".join(found[:60])
