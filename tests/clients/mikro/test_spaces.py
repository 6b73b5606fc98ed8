"""Where things are: physical spaces, the edges between them, and points carried from one to another."""

from __future__ import annotations

import asyncio
import datetime
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import numpy as np
import pytest
from mikro import Calibration, Unit, axes_for, create_space, dataset_arrays, space_2d, space_3d, timelapse_3d
from mikro.api.schema import (
    AxisType,
    CoordinateSystemFilter,
    LensDerivedFromInput,
    PhysicalAxisInput,
    RegistrationPathInput,
    ScaleTransformInput,
    TransformationFilter,
    TranslationTransformInput,
)

from .pictures import flat, raw, upload

pytestmark = pytest.mark.needs("createCoordinateSystem", "createTransformation", "coordinateGraph")

MICROMETER = Unit("micrometer")


@pytest.fixture
def image(m: Any) -> Any:
    return upload(m, flat((2, 10, 40, 60), "czyx"), "placed")


# --- the grid of an image, which needs no space --------------------------------------------------------


@pytest.mark.needs("coordinateSystem")
def test_an_image_lives_in_its_own_grid(m: Any, image: Any) -> None:
    grid = m.get_coordinate_system(image.intrinsic_system.id)
    assert grid.axis_names == ["c", "z", "y", "x"]
    assert [axis.type.value for axis in grid.axes] == ["CHANNEL", "SPACE", "SPACE", "SPACE"]
    assert grid.units == {"c": None, "z": None, "y": None, "x": None}
    assert grid.id in {
        each.id for each in m.get_coordinate_systems(filters=CoordinateSystemFilter(dataset=image.id))
    }


def test_the_levels_of_a_pyramid_sit_where_their_voxels_are(m: Any) -> None:
    base = flat((3, 36, 33), "cyx")
    level_zero, scales = dataset_arrays(base, levels=3)
    made = m.create_array_dataset(data=level_zero, scales=scales, name="levels", axes=axes_for(base))
    text = "query ($id: ID!) { arrayDataset(id: $id) { dataArrays { level coordinateSystem { id name } } } }"
    levels = raw(m, text, id=made.id)["arrayDataset"]["dataArrays"]
    assert [level["level"] for level in levels] == [0, 1, 2]
    assert levels[0]["coordinateSystem"]["id"] == made.intrinsic_system.id
    grid = made.intrinsic_system
    for level, shape in zip(levels[1:], ((18, 16), (9, 8)), strict=True):
        system = m.get_coordinate_system(level["coordinateSystem"]["id"])
        scale = [1.0, 36 / shape[0], 33 / shape[1]]
        offset = [(factor - 1) / 2 for factor in scale]
        np.testing.assert_array_equal(
            system.transform_points_to(grid, [[0, 0, 0], [1, 2, 3]]),
            [offset, [scale[n] * (n + 1) + offset[n] for n in range(3)]],
        )


# --- spaces ---------------------------------------------------------------------------------------------


def test_a_space_with_units(m: Any) -> None:
    space = space_3d(m, "stage", unit=Unit("um"))
    assert (space.name, space.axis_names) == ("stage", ["z", "y", "x"])
    assert space.units == {"z": "micrometer", "y": "micrometer", "x": "micrometer"}
    assert m.get_coordinate_system(space.id) == space
    (option,) = m.search_coordinate_systems(values=[space.id])
    assert (option.label, option.value) == ("stage", space.id)
    assert option in m.search_coordinate_systems(search="STAGE")


async def test_a_space_in_an_event_loop(am: Any) -> None:
    axes = [PhysicalAxisInput(name=name, type=AxisType.SPACE, unit=MICROMETER) for name in "yx"]
    space = await am.acreate_coordinate_system(name="async", axes=axes, registrations=[])
    assert (await am.aget_coordinate_system(space.id)).axis_names == ["y", "x"]


def test_a_clock_of_ones_own(m: Any) -> None:
    epoch = datetime.datetime(2026, 3, 1, 12, 30, tzinfo=datetime.UTC)
    space = timelapse_3d(m, "run", epoch=epoch)
    assert space.axis_names == ["t", "z", "y", "x"]
    assert (space.units["t"], space.epoch) == ("second", epoch)


def test_the_same_frame_for_everybody(m: Any, am: Any) -> None:
    atlas = space_3d(m, "MNI152", unit=Unit("millimeter"), reference="nifti:mni152")
    again = space_3d(m, "another name", unit=Unit("millimeter"), reference="nifti:mni152")
    assert (again.id, again.name, again.reference) == (atlas.id, "MNI152", "nifti:mni152")
    with pytest.raises(Exception, match="(?i)axes|unit"):
        space_3d(m, "MNI152", unit=Unit("meter"), reference="nifti:mni152")
    found = m.get_coordinate_systems(filters=CoordinateSystemFilter(reference="nifti:mni152"))
    assert [each.id for each in found] == [atlas.id]


async def test_a_plain_reference_is_the_apps_own(m: Any, am: Any) -> None:
    mine = await asyncio.to_thread(copy_context().run, lambda: space_2d(m, "mine", reference="stage"))
    axes = [PhysicalAxisInput(name=name, type=AxisType.SPACE, unit=MICROMETER) for name in "yx"]
    make = am.acreate_coordinate_system
    theirs = await asyncio.gather(
        *(make(name=f"theirs {n}", axes=axes, registrations=[], reference="stage") for n in range(12))
    )
    assert len({each.id for each in theirs}) == 1
    assert theirs[0].id != mine.id
    assert (mine.reference_app, theirs[0].reference_app) == ("analysis", "async-analysis")


def test_threads_that_want_one_frame_get_one(m: Any) -> None:
    with ThreadPoolExecutor(6) as threads:
        jobs = [
            threads.submit(copy_context().run, lambda: space_2d(m, "raced", reference="test:raced"))
            for _ in range(12)
        ]
        assert len({job.result().id for job in jobs}) == 1


def test_a_space_is_renamed_and_deleted(m: Any) -> None:
    space = space_2d(m, "before")
    renamed = m.update_coordinate_system(id=space.id, name="after")
    assert (renamed.id, renamed.name) == (space.id, "after")
    assert m.delete_coordinate_system(id=space.id) == space.id
    with pytest.raises(Exception, match="CoordinateSystem"):
        m.get_coordinate_system(space.id)


# --- edges ----------------------------------------------------------------------------------------------


def test_an_image_is_calibrated(m: Any, image: Any) -> None:
    physical = image.calibrate(
        {
            "c": Calibration(1.0, Unit("a.u.")),
            "z": Calibration(1.5, MICROMETER),
            "y": (0.2, "micrometer"),
            "x": (0.25, MICROMETER),
        }
    )
    grid = image.intrinsic_system
    assert physical.units["z"] == "micrometer"
    np.testing.assert_array_equal(grid.matrix_to(physical), np.diag([1.0, 1.5, 0.2, 0.25, 1.0]))
    np.testing.assert_allclose(physical.transform_points_to(grid, [1, 3, 4, 5]), [1, 2, 20, 20])


def test_a_pixel_size_and_a_stage_position_are_one_edge(m: Any, image: Any) -> None:
    axes = {name: Calibration(2.0, MICROMETER if name != "c" else Unit("a.u.")) for name in "czyx"}
    physical = image.calibrate(axes, translation=[0.0, 10.0, 20.0, 30.0])
    (edge,) = m.get_transformations(filters=TransformationFilter(output=physical.id))
    assert edge.kind.value == "AFFINE"
    np.testing.assert_array_equal(edge.apply([0, 1, 1, 1]), [0, 12, 22, 32])
    np.testing.assert_array_equal(edge.apply_inverse([0, 12, 22, 32]), [0, 1, 1, 1])


def test_tiles_are_registered_side_by_side(m: Any) -> None:
    world = space_2d(m, "tile scan")
    tiles = [upload(m, flat((2, 30, 40), "cyx"), f"tile {n}") for n in range(3)]
    for n, tile in enumerate(tiles):
        edge = world.register(tile, scale={"y": 0.65, "x": 0.65}, x=100.0 * n, y=5.0)
        assert edge.kind.value == "BY_DIMENSION"
        assert (edge.input.id, edge.output.id) == (tile.intrinsic_system.id, world.id)
    for n, tile in enumerate(tiles):
        point = tile.intrinsic_system.transform_points_to(world, [1, 10, 20], axes=["y", "x"])
        np.testing.assert_allclose(point, [10 * 0.65 + 5, 20 * 0.65 + 100 * n])
    left = tiles[0].intrinsic_system
    between = left.axis_map_to(tiles[1].intrinsic_system)
    assert set(between.output_axes) == {"y", "x"}
    np.testing.assert_allclose(between.apply([0, 0, 0], output_axes=["x"]), [-100 / 0.65])
    text = "query ($id: ID!) { coordinateSystem(id: $id) { registrations { id } placedSystems { id } } }"
    seen = raw(m, text, id=world.id)["coordinateSystem"]
    assert len(seen["registrations"]) == 3
    assert {each["id"] for each in seen["placedSystems"]} >= {tile.intrinsic_system.id for tile in tiles}


def test_cells_of_a_grid(m: Any) -> None:
    world = space_2d(m, "grid")
    cells = [upload(m, flat((8, 8), "yx"), f"cell {n}") for n in range(4)]
    for n, cell in enumerate(cells):
        world.grid_cell(cell, n, cols=2, pitch=10.0)
    corners = [cell.intrinsic_system.transform_points_to(world, [0, 0]).tolist() for cell in cells]
    assert corners == [[0, 0], [0, 10], [10, 0], [10, 10]]


def test_every_kind_of_edge(m: Any) -> None:
    a, b = space_3d(m, "a"), space_3d(m, "b")
    points = np.array([[1.0, 2.0, 3.0], [-4.0, 0.5, 0.0]])
    turned = [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    sheared = [[1.0, 0.5, 0.0, 7.0], [0.0, 2.0, 0.0, -1.0], [0.0, 0.0, 3.0, 0.0]]
    expected = {
        "SCALE": ({"scale": [2.0, 0.5, 4.0]}, points * [2.0, 0.5, 4.0]),
        "TRANSLATION": ({"translation": [1.0, -2.0, 0.1]}, points + [1.0, -2.0, 0.1]),
        "AFFINE": ({"affine": sheared}, np.c_[points, np.ones(2)] @ np.array(sheared).T),
        "ROTATION": ({"kind": "ROTATION", "affine": turned}, points @ np.array(turned).T),
        "IDENTITY": ({"kind": "IDENTITY"}, points),
        "MAP_AXIS": ({"input_axes": ["z", "y", "x"], "output_axes": ["x", "y", "z"]}, points[:, ::-1]),
    }
    for kind, (given, moved) in expected.items():
        edge = a.transform_to(b, name=f"by {kind}", **given)
        read = m.get_transformation(edge.id)
        assert (read.kind.value, read.name, read.version) == (kind, f"by {kind}", 1)
        np.testing.assert_allclose(read.apply(points), moved)
        assert m.delete_transformation(id=edge.id) == edge.id
    said = a.transform_to(b, kind="UNMAPPABLE", reason="another specimen")
    assert said.kind.value == "UNMAPPABLE"
    with pytest.raises(Exception, match="(?i)path|connected|route"):
        a.matrix_to(b)


def test_the_shortest_way_is_found_and_walked_backwards(m: Any) -> None:
    spaces = [space_2d(m, f"way {n}") for n in range(6)]
    for n in range(5):
        spaces[n].transform_to(spaces[n + 1], translation=[1.0, 10.0])
    assert len(spaces[0].path_to(spaces[5])) == 5
    np.testing.assert_array_equal(spaces[0].transform_points_to(spaces[5], [0, 0]), [5, 50])
    back = spaces[5].path_to(spaces[0])
    assert all(step.inverted for step in back)
    np.testing.assert_array_equal(spaces[5].transform_points_to(spaces[0], [5, 50]), [0, 0])
    spaces[0].transform_to(spaces[5], translation=[7.0, 7.0])
    assert len(spaces[0].path_to(spaces[5])) == 1
    np.testing.assert_array_equal(spaces[0].transform_points_to(spaces[5], [0, 0]), [7, 7])
    assert spaces[2].path_to(spaces[2]) == []


def test_a_graph_ends_at_its_depth(m: Any) -> None:
    spaces = [space_2d(m, f"deep {n}") for n in range(5)]
    for n in range(4):
        spaces[n].transform_to(spaces[n + 1], scale=[2.0, 2.0])
    near = m.get_coordinate_graph(coordinate_system=spaces[0].id, max_depth=2)
    assert near.root.id == spaces[0].id
    assert [each.id for each in near.systems] == [each.id for each in spaces[:3]]
    assert len(near.transformations) == 2
    whole = spaces[0].graph()
    assert len(whole.transformations) == 4
    assert len(spaces[0].path_to(spaces[4], graph=whole)) == 4


def test_an_edge_is_corrected(m: Any) -> None:
    a, b = space_2d(m, "from"), space_2d(m, "to")
    edge = a.transform_to(b, scale=[1.0, 1.0], name="guess")
    better = m.update_transformation(id=edge.id, scale=[0.5, 0.25], name="measured", validity="VALIDATED")
    assert (better.id, better.version, better.name) == (edge.id, 2, "measured")
    np.testing.assert_array_equal(a.matrix_to(b), np.diag([0.5, 0.25, 1.0]))
    with pytest.raises(Exception, match="translation"):
        m.update_transformation(id=edge.id, translation=[1.0, 1.0])
    assert m.get_transformation(edge.id).version == 2


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"kind": "SCALE", "scale": [1.0, 0.0]}, "(?i)zero|0"),
        ({"kind": "SCALE", "scale": [1.0]}, "(?i)2|axes|scale"),
        ({"kind": "SCALE"}, "scale"),
        ({"kind": "SCALE", "scale": [1.0, 1.0], "translation": [1.0, 1.0]}, "translation"),
        ({"kind": "AFFINE", "affine": [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]}, "(?i)singular|invert"),
        ({"kind": "ROTATION", "affine": [[1.0, 0.0, 0.0]]}, "(?i)row|square|axes"),
        ({"kind": "MAP_AXIS", "inputAxes": ["y"], "outputAxes": ["q"]}, "q"),
        ({"kind": "BY_DIMENSION", "parts": []}, "part"),
    ],
)
def test_an_edge_that_says_nothing_sensible_is_refused(m: Any, given: dict[str, Any], word: str) -> None:
    a, b = space_2d(m, "a"), space_2d(m, "b")
    text = "mutation ($i: CreateTransformationInput!) { createTransformation(input: $i) { id } }"
    with pytest.raises(Exception, match=word) as caught:
        raw(m, text, i={"input": a.id, "output": b.id, "transform": given})
    assert "INTERNAL" not in str(caught.value)
    assert m.get_transformations(filters=TransformationFilter(input=a.id)) == ()


def test_two_clocks_cannot_be_one(m: Any) -> None:
    first = timelapse_3d(m, "first", epoch=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    second = timelapse_3d(m, "second", epoch=datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC))
    with pytest.raises(Exception, match="(?i)epoch"):
        first.transform_to(second, kind="IDENTITY")


def test_a_registration_comes_with_its_space(m: Any, image: Any) -> None:
    axes = [
        PhysicalAxisInput(name=name, type=AxisType(kind), unit=Unit(unit))
        for name, kind, unit in (
            ("c", "CHANNEL", "a.u."), ("z", "SPACE", "um"), ("y", "SPACE", "um"), ("x", "SPACE", "um"),
        )
    ]  # fmt: skip
    space = m.create_coordinate_system(
        name="with its image",
        axes=axes,
        registrations=[
            RegistrationPathInput(dataset=image.id, transform=ScaleTransformInput(scale=[1, 3, 2, 2]))
        ],
    )
    np.testing.assert_array_equal(image.intrinsic_system.matrix_to(space), np.diag([1, 3, 2, 2, 1]))


def test_what_was_registered_is_taken_out_again(m: Any, image: Any) -> None:
    world = space_3d(m, "emptied")
    edges = [world.register(image, x=float(n)).id for n in range(2)]
    other = world.register(upload(m, flat((4, 4, 4), "zyx"), "other")).id
    with pytest.raises(Exception, match="(?i)used|registr|edge|transformation"):
        m.delete_coordinate_system(id=world.id)
    assert sorted(world.unregister(dataset=image.id)) == sorted(edges)
    assert m.delete_registration(world=world.id, dataset=image.id) == ()
    assert world.clear() == (other,)
    assert m.clear_coordinate_system(id=world.id) == ()
    assert m.delete_coordinate_system(id=world.id) == world.id


def test_derived_images_lead_back_to_what_they_were_made_of(m: Any, image: Any) -> None:
    crop = m.create_array_dataset(
        data=flat((2, 10, 20, 30), "czyx"),
        scales=[],
        name="crop",
        axes=image.lens().carried_axes("czyx"),
        derived_from=[image.lens().derive_translation([0, 0, 8, 16])],
    )
    np.testing.assert_array_equal(
        crop.intrinsic_system.transform_points_to(image.intrinsic_system, [1, 2, 3, 4]), [1, 2, 11, 20]
    )
    by_hand = m.create_array_dataset(
        data=flat((2, 10, 20, 30), "czyx"),
        scales=[],
        name="crop by hand",
        axes=["c", "z", "y", "x"],
        derived_from=[
            LensDerivedFromInput(
                lens=image.lens().id, transform=TranslationTransformInput(translation=[0, 0, 1, 1])
            )
        ],
    )
    text = """query ($id: ID!) { arrayDataset(id: $id) {
        derivedFrom { kind } derivedDatasets { id } folder { id } } }"""
    assert raw(m, text, id=crop.id)["arrayDataset"]["derivedFrom"] == [{"kind": "TRANSLATION"}]
    found = {each["id"] for each in raw(m, text, id=image.id)["arrayDataset"]["derivedDatasets"]}
    assert found == {crop.id, by_hand.id}


def test_a_projection_keeps_two_axes(m: Any, image: Any) -> None:
    flatted = m.create_array_dataset(
        data=flat((40, 60), "yx"),
        scales=[],
        name="projection",
        axes=["y", "x"],
        derived_from=[image.lens().derive_projection(["y", "x"])],
    )
    mapped = flatted.intrinsic_system.axis_map_to(image.intrinsic_system)
    np.testing.assert_array_equal(mapped.apply([3, 4], output_axes=["x", "y"]), [4, 3])


def test_many_axes_in_their_own_order(m: Any) -> None:
    space = create_space(m, "reversed", {"x": MICROMETER, "y": MICROMETER})
    assert space.axis_names == ["x", "y"]


def test_an_edge_stated_in_full(m: Any) -> None:
    a, b = space_2d(m, "stage"), space_2d(m, "slide")
    edge = m.create_transformation(
        input=a.id, output=b.id, transform={"kind": "TRANSLATION", "translation": [1.5, -2.0]}, name="moved"
    )
    assert (edge.version, edge.name, edge.translation) == (1, "moved", (1.5, -2.0))
    np.testing.assert_array_equal(a.matrix_to(b), [[1.0, 0.0, 1.5], [0.0, 1.0, -2.0], [0.0, 0.0, 1.0]])
