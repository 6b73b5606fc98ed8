"""What is under a point: plans that say how to look it up, executed with nothing but what they say."""

from __future__ import annotations

from typing import Any

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from mikro import axes_for
from mikro.api.schema import (
    AxisType,
    ColumnInput,
    DatasetDerivedFromInput,
    DatasetIdentifiesInput,
    TableDatasetDerivedFromInput,
    TableIdentifiesInput,
)

from .pictures import flat, upload

pytestmark = pytest.mark.needs("attributePlans", "createTableDataset", "createArrayDataset")

# Four objects in the corners of a movie, whose second frame has the first two only.
FRAME = np.kron(np.array([[1, 2], [3, 4]]), np.ones((8, 8), dtype="int64"))
LABELS = xr.DataArray(np.stack([FRAME, np.where(FRAME > 2, 0, FRAME)]).astype("uint16"), dims=list("tyx"))
CELLS = pd.DataFrame(
    {
        "t": [0, 0, 0, 0, 1, 1],
        "cell": [1, 2, 3, 4, 1, 2],
        "area": [10.5, 20.5, 30.5, 40.5, 11.5, 21.5],
        "track": [7, 8, 9, 7, 7, 8],
    }
)
TRACKS = pd.DataFrame({"track_id": [9, 8, 7], "speed": [0.9, 0.8, 0.7]})
TRACES = np.arange(12, dtype="float32").reshape(3, 4)


@pytest.fixture(scope="module")
def movie(m: Any) -> Any:
    """An image, its labels, what was measured of them, and a trace for each track."""
    image = upload(m, flat((2, 16, 16), "tyx"), "movie")
    labels = upload(
        m,
        LABELS,
        "labels",
        derived_from=[
            DatasetDerivedFromInput(dataset=image.id, transform={"kind": "IDENTITY"}),
        ],
    )
    tracks = m.create_table_dataset(
        name="tracks",
        data=TRACKS,
        columns=[ColumnInput(name="track_id", axis_type=AxisType.INDEX)],
    )
    m.create_table_dataset(
        name="cells",
        data=CELLS,
        columns=[
            ColumnInput(name="t", axis_type=AxisType.TIME),
            ColumnInput(
                name="cell",
                axis_type=AxisType.INDEX,
                identified_by=[DatasetIdentifiesInput(dataset=labels.id)],
            ),
            ColumnInput(name="track", identified_by=[TableIdentifiesInput(table=tracks.id)]),
        ],
    )
    traces = xr.DataArray(TRACES, dims=["row", "t"])
    m.create_array_dataset(
        data=traces,
        scales=[],
        name="traces",
        axes=axes_for(traces, types={"row": "INDEX"}),
        derived_from=[
            TableDatasetDerivedFromInput(
                tableDataset=tracks.id,
                transform={
                    "kind": "BY_DIMENSION",
                    "parts": [
                        {
                            "kind": "TRANSLATION",
                            "inputAxes": ["row"],
                            "outputAxes": ["track_id"],
                            "translation": [7],
                        }
                    ],
                },
            )
        ],
    )
    return image


class Execution:
    """Runs one plan for one point."""

    def __init__(self, m: Any, plan: Any) -> None:
        self.m, self.plan = m, plan
        self.tables: dict[str, pd.DataFrame] = {}

    def at(self, **point: int) -> list[Any]:
        """What each hop finds: a row or an array's part; None if there is none."""
        sample = self.plan.sample
        assert all(step.transformation.kind.value == "IDENTITY" for step in self.plan.path)
        array = da.from_zarr(sample.store.zarr_store)
        value = int(array[tuple(point[axis] for axis in sample.consumes)].compute())
        held = {axis: point[axis] for axis in sample.passthrough} | dict.fromkeys(sample.produces, value)
        found: list[Any] = []
        for hop in self.plan.hops:
            names = held if hop.parent is None else found[hop.parent]
            found.append(None if names is None else self.look_up(hop, names))
        return found

    def look_up(self, hop: Any, held: dict[str, Any]) -> Any:
        lookup = hop.lookup
        if lookup.kind == "ARRAY":
            place = lookup.key_map.scale * held[lookup.key_held] + lookup.key_map.offset
            store = self.m.get_array_dataset(hop.array_dataset.id).data_arrays[0].store
            dims = self.m.get_array_dataset(hop.array_dataset.id).axis_names
            return xr.DataArray(da.from_zarr(store.zarr_store), dims=list(dims)).isel(
                {lookup.key_axis: int(place)}
            )
        frame = self.tables.setdefault(
            lookup.store.id,
            self.m.get_table_dataset(hop.table.id).store.parquet_dataset.read_pandas().to_pandas(),
        )
        keys = {key.column.name: held[key.axis] for key in lookup.key_columns}
        rows = frame[np.logical_and.reduce([frame[name] == value for name, value in keys.items()])]
        assert len(rows) <= 1
        return next(iter(rows[[a.name for a in lookup.attributes]].assign(**keys).to_dict("records")), None)


def test_what_is_under_a_point_of_an_image(m: Any, movie: Any) -> None:
    (plan,) = m.attribute_plans(system=movie.intrinsic_system.id, max_join_depth=2)
    assert [step.inverted for step in plan.path] == [True]
    assert [(hop.parent, hop.lookup.kind) for hop in plan.hops] == [
        (None, "TABLE"),
        (0, "TABLE"),
        (1, "ARRAY"),
    ]
    run = Execution(m, plan)
    cell, track, trace = run.at(t=0, y=3, x=12)
    assert (cell["cell"], cell["area"]) == (2, 20.5)
    assert (track["track_id"], track["speed"]) == (8, 0.8)
    np.testing.assert_array_equal(trace, TRACES[1])
    cell, track, trace = run.at(t=1, y=0, x=0)
    assert (cell["area"], track["speed"]) == (11.5, 0.7)
    np.testing.assert_array_equal(trace, TRACES[0])
    assert run.at(t=1, y=15, x=15) == [None, None, None]


def test_a_plan_goes_as_far_as_it_is_asked_to(m: Any, movie: Any) -> None:
    system = movie.intrinsic_system.id
    assert [len(m.attribute_plans(system=system, max_join_depth=n)[0].hops) for n in (0, 1, 4)] == [1, 2, 3]
    assert m.attribute_plans(system=system, max_depth=0) == ()
    with pytest.raises(Exception, match="maxJoinDepth"):
        m.attribute_plans(system=system, max_join_depth=5)
