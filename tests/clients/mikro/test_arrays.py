"""Images, there and back: what an analyst does with numpy, dask and xarray."""

from __future__ import annotations

from typing import Any

import dask.array as da
import numpy as np
import pytest
import xarray as xr
from mikro import axes_for, canonical

from .pictures import aread, aupload, flat, picture, same_bits, upload


def test_a_stack_comes_back_as_it_was(m: Any) -> None:
    array = picture((2, 3, 64, 64), "czyx")
    folder = m.ensure_folder(name="exp")
    made = m.create_array_dataset(data=array, scales=[], name="small", axes=axes_for(array), folder=folder.id)
    assert made.shape == (2, 3, 64, 64)
    assert made.axis_names == ("c", "z", "y", "x")
    read = m.get_array_dataset(made.id)
    assert same_bits(read.data, array)


@pytest.mark.parametrize(
    "dtype",
    [
        "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
        "float16", "float32", "float64", "complex64", "complex128",
    ],
)  # fmt: skip
def test_every_type_of_number_comes_back_to_the_bit(m: Any, dtype: str) -> None:
    array = picture((2, 33, 17), "cyx", dtype)
    assert same_bits(m.get_array_dataset(upload(m, array, dtype).id).data, array)


@pytest.mark.parametrize(
    ("shape", "dims"),
    [
        ((300,), "x"),
        ((1, 1), "yx"),
        ((70, 31), "yx"),
        ((20, 70, 65), "zyx"),
        ((3, 2, 40, 41), "tcyx"),
        ((3, 2, 5, 40, 41), "tczyx"),
        ((1, 1, 18, 1, 200), "tczyx"),
    ],
)
def test_every_rank_comes_back_to_the_bit(m: Any, shape: tuple[int, ...], dims: str) -> None:
    array = picture(shape, dims, "float32")
    made = upload(m, array, f"rank {len(shape)}")
    assert (made.shape, "".join(made.axis_names)) == (shape, dims)
    assert same_bits(m.get_array_dataset(made.id).data, array)


async def test_the_same_in_an_event_loop(am: Any) -> None:
    array = picture((2, 3, 64, 64), "czyx")
    made = await aupload(am, array, "async")
    read = await am.aget_array_dataset(made.id)
    assert (read.name, read.shape) == ("async", (2, 3, 64, 64))
    assert same_bits(await aread(am, read), array)


def test_a_bare_numpy_array_needs_axes_of_its_rank(m: Any) -> None:
    with pytest.raises(ValueError, match="(?i)dim|axes|xarray"):
        m.create_array_dataset(data=np.zeros((4, 5)), scales=[], name="bare", axes=["c", "y", "x"])


def test_a_dask_array_is_computed_on_the_way(m: Any) -> None:
    lazy = da.arange(4 * 100 * 90, chunks=1000, dtype="uint32").reshape((4, 100, 90))
    array = xr.DataArray(lazy, dims=["c", "y", "x"])
    read = m.get_array_dataset(upload(m, array, "dask").id)
    assert int(read.data.sum().compute()) == int(lazy.sum().compute())
    np.testing.assert_array_equal(read.data.compute().values, lazy.compute())


def test_bytes_of_a_strided_or_foreign_array_are_those_of_its_values(m: Any) -> None:
    base = picture((64, 64), "yx", "int32").values
    for name, view in {
        "strided": base[::2, ::-3],
        "fortran": np.asfortranarray(base),
        "big endian": base.astype(">i4"),
    }.items():
        read = m.get_array_dataset(upload(m, xr.DataArray(view, dims=["y", "x"]), name).id)
        np.testing.assert_array_equal(read.data.compute().values, view)


def test_axes_may_be_named_by_their_letters_alone(m: Any) -> None:
    array = picture((3, 2, 30, 30), "tcyx")
    made = m.create_array_dataset(data=array, scales=[], name="letters", axes=["t", "c", "y", "x"])
    kinds = [axis.type.value for axis in made.intrinsic_system.axes]
    assert kinds == ["TIME", "CHANNEL", "SPACE", "SPACE"]
    assert [axis.unit for axis in made.intrinsic_system.axes] == [None] * 4


def test_an_image_is_put_into_the_usual_order_by_the_client(m: Any) -> None:
    frame = xr.DataArray(picture((40, 30, 3), "yxc", "uint8").values, dims=["y", "x", "c"])
    image = canonical(frame)
    made = upload(m, image, "camera frame")
    assert (made.axis_names, made.shape) == (("c", "y", "x"), (3, 40, 30))
    np.testing.assert_array_equal(made.data.transpose("y", "x", "c").compute().values, frame.values)


def test_the_data_of_a_new_dataset_can_be_read_at_once(m: Any) -> None:
    array = picture((50, 60), "yx")
    assert same_bits(upload(m, array, "at once").data, array)


def test_what_a_dataset_says_about_its_array(m: Any) -> None:
    made = m.get_array_dataset(upload(m, flat((3, 300, 600), "cyx"), "described").id)
    (level,) = made.data_arrays
    assert (level.level, level.shape) == (0, (3, 300, 600))
    # One brick of the viewer, not the shard it is stored in.
    assert level.chunk_shape == (1, 256, 256)
    assert made.multiscale is False
    assert (made.acquisition_start, made.acquisition_end) == (None, None)
    assert level.store.path == f"s3://{level.store.bucket}/{level.store.key}"


def test_wrong_axes_are_refused_before_anything_is_sent(m: Any) -> None:
    array = flat((4, 5), "yx")
    with pytest.raises(ValueError, match="do not match the data array dimensions"):
        m.create_array_dataset(data=array, scales=[], name="wrong", axes=["z", "x"])
    assert m.search_array_datasets(search="wrong") == ()
