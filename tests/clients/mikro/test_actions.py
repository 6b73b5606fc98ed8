"""One app calls another with images: ids travel, pixels do not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arkitekt import aeasy
from arkitekt_spec.declare.errors import CriticalCallError, ErrorCallError
from mikro.arkitekt.service import mikro as mikro_service
from rekuest.arkitekt import rekuest_service

from platform_under_test.apps import AppProcess, Apps, client_environment
from platform_under_test.server import Server

from ..conftest import find_all
from .pictures import aread, aupload, flat, picture

IMAGING = Path(__file__).with_name("imaging.py")

MADE_BY = """query ($id: ID!) { arrayDataset(id: $id) { name
    createdThrough { taskId parentTaskId rootTaskId assigner { preferredUsername } argsHash }
    createdThroughBy { preferredUsername }
    provenanceEntries { kind task { taskId } user { preferredUsername } client { clientId } } } }"""


@dataclass
class Laboratory:
    """A program that calls actions and looks at images."""

    rekuest: Any
    mikro: Any
    actions: dict[str, Any]

    async def call(self, action: str, *args: Any, **options: Any) -> Any:
        return await self.rekuest.acall(self.actions[action], *args, **options)

    async def image(self, id_: Any) -> Any:
        return await self.mikro.aget_array_dataset(id_)

    async def pixels(self, dataset: Any) -> np.ndarray[Any, Any]:
        return np.asarray((await aread(self.mikro, dataset)).compute().values)


@pytest.fixture(scope="module")
def imaging(apps: Apps) -> AppProcess:
    return apps.start(IMAGING, "imaging")


@pytest.fixture(scope="module")
async def lab(
    platform: Server, imaging: AppProcess, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Laboratory]:
    home = tmp_path_factory.mktemp("laboratory")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in client_environment(platform, home, platform.take_key()).items():
            environment.setenv(name, value)
        async with aeasy("laboratory", rekuest_service, mikro_service) as (rekuest, mikro):
            async with asyncio.timeout(30):
                while not (found := await find_all(rekuest, "test-imaging")):
                    assert imaging.process.poll() is None, imaging.output
                    await asyncio.sleep(0.05)
            yield Laboratory(rekuest, mikro, found)


def test_an_action_takes_images_by_their_kind(lab: Laboratory) -> None:
    invert = lab.actions["Invert"]
    (image,) = invert.args
    assert (image.kind.value, image.identifier) == ("STRUCTURE", "@mikro/arraydataset")
    assert image.widget.ward == "mikro"
    assert "arrayDatasets" in image.widget.query
    assert invert.returns[0].identifier == "@mikro/arraydataset"


async def test_another_app_inverts_an_image(lab: Laboratory) -> None:
    image = picture((2, 70, 80), "cyx", "uint8")
    sent = await aupload(lab.mikro, image, "cells")
    made = await lab.call("Invert", sent)
    inverted = await lab.image(made.id)
    assert inverted.name == "cells, inverted"
    assert inverted.axis_names == ("c", "y", "x")
    np.testing.assert_array_equal(await lab.pixels(inverted), 255 - image.values)


async def test_what_came_back_is_an_image_at_once(lab: Laboratory) -> None:
    image = picture((2, 30, 40), "cyx", "uint8")
    made = await lab.call("Invert", await aupload(lab.mikro, image, "at once"))
    np.testing.assert_array_equal(await lab.pixels(made), 255 - image.values)


async def test_one_apps_image_is_the_next_calls_argument(lab: Laboratory) -> None:
    image = picture((3, 30, 40), "zyx", "uint8")
    sent = await aupload(lab.mikro, image, "stack")
    inverted = await lab.call("Invert", sent)
    projected = await lab.image((await lab.call("Project", inverted, "z")).id)
    assert projected.axis_names == ("y", "x")
    np.testing.assert_array_equal(await lab.pixels(projected), (255 - image.values).max(axis=0))


async def test_images_in_lists(lab: Laboratory) -> None:
    images = [flat((10, 10), "yx", value) for value in (10, 20, 60)]
    sent = [await aupload(lab.mikro, image, f"flat {n}") for n, image in enumerate(images)]
    assert await lab.call("Mean", sent) == 30.0
    colours = picture((3, 20, 20), "cyx", "uint8")
    parts = await lab.call("Split", await aupload(lab.mikro, colours, "colours"))
    for n, part in enumerate(parts):
        np.testing.assert_array_equal(await lab.pixels(await lab.image(part.id)), colours.values[n])


async def test_files_and_folders_travel_too(lab: Laboratory, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"x" * 1234)
    folder = await lab.mikro.acreate_folder(name="travelled")
    file = await lab.mikro.afrom_file_like(tmp_path / "a.bin", file_name="a.bin", folder=folder.id)
    assert await lab.call("Measure", file, folder) == "1234 bytes in travelled"
    assert await lab.call("Measure", file) == "1234 bytes in no folder"


async def test_ten_calls_at_once_do_not_mix_their_images(lab: Laboratory) -> None:
    images = [picture((2, 40, 40), "cyx", "uint8", seed=seed) for seed in range(10)]
    sent = await asyncio.gather(*(aupload(lab.mikro, image, f"many {n}") for n, image in enumerate(images)))
    made = await asyncio.gather(*(lab.call("Invert", each) for each in sent))
    for n, (each, image) in enumerate(zip(made, images, strict=True)):
        inverted = await lab.image(each.id)
        assert inverted.name == f"many {n}, inverted"
        np.testing.assert_array_equal(await lab.pixels(inverted), 255 - image.values)


async def test_an_image_that_is_not_there_fails_the_call_with_a_reason(lab: Laboratory) -> None:
    gone = await aupload(lab.mikro, flat((4, 4), "yx"), "gone")
    delete = "mutation ($id: ID!) { deleteArrayDataset(input: {id: $id}) }"
    await lab.mikro.rath.aquery(delete, {"id": gone.id})
    with pytest.raises(ErrorCallError, match="@mikro/arraydataset"):
        await lab.call("Invert", gone)


async def test_an_image_knows_the_task_that_made_it(lab: Laboratory) -> None:
    sent = await aupload(lab.mikro, flat((4, 4), "yx"), "traced")
    made = await lab.call("Invert", sent, reference="traced-1")
    (task,) = [task for task in await lab.rekuest.arequests() if task.reference == "traced-1"]
    asked = (await lab.mikro.rath.aquery(MADE_BY, {"id": made.id})).data["arrayDataset"]
    assert asked["createdThrough"]["taskId"] == task.id
    assert asked["createdThrough"]["rootTaskId"] == task.id
    assert asked["createdThrough"]["parentTaskId"] is None
    assert asked["createdThrough"]["assigner"]["preferredUsername"] == "demo"
    assert asked["createdThroughBy"]["preferredUsername"] == "demo"
    (entry,) = asked["provenanceEntries"]
    assert (entry["kind"], entry["task"]["taskId"]) == ("CREATE", task.id)
    by_hand = (await lab.mikro.rath.aquery(MADE_BY, {"id": sent.id})).data["arrayDataset"]
    assert by_hand["createdThrough"] is None
    assert by_hand["provenanceEntries"][0]["task"] is None


async def test_images_are_found_by_the_task_that_made_them(lab: Laboratory) -> None:
    colours = await aupload(lab.mikro, flat((3, 4, 4), "cyx"), "to be split")
    parts = await lab.call("Split", colours, reference="split-1")
    (task,) = [task for task in await lab.rekuest.arequests() if task.reference == "split-1"]
    text = "query ($f: ArrayDatasetFilter) { arrayDatasets(filters: $f) { id } }"
    found = (await lab.mikro.rath.aquery(text, {"f": {"createdThroughTask": task.id}})).data["arrayDatasets"]
    assert [row["id"] for row in found] == [part.id for part in parts]


async def test_what_a_failed_task_left_behind_says_so(lab: Laboratory) -> None:
    sent = await aupload(lab.mikro, picture((4, 4), "yx", "uint8"), "to fail")
    with pytest.raises(CriticalCallError, match="the other half is missing"):
        await lab.call("Fail Halfway", sent, reference="halfway-1")
    (task,) = [task for task in await lab.rekuest.arequests() if task.reference == "halfway-1"]
    (left,) = await lab.mikro.asearch_array_datasets(search="half done")
    asked = (await lab.mikro.rath.aquery(MADE_BY, {"id": left.value})).data["arrayDataset"]
    assert asked["createdThrough"]["taskId"] == task.id
