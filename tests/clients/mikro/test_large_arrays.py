"""Images of many chunks: pyramids, shards above the size of one request, crops, many at once."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import dask.array as da
import numpy as np
import pytest
import xarray as xr
from mikro import ChunkLayout, axes_for, build_pyramid, dataset_arrays, scales_from
from mikro.scalars import ArrayLike

from .pictures import aread, aupload, picture, same_bits, upload

NOISE = picture((3, 1500, 1400), "cyx")
"""12 MB that do not compress: its shards are sent in parts."""


def test_a_pyramid_has_its_levels(m: Any) -> None:
    volume = picture((2, 10, 256, 256), "czyx", "float32")
    level_zero, scales = dataset_arrays(volume, levels=3, method="mean")
    made = m.create_array_dataset(
        data=level_zero, scales=scales, name="random volume", axes=["c", "z", "y", "x"]
    )
    read = m.get_array_dataset(made.id)
    assert read.multiscale is True
    assert [level.level for level in read.data_arrays] == [0, 1, 2]
    assert [level.shape for level in read.data_arrays] == [
        (2, 10, 256, 256),
        (2, 5, 128, 128),
        (2, 2, 64, 64),
    ]
    levels = read.multi_scale_data()
    assert same_bits(levels[0], volume)
    for level, expected in zip(levels, build_pyramid(volume, levels=3, method="mean"), strict=True):
        assert same_bits(level, expected)
    assert same_bits(read.level_data(2), levels[2].compute())
    with pytest.raises(ValueError, match=r"\[0, 1, 2\]"):
        read.level_data(3)


@pytest.mark.parametrize("method", ["max", "min", "sum", "nearest"])
def test_a_pyramid_by_every_reduction(m: Any, method: str) -> None:
    image = picture((2, 130, 100), "cyx", "int32")
    levels = build_pyramid(image, levels=4, method=method)  # type: ignore[arg-type]
    made = m.create_array_dataset(
        data=levels[0],
        scales=scales_from(levels, method),  # type: ignore[arg-type]
        name=f"by {method}",
        axes=axes_for(image),
    )
    for got, sent in zip(m.get_array_dataset(made.id).multi_scale_data(), levels, strict=True):
        assert same_bits(got, sent)


async def test_a_pyramid_in_an_event_loop(am: Any) -> None:
    image = picture((2, 512, 512), "cyx")
    level_zero, scales = dataset_arrays(image, levels=3)
    made = await am.acreate_array_dataset(
        data=level_zero, scales=scales, name="async pyramid", axes=axes_for(image)
    )
    expected = build_pyramid(image, levels=3)
    for level, sent in enumerate(expected):
        assert same_bits(await aread(am, made, level), sent)


def test_a_shard_of_many_parts_comes_back_to_the_bit(m: Any) -> None:
    assert same_bits(m.get_array_dataset(upload(m, NOISE, "noise").id).data, NOISE)


async def test_a_shard_of_many_parts_in_an_event_loop(am: Any) -> None:
    made = await aupload(am, NOISE, "async noise")
    assert same_bits(await aread(am, made), NOISE)


def test_a_crop_is_read_without_the_rest(m: Any) -> None:
    made = m.get_array_dataset(upload(m, NOISE, "cropped").id)
    for where in (
        {"c": 1, "y": slice(700, 900), "x": slice(1300, None)},
        {"c": slice(None), "y": 1499, "x": slice(0, 3)},
        {"y": slice(255, 257), "x": slice(255, 257)},
    ):
        np.testing.assert_array_equal(made.data.isel(where).compute().values, NOISE.isel(where).values)


def test_dask_reads_many_chunks_at_once(m: Any) -> None:
    made = m.get_array_dataset(upload(m, NOISE, "computed").id)
    mean, peak = da.compute(made.data.data.mean(), made.data.data.max())
    assert (mean, peak) == (NOISE.values.mean(), NOISE.values.max())


def test_a_layout_of_ones_own(m: Any) -> None:
    image = picture((3, 200, 130), "cyx", "uint8")
    data = ArrayLike(image, layout=ChunkLayout(chunks=(1, 50, 40), shards=(3, 100, 120)))
    made = m.create_array_dataset(data=data, scales=[], name="own layout", axes=axes_for(image))
    assert made.data_arrays[0].chunk_shape == (1, 50, 40)
    assert same_bits(made.data, image)


def test_threads_upload_side_by_side(m: Any) -> None:
    images = [picture((2, 300, 300), "cyx", seed=seed) for seed in range(12)]
    with ThreadPoolExecutor(6) as threads:
        jobs = [
            threads.submit(copy_context().run, upload, m, image, f"thread {n}")
            for n, image in enumerate(images)
        ]
        made = [job.result() for job in jobs]
        assert len({each.id for each in made}) == len(images)
        fetched = [threads.submit(copy_context().run, m.get_array_dataset, each.id) for each in made]
        read = [job.result().data for job in fetched]
    assert all(same_bits(got, sent) for got, sent in zip(read, images, strict=True))


async def test_a_gather_uploads_side_by_side(am: Any) -> None:
    images = [picture((2, 300, 300), "cyx", seed=seed) for seed in range(12)]
    made = await asyncio.gather(*(aupload(am, image, f"gathered {n}") for n, image in enumerate(images)))
    read = await asyncio.gather(*(am.aget_array_dataset(each.id) for each in made))
    for got, sent, name in zip(read, images, range(len(images)), strict=True):
        assert got.name == f"gathered {name}"
        assert same_bits(await aread(am, got), sent)


def test_a_flat_image_is_as_right_as_a_noisy_one(m: Any) -> None:
    """Chunks of the fill value are not stored at all."""
    empty = xr.DataArray(np.zeros((4, 700, 700), dtype="uint16"), dims=list("cyx"))
    spot = empty.copy()
    spot[2, 350:360, 350:360] = 9
    assert same_bits(upload(m, empty, "empty").data, empty)
    assert same_bits(upload(m, spot, "spot").data, spot)
