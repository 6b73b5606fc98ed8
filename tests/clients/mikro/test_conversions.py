"""What a converter does: reads images out of an instrument's file, writes one out for everybody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mikro.api.schema import (
    ArrayDatasetFilter,
    DatasetExportOfInput,
    SourceFileInput,
    ValueRelation,
)

from .pictures import flat, raw, upload

pytestmark = pytest.mark.needs("linkFile")

FILE = """query ($id: ID!) { file(id: $id) {
    derivedContainers { seriesIdentifier valueRelation container { ... on ArrayDataset { id } } }
    exportedFrom { direction container { ... on ArrayDataset { id } } } } }"""


@pytest.fixture
def acquired(m: Any, tmp_path: Path) -> Any:
    (tmp_path / "night.lif").write_bytes(b"two series")
    return m.from_file_like(tmp_path / "night.lif", file_name="night.lif")


def convert(m: Any, file: Any, series: str) -> Any:
    source = SourceFileInput(file=file.id, series_identifier=series, value_relation=ValueRelation.IDENTICAL)
    return upload(m, flat((4, 4), "yx"), series, source_files=[source])


def test_each_series_of_a_file_becomes_a_dataset(m: Any, acquired: Any) -> None:
    first, second = convert(m, acquired, "series-1"), convert(m, acquired, "series-2")
    links = raw(m, FILE, id=acquired.id)["file"]["derivedContainers"]
    assert links == [
        {"seriesIdentifier": name, "valueRelation": "IDENTICAL", "container": {"id": dataset.id}}
        for name, dataset in (("series-1", first), ("series-2", second))
    ]
    found = m.get_array_datasets(filters=ArrayDatasetFilter(source_file=acquired.id))
    assert {dataset.id for dataset in found} == {first.id, second.id}
    wanted = ArrayDatasetFilter(source_file=acquired.id, source_series_identifier="series-2")
    assert [dataset.id for dataset in m.get_array_datasets(filters=wanted)] == [second.id]


def test_what_was_converted_is_told_from_what_was_made(m: Any, acquired: Any) -> None:
    folder = m.create_folder(name="both")
    converted = convert(m, acquired, "series-1")
    raw(
        m,
        "mutation ($i: AssociateInput!) { putArrayDatasetsInFolder(input: $i) { id } }",
        i={"selfs": [converted.id], "other": folder.id},
    )
    made = upload(m, flat((4, 4), "yx"), "made", folder=folder.id)
    for has_one, dataset in ((True, converted), (False, made)):
        wanted = ArrayDatasetFilter(folder=folder.id, has_source_file=has_one)
        assert [found.id for found in m.get_array_datasets(filters=wanted)] == [dataset.id]


def test_an_exported_file_names_what_it_was_written_from(m: Any, tmp_path: Path) -> None:
    dataset = upload(m, flat((4, 4), "yx"), "shown")
    (tmp_path / "shown.tiff").write_bytes(b"tiff")
    origin = DatasetExportOfInput(dataset=dataset.id, value_relation=ValueRelation.TRANSFORMED)
    file = m.from_file_like(tmp_path / "shown.tiff", file_name="shown.tiff", export_of=[origin])
    assert raw(m, FILE, id=file.id)["file"]["exportedFrom"] == [
        {"direction": "RENDITION", "container": {"id": dataset.id}}
    ]
    exports = "query ($id: ID!) { arrayDataset(id: $id) { exports { file { name } } sourceFiles { id } } }"
    assert raw(m, exports, id=dataset.id)["arrayDataset"] == {
        "exports": [{"file": {"name": "shown.tiff"}}],
        "sourceFiles": [],
    }


def test_files_are_found_by_what_became_of_them(m: Any, acquired: Any) -> None:
    text = "query ($f: FileFilter) { files(filters: $f) { id } }"
    wanted = {"ids": [acquired.id], "unlinked": True}
    assert raw(m, text, f=wanted)["files"] == [{"id": acquired.id}]
    dataset = convert(m, acquired, "series-1")
    assert raw(m, text, f=wanted)["files"] == []
    of_dataset = {"sourceOf": {"kind": "DATASET", "id": dataset.id}}
    assert raw(m, text, f=of_dataset)["files"] == [{"id": acquired.id}]


def test_a_link_is_made_later_and_undone(m: Any, acquired: Any) -> None:
    dataset = upload(m, flat((4, 4), "yx"), "known later")
    make = "mutation ($i: LinkFileInput!) { linkFile(input: $i) { id } }"
    given = {"dataset": dataset.id, "sourceFiles": [{"file": acquired.id}]}
    (link,) = raw(m, make, i=given)["linkFile"]
    with pytest.raises(Exception, match="linked like this already"):
        raw(m, make, i=given)
    undo = "mutation ($id: ID!) { unlinkFile(input: {id: $id}) }"
    assert raw(m, undo, id=link["id"])["unlinkFile"] == link["id"]
    assert raw(m, FILE, id=acquired.id)["file"]["derivedContainers"] == []


def test_a_file_that_is_not_there_refuses_the_whole_dataset(m: Any) -> None:
    with pytest.raises(Exception, match="No file with the id"):
        upload(m, flat((4, 4), "yx"), "from nothing", source_files=[SourceFileInput(file="999999")])
    assert m.get_array_datasets(filters=ArrayDatasetFilter(search="from nothing")) == ()
