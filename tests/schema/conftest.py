"""The two schemas of each service: what the official client was generated from, and ours."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLSchema,
    build_client_schema,
    build_schema,
    get_introspection_query,
)

from platform_under_test import wire
from platform_under_test.server import Server

CLIENT_PACKAGES = {"lok": "unlok", "mikro": "mikro", "rekuest": "rekuest"}
"""Which wheel ships the schema of which service."""


@pytest.fixture(scope="module")
def session(platform: Server) -> dict[str, Any]:
    """A token for every service: what an app does not require, its token does not open."""
    required = [
        {"key": key, "service": f"live.arkitekt.{key}", "optional": False}
        for key in platform.access["services"]
        if key != "lok"
    ]
    return wire.log_in(platform.url, platform.take_key(), "raw-requests", requirements=required)


@dataclass(frozen=True)
class Schemas:
    service: str
    shipped: GraphQLSchema
    ours: GraphQLSchema
    url: str


@pytest.fixture(scope="module", params=sorted(CLIENT_PACKAGES))
def schemas(request: pytest.FixtureRequest, platform: Server, token: str) -> Schemas:
    service = request.param
    spec = importlib.util.find_spec(CLIENT_PACKAGES[service])
    assert spec is not None
    assert spec.origin is not None
    text = (Path(spec.origin).parent / "api" / "schema.graphql").read_text()
    url = platform.access["services"][service]["url"]
    query = get_introspection_query(
        descriptions=False, specified_by_url=True, input_value_deprecation=True, one_of=True
    )
    answer = wire.graphql(url, query, token=token).json()
    assert "errors" not in answer, answer["errors"][:3]
    return Schemas(
        service,
        build_schema(text, assume_valid_sdl=True),
        build_client_schema(answer["data"]),
        url,
    )
