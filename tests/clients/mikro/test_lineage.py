"""What was made from what: a night at the microscope, followed from its file to its table and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from mikro.api.schema import (
    AxisType,
    ColumnInput,
    DatasetDerivedFromInput,
    DatasetExportOfInput,
    LensDerivedFromInput,
    SourceFileInput,
    ValueRelation,
)

from .pictures import flat, raw, upload

pytestmark = pytest.mark.needs("lineage", "descendants", "roots", "lineageGraph")

LINEAGE = """query ($start: LineageRootInput!, $up: Int! = 1, $down: Int! = 3) {
    lineage(start: $start, up: $up, down: $down) { root truncated
        nodes { key kind id name depth hasMoreUp hasMoreDown axes { name type size } lenses { id whole } }
        edges { kind source target transformationKind valueRelation primary sourceLens } } }"""
ROOTS = """query ($kinds: [LineageNodeKind!], $filters: RootFilter, $page: OffsetPaginationInput) {
    roots(kinds: $kinds, filters: $filters, pagination: $page) { key kind name } }"""
DESCENDANTS = """query ($starts: [LineageRootInput!]!, $down: Int! = 3) {
    descendants(starts: $starts, down: $down) { root more nodes { key name depth parent } } }"""
CELLS = pd.DataFrame({"object_id": [1, 2], "area": [3.0, 4.0]})


class Night:
    """A file with two series; of the first a mask of a part, of the mask a table and an export."""

    def __init__(self, m: Any, folder: Path) -> None:
        (folder / "night.czi").write_bytes(b"two series")
        self.file = m.from_file_like(folder / "night.czi", file_name="night.czi")
        self.cells, self.beads = (
            upload(
                m,
                flat((8, 8), "yx"),
                name,
                source_files=[SourceFileInput(file=self.file.id, series_identifier=name)],
            )
            for name in ("cells of the night", "beads of the night")
        )
        self.part = self.cells.lens(y=(0, 4))
        made = LensDerivedFromInput(lens=self.part.id, value_relation=ValueRelation.CATEGORIZED)
        self.mask = upload(m, flat((4, 8), "yx"), "mask", derived_from=[made])
        self.table = m.create_table_dataset(
            name="areas",
            data=CELLS,
            columns=[ColumnInput(name="object_id", axis_type=AxisType.INDEX)],
            derived_from=[DatasetDerivedFromInput(dataset=self.mask.id)],
        )
        (folder / "mask.tiff").write_bytes(b"tiff")
        self.export = m.from_file_like(
            folder / "mask.tiff",
            file_name="mask.tiff",
            export_of=[DatasetExportOfInput(dataset=self.mask.id)],
        )

    def key(self, name: str) -> str:
        kind = {"file": "FILE", "export": "FILE", "table": "TABLE_DATASET"}.get(name, "DATASET")
        return f"{kind}:{getattr(self, name).id}"

    def start(self, name: str) -> dict[str, str]:
        kind, id_ = self.key(name).split(":")
        return {"kind": kind, "id": id_}


@pytest.fixture(scope="module")
def night(m: Any, tmp_path_factory: pytest.TempPathFactory) -> Night:
    return Night(m, tmp_path_factory.mktemp("night"))


def test_a_file_leads_to_all_that_became_of_it(m: Any, night: Night) -> None:
    story = raw(m, LINEAGE, start=night.start("file"))["lineage"]
    assert story["root"] == night.key("file")
    assert {node["key"]: node["depth"] for node in story["nodes"]} == {
        night.key("file"): 0,
        night.key("cells"): 1,
        night.key("beads"): 1,
        night.key("mask"): 2,
        night.key("table"): 3,
        night.key("export"): 3,
    }
    assert not story["truncated"]
    assert not any(node["hasMoreUp"] or node["hasMoreDown"] for node in story["nodes"])
    assert sorted((edge["kind"], edge["source"], edge["target"]) for edge in story["edges"]) == sorted(
        [
            ("INGEST", night.key("file"), night.key("cells")),
            ("INGEST", night.key("file"), night.key("beads")),
            ("DERIVATION", night.key("cells"), night.key("mask")),
            ("DERIVATION", night.key("mask"), night.key("table")),
            ("EXPORT", night.key("mask"), night.key("export")),
        ]
    )
    of_mask = next(edge for edge in story["edges"] if edge["target"] == night.key("mask"))
    assert of_mask["sourceLens"] == night.part.id
    assert (of_mask["valueRelation"], of_mask["primary"]) == ("CATEGORIZED", True)
    cells = next(node for node in story["nodes"] if node["key"] == night.key("cells"))
    assert [lens["whole"] for lens in cells["lenses"]] == [True, False]
    assert cells["axes"] == [{"name": name, "type": "SPACE", "size": 8} for name in "yx"]


def test_a_table_leads_back_to_the_file_without_its_other_series(m: Any, night: Night) -> None:
    story = raw(m, LINEAGE, start=night.start("table"), up=9)["lineage"]
    assert [(node["key"], node["depth"]) for node in story["nodes"]] == [
        (night.key("table"), 0),
        (night.key("mask"), -1),
        (night.key("cells"), -2),
        (night.key("file"), -3),
    ]
    assert [node["name"] for node in story["nodes"] if node["hasMoreDown"]] == ["mask", "night.czi"]


def test_a_home_page_lists_files_and_not_what_came_of_them(m: Any, night: Night) -> None:
    alone = upload(m, flat((4, 4), "yx"), "alone in the night")
    found = raw(m, ROOTS, filters={"search": "NIGHT"})["roots"]
    assert [root["key"] for root in found] == [f"DATASET:{alone.id}", night.key("file")]
    files = raw(m, ROOTS, kinds=["FILE"], filters={"search": "night", "spec": ["IMAGE"]})["roots"]
    assert [root["name"] for root in files] == ["night.czi"]
    assert raw(m, ROOTS, filters={"search": "night", "spec": ["VOLUME"]})["roots"] == []
    page = raw(m, ROOTS, filters={"search": "night"}, page={"offset": 1, "limit": 1})["roots"]
    assert page == found[1:]


def test_tiles_of_a_page_are_filled_at_once(m: Any, night: Night) -> None:
    starts = [night.start("beads"), night.start("file")]
    beads, file = raw(m, DESCENDANTS, starts=starts, down=2)["descendants"]
    assert beads == {"root": night.key("beads"), "more": False, "nodes": []}
    assert file["more"] is True
    assert {node["key"]: node["parent"] for node in file["nodes"]} == {
        night.key("cells"): night.key("file"),
        night.key("beads"): night.key("file"),
        night.key("mask"): night.key("cells"),
    }


def test_the_graph_around_a_mask_has_the_data_and_no_files(m: Any, night: Night) -> None:
    text = """query ($id: ID!) { lineageGraph(coordinateSystem: $id) { edges { kind }
        nodes { ... on ArrayDataset { id } ... on TableDataset { id } } } }"""
    graph = raw(m, text, id=night.mask.intrinsic_system.id)["lineageGraph"]
    assert graph["nodes"] == [{"id": thing.id} for thing in (night.cells, night.mask, night.table)]
    assert graph["edges"] == [{"kind": "UNMAPPABLE"}] * 2


def test_what_is_not_there_or_too_far_is_refused(m: Any, night: Night) -> None:
    with pytest.raises(Exception, match="No mesh collection with the id"):
        raw(m, LINEAGE, start={"kind": "MESH_COLLECTION", "id": "1"})
    with pytest.raises(Exception, match="from 0 to 50"):
        raw(m, LINEAGE, start=night.start("file"), down=1000)
