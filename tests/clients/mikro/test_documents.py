"""Every document of the official client whose root field is built is sent by some test of this folder."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import mikro.api.schema as documents
import pytest
from graphql import OperationDefinitionNode, parse
from mikro import Mikro as Client

from schema.test_status import document, subscribe

from .conftest import Mikro


def client_documents() -> dict[str, tuple[str, set[str]]]:
    """The client's documents by the class that sends them: operation and root fields."""
    found: dict[str, tuple[str, set[str]]] = {}
    for name, model in inspect.getmembers(documents, inspect.isclass):
        text = getattr(getattr(model, "Meta", None), "document", "")
        for node in parse(text).definitions if text else ():
            if isinstance(node, OperationDefinitionNode):
                roots = {field.name.value for field in node.selection_set.selections}  # type: ignore[union-attr]
                found[name] = (node.operation.value, roots)
    return found


def senders() -> dict[str, str]:
    """Which method of the client sends which document; async ones under the name without their `a`."""
    found: dict[str, str] = {}
    known = set(client_documents())
    for name, method in inspect.getmembers(Client, inspect.isfunction):
        used = known & set(method.__code__.co_names)
        if (
            len(used) == 1
            and not inspect.iscoroutinefunction(method)
            and not inspect.isasyncgenfunction(method)
        ):
            found[name] = used.pop()
    assert sorted(found.values()) == sorted(known), "each document has one method"
    return found


def called() -> set[str]:
    """The methods that the tests of this folder name, by the name without `a`."""
    names: set[str] = set()
    for file in Path(__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute):
                names |= {node.attr, node.attr.removeprefix("a")}
    return names


async def test_every_document_that_is_built_is_called(service: Mikro) -> None:
    async def is_built(operation: str, name: str) -> bool:
        if operation != "subscription":
            return service.is_built(name)
        assert service.schema.subscription_type
        type_ = service.schema.subscription_type.fields[name]
        text, variables = document("Subscription", name, type_, service.schema)
        return await subscribe(service.url, service.token, text, variables) != "NOT_IMPLEMENTED"

    sent, methods = client_documents(), senders()
    missing = []
    for method, name in methods.items():
        operation, roots = sent[name]
        if method not in called() and all([await is_built(operation, root) for root in sorted(roots)]):
            missing.append(method)
    assert not missing, f"{len(missing)} methods whose root fields are built and no test calls: {missing}"


# --- grants: what `create_array_dataset` and `from_file_like` ask for beneath ---------------------------


GRANTS = ["bigfile", "fabriks", "konnektion", "kulisse", "media", "parquet", "sparse", "zarr"]


def request_upload(m: Any, kind: str) -> Any:
    if kind == "bigfile":
        return m.request_bigfile_upload(original_file_name="a b.bin", file_size=10)
    if kind == "kulisse":
        return m.request_kulisse_upload(original_file_name="model.glb", file_size=120)
    if kind == "media":
        return m.request_media_upload(original_file_name="a.png")
    return {
        "fabriks": m.request_fabriks_upload,
        "konnektion": m.request_konnektion_upload,
        "parquet": m.request_parquet_upload,
        "sparse": m.request_sparse_upload,
        "zarr": m.request_zarr_upload,
    }[kind]()


@pytest.mark.parametrize("kind", GRANTS)
def test_a_grant_to_upload(m: Any, kind: str) -> None:
    grant, again = request_upload(m, kind), request_upload(m, kind)
    assert grant.access_key and grant.secret_key and grant.session_token
    assert grant.path == f"s3://{grant.bucket}/{grant.key}"
    assert grant.expires_in >= 900
    assert kind == "bigfile" or grant.max_bytes > 0
    assert grant.store != again.store and grant.key != again.key


@pytest.mark.parametrize("kind", GRANTS)
def test_a_grant_to_read(m: Any, kind: str) -> None:
    if kind == "sparse":
        pytest.skip("the client reads sparse stores with the grant of zarr")
    granted = request_upload(m, kind)
    grant = {
        "bigfile": m.request_bigfile_access,
        "fabriks": m.request_fabriks_access,
        "konnektion": m.request_konnektion_access,
        "kulisse": m.request_kulisse_access,
        "media": m.request_media_access,
        "parquet": m.request_parquet_access,
        "zarr": m.request_zarr_access,
    }[kind](granted.store)
    assert (grant.bucket, grant.key, grant.path) == (granted.bucket, granted.key, granted.path)
    assert grant.secret_key != granted.secret_key
    assert grant.expires_in >= 900


@pytest.mark.parametrize("kind", GRANTS)
def test_an_upload_given_up_is_only_noted(m: Any, service: Mikro, kind: str) -> None:
    if not service.is_built(f"finish{kind.capitalize()}Upload"):
        pytest.skip(f"finish{kind.capitalize()}Upload is not built yet")
    granted = request_upload(m, kind)
    store = {
        "bigfile": m.finish_bigfile_upload,
        "fabriks": m.finish_fabriks_upload,
        "konnektion": m.finish_konnektion_upload,
        "kulisse": m.finish_kulisse_upload,
        "media": m.finish_media_upload,
        "parquet": m.finish_parquet_upload,
        "sparse": m.finish_sparse_upload,
        "zarr": m.finish_zarr_upload,
    }[kind](store_id=granted.store, valid=False)
    assert (store.id, store.key) == (granted.store, granted.key)
