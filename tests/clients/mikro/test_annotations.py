"""Shapes drawn on images, and finding them again."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import numpy as np
import pytest
from mikro.api.schema import (
    Annotation,
    AnnotationCollectionFilter,
    AnnotationFilter,
    AnnotationKind,
    AnnotationSpecInput,
    BoundingBoxInput,
    CoordinateInput,
    OffsetPaginationInput,
)

from .pictures import flat, raw, upload

pytestmark = pytest.mark.needs("createAnnotation", "createAnnotationCollection", "annotations")


@pytest.fixture
def rois(m: Any) -> Any:
    return m.create_annotation_collection(name="rois", axes=["y", "x"])


def rectangle(y: float, x: float, size: float = 1.0, **more: Any) -> AnnotationSpecInput:
    return AnnotationSpecInput(kind="RECTANGLE", vectors=[[y, x], [y + size, x + size]], **more)


def test_a_shape_comes_back_as_it_was_drawn(m: Any, rois: Any) -> None:
    drawn = m.create_annotation(kind="RECTANGLE", vectors=[[0, 0], [10, 20]], collection=rois.id)
    assert [each.id for each in m.get_annotations(filters=AnnotationFilter(collection=rois.id))] == [drawn.id]
    read = m.get_annotation(drawn.id)
    assert read == drawn
    assert uuid.UUID(str(read.id))
    assert read.kind == AnnotationKind.RECTANGLE
    np.testing.assert_array_equal(read.vectors, [[0, 0], [10, 20]])
    assert (read.stroke_color, read.fill_color) == ((255, 255, 255, 255), None)
    assert (read.stroke_width, read.filled, read.coordinates) == (1.0, False, ())
    assert read.name == "Annotation in rois"
    assert (list(read.intrinsic_bbox.min), list(read.intrinsic_bbox.max)) == ([0, 0], [10, 20])


async def test_a_shape_in_an_event_loop(am: Any) -> None:
    rois = await am.acreate_annotation_collection(name="async rois", axes=["z", "y", "x"])
    drawn = await am.acreate_annotation(kind="POINT", vectors=[[1, 2, 3.5]], collection=rois.id, name="here")
    (found,) = await am.aget_annotations(filters=AnnotationFilter(collection=rois.id))
    assert (found.id, found.name) == (drawn.id, "here")
    np.testing.assert_array_equal(found.vectors, [[1, 2, 3.5]])


def test_everything_that_can_be_said_of_a_shape(m: Any) -> None:
    rois = m.create_annotation_collection(name="full", axes=["c", "y", "x"])
    drawn = m.create_annotation(
        kind="POLYGON",
        vectors=[[0, 0], [0, 5], [5, 5.25]],
        collection=rois.id,
        name="nucleus",
        description="dividing",
        stroke_color=[1, 2, 3, 4],
        fill_color=[5, 6, 7, 8],
        stroke_width=2.5,
        filled=True,
        coordinates=[CoordinateInput(name="c", value=2)],
    )
    read = m.get_annotation(drawn.id)
    assert (read.name, read.stroke_color, read.fill_color) == ("nucleus", (1, 2, 3, 4), (5, 6, 7, 8))
    assert (read.stroke_width, read.filled) == (2.5, True)
    assert [(each.name, each.value) for each in read.coordinates] == [("c", 2)]


@pytest.mark.parametrize("kind", [kind.value for kind in AnnotationKind])
def test_every_kind_of_shape(m: Any, kind: str) -> None:
    rois = m.create_annotation_collection(name=kind, axes=["z", "y", "x"])
    corners = [[0, 0, 0], [4, 5, 6]]
    vectors = {"POINT": [[1, 2, 3]], "POLYGON": [*corners, [1, 0, 9]]}.get(kind, corners)
    assert (
        m.get_annotation(m.create_annotation(kind=kind, vectors=vectors, collection=rois.id).id).kind == kind
    )


def test_ten_thousand_shapes_in_one_call_keep_their_order(m: Any, rois: Any) -> None:
    sent = [rectangle(n // 100, n % 100, name=f"cell {n}") for n in range(10_000)]
    made = m.create_annotations(annotations=sent, collection=rois.id)
    assert [each.name for each in made] == [f"cell {n}" for n in range(10_000)]
    where = BoundingBoxInput(min=[10.5, 10.5], max=[10.6, 10.6])
    (found,) = m.get_annotations(filters=AnnotationFilter(collection=rois.id, intersects=where))
    assert found.name == "cell 1010"


def test_shapes_by_where_they_are(m: Any, rois: Any) -> None:
    made = m.create_annotations(
        collection=rois.id,
        annotations=[rectangle(10 * n, 0, size=5, name=f"row {n}") for n in range(5)],
    )

    def those(**filters: Any) -> list[str]:
        found = m.get_annotations(filters=AnnotationFilter(collection=rois.id, **filters))
        return [each.name for each in found]

    assert those(contains_point=[12, 1]) == ["row 1"]
    assert those(contains_point=[7, 1]) == []
    assert those(intersects=BoundingBoxInput(min=[14, 0], max=[31, 1])) == ["row 1", "row 2", "row 3"]
    assert those(ids=[made[4].id, made[0].id]) == ["row 0", "row 4"]
    assert those(search="ROW 3") == ["row 3"]
    with pytest.raises(Exception, match="(?i)axes|axis|2|component"):
        those(contains_point=[1])
    text = """query ($c: ID!, $p: [Float!]!) {
        nearestAnnotations(collection: $c, point: $p, limit: 2) { name } }"""
    nearest = raw(m, text, c=rois.id, p=[21.0, 1.0])["nearestAnnotations"]
    assert nearest[0]["name"] == "row 2"
    assert len(nearest) == 2


def test_shapes_by_what_they_are(m: Any) -> None:
    rois = m.create_annotation_collection(name="kinds", axes=["c", "y", "x"])
    for kind, channel in (("POINT", 0), ("POINT", 1), ("LINE", 1), ("LINE", None)):
        m.create_annotation(
            kind=kind,
            vectors=[[0, 0], [1, 1]][: 1 if kind == "POINT" else 2],
            collection=rois.id,
            name=f"{kind} {channel}",
            coordinates=[] if channel is None else [CoordinateInput(name="c", value=channel)],
        )

    def those(**filters: Any) -> list[str]:
        found = m.get_annotations(filters=AnnotationFilter(collection=rois.id, **filters))
        return [each.name for each in found]

    assert those(kind="POINT") == ["POINT 0", "POINT 1"]
    assert those(pinned_to=[CoordinateInput(name="c", value=1)]) == ["POINT 1", "LINE 1"]
    assert those(kind="LINE", pinned_to=[CoordinateInput(name="c", value=1)]) == ["LINE 1"]
    assert those(NOT=AnnotationFilter(kind="POINT")) == ["LINE 1", "LINE None"]


def test_a_shape_is_changed_and_deleted(m: Any, rois: Any) -> None:
    drawn = m.create_annotation(kind="RECTANGLE", vectors=[[0, 0], [1, 1]], collection=rois.id, name="kept")
    changed = m.update_annotation(id=drawn.id, vectors=[[5, 5], [9, 7]], stroke_color=[1, 1, 1, 1])
    assert (changed.name, changed.stroke_color) == ("kept", (1, 1, 1, 1))
    assert (list(changed.intrinsic_bbox.min), list(changed.intrinsic_bbox.max)) == ([5, 5], [9, 7])
    assert str(m.delete_annotation(id=drawn.id)) == str(drawn.id)
    assert m.get_annotations(filters=AnnotationFilter(collection=rois.id)) == ()
    with pytest.raises(Exception, match="Annotation"):
        m.get_annotation(drawn.id)


@pytest.mark.needs("createLens", "createTransformation")
def test_a_shape_on_a_crop_knows_where_it_is_in_the_image(m: Any) -> None:
    image = upload(m, flat((3, 40, 60), "cyx"), "drawn on")
    crop = image.lens(c=1, y=(8, 20), x=(30, 50))
    drawn = crop.draw("RECTANGLE", [[4, 0], [6, 2]], name="on a crop")
    read = m.get_annotation(drawn.id)
    assert [(each.name, each.value) for each in read.coordinates] == [("c", 1)]
    assert (list(read.intrinsic_bbox.min), list(read.intrinsic_bbox.max)) == ([12, 30], [14, 32])
    np.testing.assert_array_equal(
        read.coordinate_system.transform_points_to(image.intrinsic_system, [1, 4, 0]), [2, 12, 30]
    )
    assert [each.id for each in m.get_annotations(filters=AnnotationFilter(dataset=image.id))] == [drawn.id]
    again = crop.draw(
        "POINT",
        [[1, 1]],
        collection=m.get_annotation_collections(filters=AnnotationCollectionFilter(dataset=image.id))[0].id,
    )
    assert again.coordinate_system.id == read.coordinate_system.id


def test_collections_are_listed_offered_and_deleted(m: Any) -> None:
    folder = m.create_folder(name="drawings")
    made = [
        m.create_annotation_collection(name=f"drawn {n}", axes=["y", "x"], folder=folder.id) for n in range(3)
    ]
    filters = AnnotationCollectionFilter(folder=folder.id)
    assert [each.id for each in m.get_annotation_collections(filters=filters)] == [each.id for each in made]
    read = m.get_annotation_collection(made[0].id)
    assert (read.name, read.annotations, read.coordinate_system.axis_names) == ("drawn 0", (), ["y", "x"])
    (option,) = m.search_annotation_collections(values=[made[1].id])
    assert option.label == "drawn 1"
    assert option in m.search_annotation_collections(search="DRAWN")
    point = m.create_annotation(kind="POINT", vectors=[[1, 1]], collection=made[2].id, name="in drawn 2")
    assert [option.value for option in m.search_annotations(search="in drawn 2")] == [str(point.id)]
    assert m.search_annotations(values=[point.id])[0].label == "in drawn 2"
    assert m.delete_annotation_collection(id=made[2].id) == made[2].id
    assert [each.id for each in m.get_annotation_collections(filters=filters)] == [made[0].id, made[1].id]
    assert Annotation.expand_many([point.id, "not-a-uuid", str(uuid.uuid4())], m) == [None, None, None]


def test_a_page_of_shapes(m: Any, rois: Any) -> None:
    m.create_annotations(collection=rois.id, annotations=[rectangle(n, n, name=f"{n}") for n in range(7)])
    page = m.get_annotations(
        filters=AnnotationFilter(collection=rois.id), pagination=OffsetPaginationInput(limit=3, offset=2)
    )
    assert [each.name for each in page] == ["2", "3", "4"]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"vectors": [[1, 2, 3]]}, "(?i)component|axes|2"),
        ({"vectors": [[1, 2], [1, float("inf")]]}, "(?i)finite|number|inf"),
        ({"vectors": [[1, 2]], "stroke_color": [1, 2]}, "(?i)colou?r"),
        ({"vectors": [[1, 2]], "stroke_color": [1, 2, 3, 999]}, "(?i)colou?r|255"),
        ({"vectors": [[1, 2]], "coordinates": [CoordinateInput(name="q", value=1)]}, "q"),
        ({"vectors": [[1, 2]], "collection": "999999999"}, "ollection"),
        ({"vectors": [[1, 2]], "collection": None}, "(?i)collection|scene"),
    ],
)
def test_a_shape_that_cannot_be_is_refused(m: Any, rois: Any, given: dict[str, Any], word: str) -> None:
    call = {"kind": "POINT", "collection": rois.id, **given}
    with pytest.raises(Exception, match=word) as caught:
        m.create_annotation(**call)
    assert "INTERNAL" not in str(caught.value)
    assert m.get_annotations(filters=AnnotationFilter(collection=rois.id)) == ()


@pytest.mark.needs("createAnnotationLens")
def test_windows_over_a_collection(m: Any, rois: Any) -> None:
    whole = m.create_annotation_lens(annotation_collection=rois.id)
    window = m.create_annotation_lens(
        annotation_collection=rois.id, windows=[{"axis": "y", "min": 0, "max": 10}]
    )
    assert whole.windows == ()
    assert [(each.axis, each.min, each.max) for each in window.windows] == [("y", 0, 10)]
    assert m.create_annotation_lens(annotation_collection=rois.id).id == whole.id
    assert m.get_lens(window.id).annotation_collection.id == rois.id
    assert whole.id in {option.value for option in m.search_annotation_lenses(search="rois")}


async def test_many_shapes_side_by_side(am: Any) -> None:
    rois = await am.acreate_annotation_collection(name="side by side", axes=["y", "x"])
    await asyncio.gather(
        *(am.acreate_annotation(kind="POINT", vectors=[[n, n]], collection=rois.id) for n in range(20))
    )
    found = await am.aget_annotations(filters=AnnotationFilter(collection=rois.id))
    assert sorted(float(each.vectors[0][0]) for each in found) == [float(n) for n in range(20)]
