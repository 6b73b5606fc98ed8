"""Tables: a DataFrame there and back, and what its columns mean."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mikro import TableDeclarationError, Unit
from mikro.api.schema import (
    AxisType,
    ColumnInput,
    DatasetIdentifiesInput,
    OffsetPaginationInput,
    TableDataset,
    TableDatasetFilter,
    TableIdentifiesInput,
    TransformationFilter,
)
from mikro.io.download import aopen_parquet_filesytem

from .pictures import flat, raw, upload

pytestmark = pytest.mark.needs("createTableDataset", "tableDataset", "tableDatasets")

CELLS = pd.DataFrame(
    {
        "object_id": np.arange(1, 201, dtype="int64"),
        "z": np.linspace(0, 30, 200),
        "y": np.linspace(0, 400, 200),
        "x": np.linspace(500, 100, 200),
        "area": np.random.default_rng(2).random(200),
        "label": [f"cell {n} µ" for n in range(200)],
        "dividing": np.arange(200) % 7 == 0,
    }
)


@pytest.fixture(scope="module")
def cells(m: Any) -> Any:
    return m.create_table_dataset(
        name="cells",
        data=CELLS,
        columns=[
            ColumnInput(name="object_id", axis_type=AxisType.INDEX, long_name="instance"),
            ColumnInput(name="z", axis_type=AxisType.SPACE, unit=Unit("micrometer")),
            ColumnInput(name="y", axis_type=AxisType.SPACE, unit=Unit("micrometer")),
            ColumnInput(name="x", axis_type=AxisType.SPACE, unit=Unit("micrometer")),
            ColumnInput(name="area", unit=Unit("micrometer**2"), description="of the outline"),
            ColumnInput(name="label", role="LABEL"),
        ],
    )


def arrow(table: Any) -> Any:
    return table.store.parquet_dataset.read_pandas()


def test_a_frame_comes_back_as_it_was(m: Any, cells: Any) -> None:
    read = m.get_table_dataset(cells.id)
    pd.testing.assert_frame_equal(arrow(read).to_pandas(), CELLS)


async def test_a_frame_in_an_event_loop(am: Any) -> None:
    made = await am.acreate_table_dataset(name="async cells", data=CELLS, columns=[])
    read = await am.aget_table_dataset(made.id)
    assert read.name == "async cells"
    opened = await aopen_parquet_filesytem(am, read.store.id)
    got = await asyncio.to_thread(opened.read_pandas)
    pd.testing.assert_frame_equal(got.to_pandas(), CELLS)


def test_what_a_table_says_about_its_columns(m: Any, cells: Any) -> None:
    columns = {column.name: column for column in m.get_table_dataset(cells.id).columns}
    assert list(columns) == list(CELLS.columns)
    assert [column.order for column in columns.values()] == list(range(7))
    assert {name: column.dtype for name, column in columns.items()} == {
        "object_id": "BIGINT", "z": "DOUBLE", "y": "DOUBLE", "x": "DOUBLE",
        "area": "DOUBLE", "label": "VARCHAR", "dividing": "BOOLEAN",
    }  # fmt: skip
    assert {name: column.role.value for name, column in columns.items()} == {
        "object_id": "COORDINATE", "z": "COORDINATE", "y": "COORDINATE", "x": "COORDINATE",
        "area": "ATTRIBUTE", "label": "LABEL", "dividing": "ATTRIBUTE",
    }  # fmt: skip
    assert (columns["object_id"].axis_type.value, columns["object_id"].long_name) == ("INDEX", "instance")
    assert columns["area"].unit == "micrometer ** 2"
    assert columns["dividing"].unit is None
    ask = "query ($id: ID!) { tableDataset(id: $id) { columns { description } } }"
    described = raw(m, ask, id=cells.id)["tableDataset"]["columns"]
    assert [column["description"] for column in described] == [None] * 4 + ["of the outline", None, None]


def test_a_table_has_a_space_of_its_own(cells: Any) -> None:
    assert cells.axis_names == ("object_id", "z", "y", "x")
    axes = cells.coordinate_system.axes
    assert [(axis.name, axis.type.value, axis.unit) for axis in axes] == [
        ("object_id", "INDEX", None),
        ("z", "SPACE", "micrometer"),
        ("y", "SPACE", "micrometer"),
        ("x", "SPACE", "micrometer"),
    ]


def test_a_table_without_axes_is_a_list_of_objects(m: Any) -> None:
    made = m.create_table_dataset(name="plain", data={"a": [1, 2], "b": ["x", "y"]}, columns=[])
    assert made.axis_names == ("object",)
    assert [(axis.name, axis.type.value) for axis in made.coordinate_system.axes] == [("object", "INDEX")]
    assert arrow(made).to_pydict() == {"a": [1, 2], "b": ["x", "y"]}


def test_every_way_to_hand_over_a_table(m: Any, tmp_path: Path) -> None:
    table = pa.table({"n": pa.array([1, 2, 3], pa.int32()), "s": ["a", None, "ü"]})
    pq.write_table(table, tmp_path / "t.parquet", compression="snappy")
    batches = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(1))
    given = {"table": table, "path": tmp_path / "t.parquet", "text": str(tmp_path / "t.parquet")}
    for name, data in {**given, "batches": batches, "frame": table.to_pandas()}.items():
        made = m.create_table_dataset(name=name, data=data, columns=[])
        assert arrow(m.get_table_dataset(made.id)).to_pydict() == table.to_pydict(), name


def test_every_type_of_column(m: Any) -> None:
    """The names are those that DuckDB reads the file with."""
    types = {
        "b": (pa.bool_(), "BOOLEAN"), "i8": (pa.int8(), "TINYINT"), "i16": (pa.int16(), "SMALLINT"),
        "i32": (pa.int32(), "INTEGER"), "i64": (pa.int64(), "BIGINT"), "u8": (pa.uint8(), "UTINYINT"),
        "u16": (pa.uint16(), "USMALLINT"), "u32": (pa.uint32(), "UINTEGER"), "u64": (pa.uint64(), "UBIGINT"),
        "f32": (pa.float32(), "FLOAT"), "f64": (pa.float64(), "DOUBLE"), "s": (pa.string(), "VARCHAR"),
        "ls": (pa.large_string(), "VARCHAR"), "bin": (pa.binary(), "BLOB"), "d": (pa.date32(), "DATE"),
        "time": (pa.time64("us"), "TIME"), "ms": (pa.timestamp("ms"), "TIMESTAMP"),
        "us": (pa.timestamp("us"), "TIMESTAMP"), "ns": (pa.timestamp("ns"), "TIMESTAMP_NS"),
        "tz": (pa.timestamp("us", "UTC"), "TIMESTAMP WITH TIME ZONE"),
        "dec": (pa.decimal128(10, 2), "DECIMAL(10,2)"),
        "cat": (pa.dictionary(pa.int32(), pa.string()), "VARCHAR"),
    }  # fmt: skip
    empty = pa.schema([(name, type_) for name, (type_, _) in types.items()]).empty_table()
    made = m.create_table_dataset(name="types", data=empty, columns=[])
    assert {column.name: column.dtype for column in made.columns} == {
        name: expected for name, (_, expected) in types.items()
    }
    assert arrow(made).num_rows == 0


@pytest.fixture
def duckdb_extension(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB's `httpfs` where DuckDB looks for it, as if it had been fetched from the internet."""
    package = importlib.util.find_spec("duckdb_extension_httpfs")
    assert package and package.origin
    (file,) = Path(package.origin).parent.rglob("httpfs.duckdb_extension")
    monkeypatch.setitem(os.environ, "HOME", str(tmp_path))
    (platform,) = duckdb.connect().execute("pragma platform").fetchone() or ("",)
    room = tmp_path / ".duckdb" / "extensions" / f"v{duckdb.__version__}" / platform
    room.mkdir(parents=True)
    shutil.copy(file, room)


@pytest.mark.usefixtures("duckdb_extension")
def test_a_question_to_a_table_reads_only_what_it_needs(m: Any, cells: Any) -> None:
    relation = m.get_table_dataset(cells.id).data
    assert relation.columns == list(CELLS.columns)
    found = relation.filter("dividing and y > 200").project("object_id, area").order("object_id").df()
    expected = CELLS[CELLS.dividing & (CELLS.y > 200)][["object_id", "area"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected)
    assert relation.aggregate("sum(area)").fetchone()[0] == pytest.approx(CELLS.area.sum())


@pytest.mark.usefixtures("duckdb_extension")
def test_a_table_of_many_parts(m: Any) -> None:
    rows = 1_500_000
    values = np.random.default_rng(3).random(rows)
    table = pa.table({"n": np.arange(rows), "v": values})
    made = m.create_table_dataset(name="large", data=table, columns=[])
    assert arrow(m.get_table_dataset(made.id)).column("v").to_numpy().tobytes() == values.tobytes()
    (found,) = made.data.filter("n = 1234567").project("v").fetchone()
    assert found == values[1_234_567]


def test_a_mask_keys_its_table(m: Any) -> None:
    mask = upload(m, flat((20, 30), "yx"), "mask")
    made = m.create_table_dataset(
        name="keyed",
        data={"object_id": [1, 2], "volume": [0.5, 0.7]},
        columns=[
            ColumnInput(
                name="object_id",
                axis_type=AxisType.INDEX,
                identified_by=[DatasetIdentifiesInput(kind="DATASET", dataset=mask.id)],
            )
        ],
    )
    (key,) = m.get_transformations(filters=TransformationFilter(output=made.coordinate_system.id))
    assert key.input.id == mask.intrinsic_system.id
    assert key.kind.value == "BY_DIMENSION"
    (part,) = key.parts
    assert (part.kind.value, part.input_axes, part.output_axes) == ("FIELD", ("y", "x"), ("object_id",))
    assert part.field.field.id == mask.intrinsic_system.id


def test_a_column_refers_to_another_table(m: Any, cells: Any) -> None:
    made = m.create_table_dataset(
        name="contacts",
        data={"cell": [1, 1, 2], "strength": [0.1, 0.2, 0.3]},
        columns=[
            ColumnInput(name="cell", identified_by=[TableIdentifiesInput(kind="TABLE", table=cells.id)])
        ],
    )
    column = next(column for column in m.get_table_dataset(made.id).columns if column.name == "cell")
    assert column.references.id == cells.id
    text = "query ($id: ID!) { tableDataset(id: $id) { referencedBy { name table { id } } } }"
    found = raw(m, text, id=cells.id)["tableDataset"]["referencedBy"]
    assert {"name": "cell", "table": {"id": made.id}} in found


def test_what_cannot_be_a_table_is_refused_before_it_is_sent(m: Any) -> None:
    with pytest.raises(ValueError, match="(?i)order|x"):
        m.create_table_dataset(
            name="transposed",
            data={"x": [1.0], "y": [2.0]},
            columns=[ColumnInput(name=n, axis_type="SPACE", unit=Unit("micrometer")) for n in "xy"],
        )
    with pytest.raises(ValueError, match="area"):
        m.create_table_dataset(name="unknown", data={"a": [1]}, columns=[ColumnInput(name="area")])
    assert issubclass(TableDeclarationError, ValueError)


CREATE = "mutation ($i: CreateTableDatasetInput!) { createTableDataset(input: $i) { id } }"


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ([{"name": "a", "dtype": "BIGINT"}], "b"),
        ([{"name": "b", "dtype": "VARCHAR"}, {"name": "a", "dtype": "BIGINT"}], "a"),
        ([{"name": "a", "dtype": "DOUBLE"}, {"name": "b", "dtype": "VARCHAR"}], "BIGINT"),
        ([{"name": "a", "axisType": "CHANNEL"}, {"name": "b"}], "a"),
        ([{"name": "a", "axisType": "INDEX", "unit": "second"}, {"name": "b"}], "a"),
        ([{"name": "a", "role": "COORDINATE"}, {"name": "b"}], "a"),
        ([{"name": "a", "role": "ID"}, {"name": "b", "role": "ID"}], "ID"),
        ([{"name": "a", "unit": "furlong per nothing"}, {"name": "b"}], "unit"),
        ([{"name": "a"}, {"name": "a"}], "a"),
    ],
)
def test_columns_that_are_not_the_files_are_refused(m: Any, columns: list[Any], word: str) -> None:
    good = m.create_table_dataset(name="good", data={"a": [1, 2], "b": ["x", "y"]}, columns=[])
    with pytest.raises(Exception, match=word):
        raw(m, CREATE, i={"name": "bad", "data": good.store.id, "columns": columns})
    assert m.get_table_datasets(filters=TableDatasetFilter(search="bad")) == ()


def test_a_table_that_others_refer_to_is_kept(m: Any) -> None:
    tracks = m.create_table_dataset(
        name="tracks", data={"track": [1, 2]}, columns=[ColumnInput(name="track", axis_type=AxisType.INDEX)]
    )
    spots = m.create_table_dataset(
        name="spots",
        data={"track": [1, 1, 2], "y": [0.5, 1.5, 2.5]},
        columns=[
            ColumnInput(
                name="track",
                role="TRACK_ID",
                identified_by=[TableIdentifiesInput(kind="TABLE", table=tracks.id)],
            ),
            ColumnInput(name="y", axis_type=AxisType.SPACE),
        ],
    )
    with pytest.raises(Exception, match="'track'.*'spots'.*delete that table first"):
        m.delete_table_dataset(id=tracks.id)
    m.delete_table_dataset(id=spots.id)
    assert m.delete_table_dataset(id=tracks.id) == tracks.id


def test_measurements_are_found_by_their_image_and_by_what_they_are(m: Any) -> None:
    """Localizations of an image lie where the image lies; its statistics belong to it and lie nowhere."""
    image = upload(m, flat((16, 16), "yx"), "measured")
    source = {"kind": "DATASET", "dataset": image.id}
    points = m.create_table_dataset(
        name="localizations",
        data={"frame": [0.0, 1.0], "y": [3.25, 4.5], "x": [7.0, 8.5], "photons": [900, 1100]},
        columns=[
            ColumnInput(name="frame", axis_type=AxisType.TIME),
            ColumnInput(name="y", axis_type=AxisType.SPACE),
            ColumnInput(name="x", axis_type=AxisType.SPACE),
        ],
        derived_from=[
            {
                **source,
                "transform": {
                    "kind": "BY_DIMENSION",
                    "parts": [{"kind": "IDENTITY", "inputAxes": ["y", "x"], "outputAxes": ["y", "x"]}],
                },
            }
        ],
    )
    m.create_table_dataset(name="statistics", data={"mean": [7.0]}, columns=[], derived_from=[source])
    ask = "query ($f: TableDatasetFilter) { tableDatasets(filters: $f) { name spec derivedFrom { kind } } }"
    assert raw(m, ask, f={"dataset": image.id})["tableDatasets"] == [
        {"name": "localizations", "spec": ["POINTS_2D", "TIMED"], "derivedFrom": [{"kind": "BY_DIMENSION"}]},
        {"name": "statistics", "spec": ["RECORDS"], "derivedFrom": [{"kind": "UNMAPPABLE"}]},
    ]
    placed = raw(m, ask, f={"placeableIn": image.intrinsic_system.id})["tableDatasets"]
    assert [table["name"] for table in placed] == ["localizations"]
    assert points.id in {
        each.id for each in m.get_table_datasets(filters=TableDatasetFilter(spec=["TIMED", "POINTS_2D"]))
    }


@pytest.mark.usefixtures("duckdb_extension")
@pytest.mark.needs("createTableLens")
def test_a_lens_says_which_rows_are_meant(m: Any, cells: Any) -> None:
    """Its windows are what a reader filters by; both ends belong to it."""
    lens = cells.lens(y=(100, 200), z=(None, 10))
    kept = " and ".join(
        f"{w.axis} {sign} {bound}"
        for w in lens.windows
        for sign, bound in ((">=", w.min), ("<=", w.max))
        if bound is not None
    )
    found = m.get_table_dataset(lens.table_dataset.id).data.filter(kept).project("object_id").df()
    expected = CELLS[(CELLS.y >= 100) & (CELLS.y <= 200) & (CELLS.z <= 10)]
    assert sorted(found.object_id) == list(expected.object_id)
    assert len(expected) > 10


def test_what_is_no_table_is_refused_with_what_to_do(m: Any) -> None:
    grant = raw(m, "mutation { requestParquetUpload(input: {}) { store } }")["requestParquetUpload"]
    with pytest.raises(Exception, match="Nothing was uploaded"):
        raw(m, CREATE, i={"name": "empty", "data": grant["store"], "columns": []})
    image = upload(m, flat((4, 4), "yx"), "no mask of anything")
    with pytest.raises(Exception, match="axisType.*INDEX"):
        m.create_table_dataset(
            name="unkeyed",
            data={"object_id": [1]},
            columns=[
                ColumnInput(
                    name="object_id", identified_by=[DatasetIdentifiesInput(kind="DATASET", dataset=image.id)]
                )
            ],
        )
    with pytest.raises(Exception, match="No TableDataset with that id"):
        m.get_table_dataset("999999")


def test_tables_are_listed_changed_and_deleted(m: Any) -> None:
    folder = m.create_folder(name="tables")
    made = [
        m.create_table_dataset(name=f"listed {n}", data={"a": [n]}, columns=[], folder=folder.id)
        for n in range(3)
    ]
    filters = TableDatasetFilter(folder=folder.id)
    assert [each.name for each in m.get_table_datasets(filters=filters)] == [f"listed {n}" for n in range(3)]
    page = m.get_table_datasets(filters=filters, pagination=OffsetPaginationInput(limit=1, offset=1))
    assert [each.id for each in page] == [made[1].id]
    changed = m.update_table_dataset(id=made[0].id, name="changed", description="seen")
    assert (changed.name, changed.description) == ("changed", "seen")
    assert m.update_table_dataset(id=made[0].id, name="again").description == "seen"
    assert m.delete_table_dataset(id=made[2].id) == made[2].id
    assert TableDataset.expand_many([each.id for each in made], m)[2] is None
    assert {each.name for each in m.get_table_datasets(filters=filters)} == {"again", "listed 1"}


@pytest.mark.needs("createTableLens")
def test_windows_over_a_table(m: Any, cells: Any) -> None:
    whole = cells.lens()
    assert whole.windows == ()
    assert cells.lens().id == whole.id
    window = cells.lens(y=(100, 200), z=(None, 10))
    assert cells.lens(z=(None, 10), y=(100, 200)).id == window.id
    assert {(w.axis, w.min, w.max) for w in window.windows} == {("y", 100, 200), ("z", None, 10)}
    made = m.create_table_lens(table_dataset=cells.id, windows=[])
    assert made.id == whole.id
    assert m.get_lens(window.id).id == window.id
    assert window.id in {option.value for option in m.search_table_lenses(search="cells")}
