"""An app that works on images: what test_actions.py calls."""

import xarray as xr
from arkitekt import App, Task, run
from dask.array import from_zarr
from mikro import Mikro, axes_for, mikro_service
from mikro.api.schema import ArrayDataset, File, Folder
from mikro.io.download import aopen_zarr_store

app = App("test-imaging", "1.0.0", services=[mikro_service])


@app.action
def invert(image: ArrayDataset, mikro: Mikro, task: Task) -> ArrayDataset:
    """Turns dark into bright."""
    pixels = image.data
    task.progress(50, f"inverting {pixels.shape}")
    inverted = (255 - pixels).astype("uint8").compute()
    return mikro.create_array_dataset(
        data=inverted, scales=[], name=f"{image.name}, inverted", axes=axes_for(inverted)
    )


@app.action
async def project(image: ArrayDataset, axis: str, mikro: Mikro) -> ArrayDataset:
    """The brightest along an axis, without blocking."""
    store = await aopen_zarr_store(mikro, image.data_arrays[0].store.id)
    brightest = xr.DataArray(from_zarr(store), dims=image.axis_names).max(axis)
    return await mikro.acreate_array_dataset(
        data=brightest, scales=[], name=f"{image.name} over {axis}", axes=axes_for(brightest)
    )


@app.action
def mean(images: list[ArrayDataset]) -> float:
    """Of all pixels of all images."""
    total = sum(float(image.data.sum().compute()) for image in images)
    return total / sum(image.data.size for image in images)


@app.action
def split(image: ArrayDataset, mikro: Mikro) -> list[ArrayDataset]:
    """One image for each channel."""
    return [
        mikro.create_array_dataset(data=channel, scales=[], name=f"channel {n}", axes=axes_for(channel))
        for n, channel in enumerate(image.data.transpose("c", ...))
    ]


@app.action
def measure(file: File, folder: Folder | None = None) -> str:
    """How many bytes a file has."""
    with file.open() as handle:
        return f"{len(handle.read())} bytes in {folder.name if folder else 'no folder'}"


@app.action
def fail_halfway(image: ArrayDataset, mikro: Mikro) -> ArrayDataset:
    """Leaves an image behind and fails."""
    half = image.data.isel(x=slice(0, 2)).compute()
    mikro.create_array_dataset(data=half, scales=[], name="half done", axes=axes_for(half))
    raise ValueError("the other half is missing")


if __name__ == "__main__":
    run(app)
