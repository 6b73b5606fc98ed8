"""Images whose every voxel is known."""

from __future__ import annotations

from typing import Any

import dask.array as da
import numpy as np
import xarray as xr
from mikro import axes_for
from mikro.io.download import aopen_zarr_store


def picture(shape: tuple[int, ...], dims: str, dtype: str = "uint16", seed: int = 1) -> xr.DataArray:
    """An image of noise that uses the whole range of its type."""
    random = np.random.default_rng(seed)
    kind = np.dtype(dtype)
    if kind.kind == "b":
        values = random.integers(0, 2, shape).astype(bool)
    elif kind.kind in "iu":
        limits = np.iinfo(kind)
        values = random.integers(limits.min, limits.max, shape, dtype=kind, endpoint=True)
    else:
        values = (random.standard_normal(shape) * 1e3).astype(kind)
        if kind.kind == "c":
            values = (values + 1j * random.standard_normal(shape)).astype(kind)
        values.flat[:1] = np.nan
    return xr.DataArray(values, dims=list(dims))


def flat(shape: tuple[int, ...], dims: str, value: int = 7) -> xr.DataArray:
    """An image of one value, where only its shape matters."""
    return xr.DataArray(np.full(shape, value, dtype="uint8"), dims=list(dims))


def upload(client: Any, array: xr.DataArray, name: str, **more: Any) -> Any:
    """One image without coarser levels."""
    return client.create_array_dataset(data=array, scales=[], name=name, axes=axes_for(array), **more)


async def aupload(client: Any, array: xr.DataArray, name: str, **more: Any) -> Any:
    return await client.acreate_array_dataset(data=array, scales=[], name=name, axes=axes_for(array), **more)


async def aread(client: Any, dataset: Any, level: int = 0) -> xr.DataArray:
    """A level's array inside an event loop, where `dataset.data` would have to block."""
    store = await aopen_zarr_store(client, dataset.data_arrays[level].store.id)
    return xr.DataArray(da.from_zarr(store), dims=list(dataset.axis_names))


def same_bits(got: xr.DataArray, sent: xr.DataArray) -> bool:
    """Equal to the last bit, NaNs included, with the same axes and type."""
    values = np.asarray(got.compute().values)
    return (
        got.dims == sent.dims
        and values.dtype == sent.dtype
        and values.tobytes() == np.ascontiguousarray(sent.values).tobytes()
    )


def raw(client: Any, text: str, **variables: Any) -> Any:
    """What the client has no method for, typed as GraphQL."""
    return client.rath.query(text, variables).data
