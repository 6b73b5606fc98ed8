"""Keeps an image, gives it a size, draws on it, and keeps what was measured there.

FAKTS_URL=http://localhost:8000 FAKTS_MANDATE_KEY=... python images.py
"""

import numpy as np
import pandas as pd
import xarray as xr
from arkitekt import easy
from mikro.api.schema import AnnotationFilter, AnnotationKind, AxisType, BoundingBoxInput, ColumnInput
from mikro.arkitekt import mikro
from mikro.pyramid import axes_for, dataset_arrays
from mikro.vocabulary import Calibration, Unit


def cells() -> xr.DataArray:
    """Two channels of noise with one bright cell each."""
    rng = np.random.default_rng(seed=1)
    pixels = rng.integers(0, 100, size=(2, 1024, 1024), dtype=np.uint16)
    pixels[0, 200:240, 300:360] += 4000
    pixels[1, 700:760, 500:540] += 4000
    return xr.DataArray(pixels, dims=["c", "y", "x"])


with easy("example-images", mikro) as m:
    image = cells()
    data, scales = dataset_arrays(image, levels=3, method="mean")
    dataset = m.create_array_dataset(
        data=data,
        scales=scales,
        name="cells",
        axes=axes_for(image),
        folder=m.ensure_folder(name="examples").id,
    )
    print("Kept", dataset.name, dataset.shape, "in", len(dataset.data_arrays), "resolutions")

    crop = dataset.data[0, 200:240, 300:360].compute()
    print("The first cell, read alone, is as it was:", np.array_equal(crop, image[0, 200:240, 300:360]))

    micrometer = Unit("micrometer")
    slide = dataset.calibrate(
        {
            "c": Calibration(1.0, Unit("a.u.")),
            "y": Calibration(0.2, micrometer),
            "x": Calibration(0.2, micrometer),
        },
        name="slide",
    )
    print("A pixel is 0.2 micrometer wide; the space is called", slide.name)

    lens = dataset.lens(c=0, y=(100, 400), x=(200, 500))
    drawings = m.create_annotation_collection(name="drawings", axes=["y", "x"])
    corners = [[200, 300], [240, 360]]
    m.create_annotation(
        collection=drawings.id, kind=AnnotationKind.RECTANGLE, vectors=corners, name="first cell"
    )
    m.create_annotation(
        collection=drawings.id, kind=AnnotationKind.POINT, vectors=[[730, 520]], name="second cell"
    )
    here = BoundingBoxInput(min=[100, 200], max=[400, 500])
    near = m.get_annotations(filters=AnnotationFilter(collection=drawings.id, intersects=here))
    print("The lens", lens.label, "shows", [each.name for each in near])

    spot = lens.draw(AnnotationKind.POINT, [[110, 130]], name="spot")
    print("Drawn on the lens at 110, 130; in the whole image that is", spot.intrinsic_bbox.min)

    outline = lens.draw(AnnotationKind.RECTANGLE, [[95, 95], [145, 165]], name="outline")
    crop = m.create_lens(dataset=dataset.id, annotation=outline.id)
    bright = dataset.data[0, 195:246, 295:366].compute() > 1000
    y, x = (0.2 * where.mean() for where in np.nonzero(bright.to_numpy()))
    table = m.create_table_dataset(
        name="cells measured",
        data=pd.DataFrame({"y": [39 + y], "x": [59 + x], "area": [0.04 * bright.sum().item()]}),
        columns=[
            ColumnInput(name="y", axis_type=AxisType.SPACE, unit=micrometer),
            ColumnInput(name="x", axis_type=AxisType.SPACE, unit=micrometer),
            ColumnInput(name="area", unit=Unit("micrometer**2")),
        ],
    )
    measured = m.get_table_dataset(table.id).store.parquet_dataset.read_pandas().to_pandas()
    print("In the crop", crop.label, "is a cell of", measured.area[0], "square micrometers")
