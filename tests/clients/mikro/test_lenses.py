"""Lenses: a part of an image, by the same words as numpy."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import numpy as np
import pytest
from mikro.api.schema import ArrayLens, LensFilter, OffsetPaginationInput, SliceInput

from .pictures import picture, raw, upload

IMAGE = picture((3, 20, 50, 60), "czyx")


@pytest.fixture(scope="module")
def image(m: Any) -> Any:
    return upload(m, IMAGE, "seen")


makes_lenses = pytest.mark.needs("createLens")


# --- the whole lens, which every image has ---------------------------------------------------------------


def test_every_image_has_a_whole_lens(m: Any, image: Any) -> None:
    whole = image.lens()
    assert isinstance(whole, ArrayLens)
    assert (whole.slices, whole.shape, whole.axis_names) == ((), (3, 20, 50, 60), ("c", "z", "y", "x"))
    assert whole.label == "seen"
    assert m.get_full_lens(image.id).full_lens == whole
    assert m.get_lens(whole.id).id == whole.id
    np.testing.assert_array_equal(whole.data.compute().values, IMAGE.values)
    assert whole.id in {lens.id for lens in m.get_dataset_lenses(image.id).lenses}


@makes_lenses
def test_lenses_are_listed_and_offered(m: Any, image: Any) -> None:
    found = m.get_lenses(filters=LensFilter(dataset=image.id), pagination=OffsetPaginationInput(limit=50))
    assert image.lens().id in {lens.id for lens in found}
    assert image.lens().id in {option.value for option in m.search_array_lenses(search="seen")}
    assert m.search_array_lenses(values=[]) == ()
    assert m.search_table_lenses(values=[image.lens().id]) == ()
    for search in (
        m.search_sparse_lenses, m.search_mesh_lenses, m.search_network_lenses, m.search_annotation_lenses,
    ):  # fmt: skip
        assert search(values=[image.lens().id]) == ()


def test_a_lens_of_nothing_says_so(m: Any) -> None:
    with pytest.raises(Exception, match="(?i)lens"):
        m.get_lens("999999999")


# --- parts -----------------------------------------------------------------------------------------------


@makes_lenses
@pytest.mark.parametrize(
    "selection",
    [
        {"c": 1},
        {"z": (2, 9)},
        {"y": (10, 40, 3), "x": (0, 60, 7)},
        {"c": -1, "x": (-10, None)},
        {"x": slice(None, 30)},
        {"z": slice(None, None, 4)},
        {"y": (45, 500)},
        {"c": 0, "z": 5, "y": 6, "x": 7},
    ],
)
def test_a_selection_is_that_of_numpy(m: Any, image: Any, selection: dict[str, Any]) -> None:
    lens = image.lens(**selection)
    index = {}
    for axis, given in selection.items():
        if isinstance(given, int):
            index[axis] = slice(given, given + 1 if given != -1 else None)
        else:
            index[axis] = given if isinstance(given, slice) else slice(*given)
    expected = IMAGE.isel(index)
    assert lens.shape == expected.shape
    np.testing.assert_array_equal(lens.data.compute().values, expected.values)
    assert image.lens(**selection).id == lens.id
    grid = image.intrinsic_system
    corner = lens.coordinate_system.transform_points_to(grid, [0, 0, 0, 0])
    starts = [index.get(axis, slice(None)).indices(extent)[0] for axis, extent in IMAGE.sizes.items()]
    np.testing.assert_array_equal(corner, starts)


@makes_lenses
def test_the_same_selection_in_other_words_is_the_same_lens(m: Any, image: Any) -> None:
    one = image.lens(z=(0, 5), c=(0, 3))
    for same in ({"z": slice(None, 5)}, {"z": (0, 5, 1)}, {"z": (-20, -15)}, {"z": (0, 5), "x": (0, 1000)}):
        assert image.lens(**same).id == one.id, same
    assert [(s.axis, s.start, s.stop, s.step) for s in one.slices] == [("z", 0, 5, 1)]
    assert image.lens(x=(0, 60)).id == image.lens().id


@makes_lenses
def test_a_lens_says_what_it_shows(image: Any) -> None:
    assert image.lens(c=0).label.startswith("seen")
    assert "c[0:1]" in image.lens(c=0).label


@makes_lenses
def test_many_threads_that_cut_the_same_get_one_lens(m: Any, image: Any) -> None:
    with ThreadPoolExecutor(6) as threads:
        jobs = [threads.submit(copy_context().run, lambda: image.lens(z=(3, 4))) for _ in range(18)]
        assert len({job.result().id for job in jobs}) == 1


@makes_lenses
async def test_the_same_in_an_event_loop(am: Any, image: Any) -> None:
    slices = [SliceInput(axis="z", start=7, stop=8)]
    lenses = await asyncio.gather(*(am.acreate_lens(dataset=image.id, slices=slices) for _ in range(12)))
    assert len({lens.id for lens in lenses}) == 1
    assert lenses[0].shape == (3, 1, 50, 60)


@makes_lenses
def test_a_lens_of_a_lens(m: Any, image: Any) -> None:
    outer = image.lens(y=(10, 40), x=(5, 45, 2))
    inner = m.create_lens(
        lens=outer.id, slices=[SliceInput(axis="y", start=5, stop=10), SliceInput(axis="x", start=1, stop=4)]
    )
    expected = IMAGE.isel(y=slice(10, 40), x=slice(5, 45, 2)).isel(y=slice(5, 10), x=slice(1, 4))
    assert inner.shape == expected.shape
    np.testing.assert_array_equal(inner.data.compute().values, expected.values)
    assert inner.id == image.lens(y=(15, 20), x=(7, 13, 2)).id


@makes_lenses
@pytest.mark.parametrize("selection", [{"z": (5, 5)}, {"z": (30, 40)}, {"x": (9, 3)}])
def test_a_lens_that_shows_nothing_is_refused(image: Any, selection: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="keeps none"):
        image.lens(**selection)


@makes_lenses
def test_an_axis_that_is_not_there_is_named(m: Any, image: Any) -> None:
    with pytest.raises(ValueError, match="'t'"):
        image.lens(t=1)
    with pytest.raises(Exception, match="t"):
        m.create_lens(dataset=image.id, slices=[SliceInput(axis="t", start=0, stop=1)])
    with pytest.raises(Exception, match="(?i)step|backwards|negative"):
        image.lens(z=slice(None, None, -1))


@makes_lenses
def test_a_lens_is_named_and_deleted(m: Any, image: Any) -> None:
    lens = image.lens(z=(11, 13))
    named = m.update_lens(id=lens.id, name="the good planes")
    assert named.name == "the good planes"
    assert m.get_lens(lens.id).label == "the good planes"
    assert [option.value for option in m.search_array_lenses(search="good planes")] == [lens.id]
    assert m.delete_lens(id=lens.id) == lens.id
    with pytest.raises(Exception, match="(?i)lens"):
        m.get_lens(lens.id)
    with pytest.raises(Exception, match="selects everything"):
        m.delete_lens(id=image.lens().id)


@makes_lenses
def test_lenses_by_what_they_show(m: Any, image: Any) -> None:
    plane = image.lens(z=3, c=0)
    found = m.get_lenses(filters=LensFilter(dataset=image.id, array_spec=["IMAGE"]))
    assert plane.id in {lens.id for lens in found}
    assert image.lens().id not in {lens.id for lens in found}
    sliced = m.get_lenses(filters=LensFilter(dataset=image.id, sliced=False))
    assert [lens.id for lens in sliced] == [image.lens().id]


@makes_lenses
def test_how_to_draw_it_is_suggested(m: Any, image: Any) -> None:
    text = """query ($id: ID!) { lens(id: $id) {
        ... on ArrayLens { suggestedRenderAxes { x y z t intensity } } } }"""
    got = raw(m, text, id=image.lens().id)["lens"]["suggestedRenderAxes"]
    assert got == {"x": "x", "y": "y", "z": "z", "t": None, "intensity": "c"}
