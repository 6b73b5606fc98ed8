"""The official Mikro client, as a script of an analyst has it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from arkitekt import aeasy, easy
from graphql import GraphQLSchema, build_client_schema, get_introspection_query
from mikro.arkitekt.service import mikro as mikro_service

from platform_under_test import wire
from platform_under_test.apps import client_environment
from platform_under_test.server import Server
from schema.test_status import document

REQUIREMENTS = [{"key": key, "service": f"live.arkitekt.{key}", "optional": False} for key in ("mikro", "s3")]
"""What an app asks for to be let into Mikro, in a login by hand."""


@dataclass
class Mikro:
    """The service asked by hand."""

    url: str
    token: str
    schema: GraphQLSchema
    _built: dict[str, bool] = field(default_factory=dict)

    def ask(self, text: str, **variables: Any) -> wire.Answer:
        return wire.graphql(self.url, text, variables, self.token)

    def is_built(self, name: str) -> bool:
        """Whether a root field of a query or mutation has code; tests/schema holds status.md to it."""
        if name not in self._built:
            root = "Query" if name in self.schema.query_type.fields else "Mutation"  # type: ignore[union-attr]
            field = self.schema.type_map[root].fields[name]  # type: ignore[attr-defined]
            text, variables = document(root, name, field, self.schema)
            self._built[name] = self.ask(text, **variables).error_code() != "NOT_IMPLEMENTED"
        return self._built[name]


@pytest.fixture(scope="module")
def service(platform: Server) -> Mikro:
    token = wire.log_in(platform.url, platform.take_key(), "by-hand", requirements=REQUIREMENTS)
    url, access = platform.access["services"]["mikro"]["url"], token["access_token"]
    query = get_introspection_query(descriptions=False, input_value_deprecation=True, one_of=True)
    return Mikro(url, access, build_client_schema(wire.graphql(url, query, token=access).json()["data"]))


def skip_unbuilt(node: pytest.Collector | pytest.Item, service: Mikro) -> None:
    for marker in node.iter_markers("needs"):
        for name in marker.args:
            if not service.is_built(name):
                pytest.skip(f"{name} is not built yet")


@pytest.fixture(scope="module", autouse=True)
def _module_is_built(request: pytest.FixtureRequest, service: Mikro) -> None:
    skip_unbuilt(request.node, service)


@pytest.fixture(autouse=True)
def _test_is_built(request: pytest.FixtureRequest, service: Mikro) -> None:
    skip_unbuilt(request.node, service)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("analyst")


@pytest.fixture(scope="module")
def m(platform: Server, caller_key: str, home: Path) -> Iterator[Any]:
    """The client of a plain script, without asyncio."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as environment:
            for name, value in client_environment(platform, home, caller_key).items():
                environment.setenv(name, value)
            client = stack.enter_context(easy("analysis", mikro_service))
        yield client


@pytest.fixture(scope="module")
async def am(platform: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """The client of a program with an event loop, as another app."""
    home = tmp_path_factory.mktemp("async-analyst")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in client_environment(platform, home, platform.take_key()).items():
            environment.setenv(name, value)
        async with aeasy("async-analysis", mikro_service) as client:
            yield client
