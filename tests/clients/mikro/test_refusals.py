"""What an analyst is told when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import obstore
import pytest
from mikro import ArrayDeclarationError
from mikro.api.schema import ArrayDataset, AxisInput, ScaleInput
from mikro.io.obstore import create_s3_store
from rath.operation import GraphQLException

from platform_under_test import wire
from platform_under_test.command import CommandLine
from platform_under_test.server import Server

from .conftest import REQUIREMENTS
from .pictures import flat, picture, raw, same_bits, upload


def refused(call: Callable[[], Any]) -> str:
    """The sentence a call was refused with."""
    with pytest.raises(GraphQLException) as caught:
        call()
    text = str(caught.value).removeprefix("GraphQLException: ").split(" (Endpoint:")[0]
    assert text.endswith((".", "?")), text
    assert "INTERNAL" not in str(caught.value)
    return text


def axes(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "type": "CHANNEL" if name == "c" else "SPACE"} for name in names]


CREATE = "mutation ($i: CreateArrayDatasetInput!) { createArrayDataset(input: $i) { id } }"


@pytest.fixture(scope="module")
def store(m: Any) -> str:
    """A finished store of a (3, 20, 30) image named c, y, x."""
    return upload(m, flat((3, 20, 30), "cyx"), "the store's first dataset").data_arrays[0].store.id


def create(m: Any, **changes: Any) -> Any:
    given = {"scales": [], "name": "raw", "axes": axes("c", "y", "x"), **changes}
    return raw(m, CREATE, i={name: value for name, value in given.items() if value is not None})


def test_the_client_itself_wants_a_name(m: Any) -> None:
    with pytest.raises(TypeError, match="name"):
        m.create_folder()
    with pytest.raises(ValueError, match="name"):
        m.create_folder(name=None)


def test_an_empty_name_is_refused(m: Any) -> None:
    assert "name" in refused(lambda: m.create_folder(name=""))


def test_a_missing_input_field_is_named(m: Any, store: str) -> None:
    assert "name" in refused(lambda: create(m, data=store, name=None))


def test_axes_that_do_not_fit_the_array_are_listed(m: Any, store: str) -> None:
    said = refused(lambda: create(m, data=store, axes=axes("z", "y", "x")))
    assert "c" in said and "z" in said
    assert "3" in refused(lambda: create(m, data=store, axes=axes("y", "x")))
    assert "x" in refused(lambda: create(m, data=store, axes=axes("c", "x", "x")))
    assert "y" in refused(lambda: create(m, data=store, axes=axes("c", "x", "y")))


def test_a_second_time_axis_is_refused(m: Any, store: str) -> None:
    twice = [{"name": name, "type": "TIME"} for name in ("c", "y")] + axes("x")
    assert "time" in refused(lambda: create(m, data=store, axes=twice)).lower()


def test_a_level_that_cannot_be_one_is_refused(m: Any) -> None:
    image = flat((2, 64, 64), "cyx")
    fewer_channels = [ScaleInput(level=1, array=flat((1, 32, 32), "cyx"))]
    said = refused(
        lambda: m.create_array_dataset(data=image, scales=fewer_channels, name="odd", axes=["c", "y", "x"])
    )
    assert "c" in said
    same_level = [ScaleInput(level=1, array=flat((2, 32, 32), "cyx")) for _ in range(2)]
    said = refused(
        lambda: m.create_array_dataset(data=image, scales=same_level, name="odd", axes=["c", "y", "x"])
    )
    assert "level" in said
    assert m.search_array_datasets(search="odd") == ()


def test_a_level_of_another_rank_is_refused_by_the_client(m: Any) -> None:
    scales = [ScaleInput(level=1, array=flat((32, 32), "yx"))]
    with pytest.raises(ValueError, match="Scale level 1") as caught:
        m.create_array_dataset(data=flat((2, 64, 64), "cyx"), scales=scales, name="odd", axes=["c", "y", "x"])
    assert issubclass(ArrayDeclarationError, ValueError)
    assert "cyx"[0] in str(caught.value)


@pytest.mark.parametrize("id_", ["999999999", "not-a-number", "", "-3", "1; drop table", "9" * 60])
def test_an_id_of_nothing_is_one_answer_everywhere(m: Any, id_: str) -> None:
    assert "ArrayDataset" in refused(lambda: m.get_array_dataset(id_))
    assert "Folder" in refused(lambda: m.get_folder(id_))
    assert "File" in refused(lambda: m.get_file(id_))
    assert "older" in refused(lambda: m.create_folder(name="a", parent=id_))
    assert "tore" in refused(lambda: m.finish_zarr_upload(store_id=id_, valid=True))
    assert "tore" in refused(lambda: m.request_zarr_access(store_id=id_))
    assert "tore" in refused(lambda: create(m, data=id_))


def test_an_upload_that_never_came_is_refused(m: Any) -> None:
    grant = m.request_zarr_upload()
    assert "zarr.json" in refused(lambda: m.finish_zarr_upload(store_id=grant.store, valid=True))
    assert "zarr.json" in refused(lambda: create(m, data=grant.store))
    file = m.request_bigfile_upload(original_file_name="never.bin")
    assert "upload" in refused(lambda: m.finish_bigfile_upload(store_id=file.store, valid=True)).lower()


def head_of(m: Any, store: Any) -> bytes:
    """The zarr.json of a store that is there."""
    reading = create_s3_store(m.datalayer.endpoint_url, m.request_zarr_access(store_id=store.id))
    return bytes(obstore.get(reading, f"{store.key}/zarr.json").bytes())


def template(m: Any) -> Any:
    return upload(m, flat((4, 4), "yx"), "a template").data_arrays[0].store


def test_a_broken_upload_can_be_repaired(m: Any) -> None:
    grant = m.request_zarr_upload()
    opened = create_s3_store(m.datalayer.endpoint_url, grant)
    obstore.put(opened, f"{grant.key}/zarr.json", b'{"zarr_format": 3, "node_type": "group"}')
    assert "array" in refused(lambda: m.finish_zarr_upload(store_id=grant.store, valid=True))
    obstore.put(opened, f"{grant.key}/zarr.json", head_of(m, template(m)))
    assert m.finish_zarr_upload(store_id=grant.store, valid=True).id == grant.store


def test_a_store_is_finished_twice_and_then_closed(m: Any) -> None:
    grant, head = m.request_zarr_upload(), head_of(m, template(m))
    opened = create_s3_store(m.datalayer.endpoint_url, grant)
    obstore.put(opened, f"{grant.key}/zarr.json", head)
    for _ in range(2):
        assert m.finish_zarr_upload(store_id=grant.store, valid=True).id == grant.store
    with pytest.raises(Exception, match="(?i)denied|403|Forbidden"):
        obstore.put(opened, f"{grant.key}/zarr.json", b"{}")
    with pytest.raises(Exception, match="(?i)denied|403|Forbidden"):
        obstore.delete(opened, f"{grant.key}/zarr.json")
    assert bytes(obstore.get(opened, f"{grant.key}/zarr.json").bytes()) == head


def test_a_grant_to_read_does_not_write(m: Any) -> None:
    known = template(m)
    reading = create_s3_store(m.datalayer.endpoint_url, m.request_zarr_access(store_id=known.id))
    with pytest.raises(Exception, match="(?i)denied|403|Forbidden"):
        obstore.put(reading, f"{known.key}/zarr.json", b"{}")
    other = template(m)
    with pytest.raises(Exception, match="(?i)denied|403|Forbidden"):
        obstore.get(reading, f"{other.key}/zarr.json")


def test_a_grant_to_write_ends_at_its_own_prefix(m: Any) -> None:
    grant, other = m.request_zarr_upload(), m.request_zarr_upload()
    opened = create_s3_store(m.datalayer.endpoint_url, grant)
    for key in (f"{other.key}/zarr.json", f"{grant.key}x/zarr.json", "zarr.json"):
        with pytest.raises(Exception, match="(?i)denied|403|Forbidden"):
            obstore.put(opened, key, b"{}")


@pytest.fixture(scope="module")
def stranger(platform: Server) -> Callable[..., wire.Answer]:
    """Asks with the token of another organization."""
    command = CommandLine(platform.data)
    command.json("user", "add", "eve", "--email", "eve@elsewhere.org")
    command.json("organization", "add", "Elsewhere", "--owner", "eve", "--slug", "elsewhere")
    made = command.json("mandate", "add", "--user", "eve", "--organization", "elsewhere", "--any-app")
    token = wire.log_in(platform.url, made["key"], "elsewhere-app", requirements=REQUIREMENTS)["access_token"]
    url = platform.access["services"]["mikro"]["url"]
    return lambda text, **variables: wire.graphql(url, text, variables, token)


def test_what_is_somebody_elses_is_not_there(
    m: Any, stranger: Callable[..., wire.Answer], store: str, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("secret")
    dataset = upload(m, flat((4, 4), "yx"), "secret image")
    folder = m.create_folder(name="secret folder")
    file = m.from_file_like(tmp_path / "a.txt", file_name="secret.txt")
    id_ = "($id: ID!)"
    asked = {
        f"query {id_} {{ arrayDataset(id: $id) {{ name }} }}": dataset.id,
        f"query {id_} {{ folder(id: $id) {{ name }} }}": folder.id,
        f"query {id_} {{ file(id: $id) {{ name }} }}": file.id,
        f"query {id_} {{ lineage(start: {{kind: DATASET, id: $id}}) {{ root }} }}": dataset.id,
        f"mutation {id_} {{ deleteArrayDataset(input: {{id: $id}}) }}": dataset.id,
        f"mutation {id_} {{ deleteFolder(input: {{id: $id}}) }}": folder.id,
        f"mutation {id_} {{ deleteFile(input: {{id: $id}}) }}": file.id,
        f'mutation {id_} {{ updateFolder(input: {{id: $id, name: "mine"}}) {{ id }} }}': folder.id,
        f'mutation {id_} {{ createFolder(input: {{name: "b", parent: $id}}) {{ id }} }}': folder.id,
        f"mutation {id_} {{ requestZarrAccess(input: {{storeId: $id}}) {{ accessKey }} }}": store,
        f"mutation {id_} {{ finishZarrUpload(input: {{storeId: $id}}) {{ id }} }}": store,
        f"mutation {id_} {{ requestBigfileAccess(input: {{storeId: $id}}) {{ accessKey }} }}": file.store.id,
    }
    for text, theirs in asked.items():
        text = text.replace("($id: ID!)", "($id: String!)") if "storeId" in text else text
        answer, nothing = stranger(text, id=theirs).json(), stranger(text, id="999999999").json()
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"], answer
        assert answer["errors"][0]["message"] == nothing["errors"][0]["message"].replace("999999999", theirs)
    for name in ("arrayDatasets", "folders", "files", "roots"):
        assert stranger(f"{{ {name} {{ name }} }}").json()["data"] == {name: []}
    given = {"data": store, "scales": [], "name": "stolen", "axes": axes("c", "y", "x")}
    assert stranger(CREATE, i=given).error_code() == "NOT_FOUND"
    entities = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on ArrayDataset { name } } }"
    answer = stranger(entities, r=[{"__typename": "ArrayDataset", "id": dataset.id}])
    assert answer.json() == {"data": {"_entities": [None]}}
    assert m.get_folder(folder.id).name == "secret folder"
    assert ArrayDataset.expand(dataset.id, m).name == "secret image"


def test_a_field_that_is_not_there_is_named(m: Any) -> None:
    assert "colour" in refused(lambda: raw(m, "{ arrayDatasets { colour } }"))


def test_after_all_of_it_everything_still_works(m: Any) -> None:
    image = picture((2, 20, 20), "cyx")
    made = m.create_array_dataset(
        data=image,
        scales=[],
        name="fine",
        axes=[AxisInput(name=n, type=t) for n, t in zip("cyx", ("CHANNEL", "SPACE", "SPACE"), strict=True)],
    )
    assert same_bits(made.data, image)
    assert np.isfinite(made.data.values).all()
