"""Finding images again: by id, by name, by what they are, from another app."""

from __future__ import annotations

import asyncio
import datetime
from contextvars import copy_context
from typing import Any

import pytest
from mikro.api.schema import (
    ArrayDataset,
    ArrayDatasetFilter,
    File,
    Folder,
    OffsetPaginationInput,
    StrFilterLookup,
)

from .pictures import aread, flat, picture, raw, same_bits, upload


@pytest.fixture(scope="module")
def shelf(m: Any) -> dict[str, Any]:
    """A few images of different kinds."""
    return {
        name: upload(m, flat(shape, dims), name)
        for name, shape, dims in (
            ("plane", (8, 9), "yx"),
            ("volume", (7, 8, 9), "zyx"),
            ("movie", (5, 8, 9), "tyx"),
            ("colours", (3, 8, 9), "cyx"),
        )
    }


async def test_another_app_reads_what_the_first_wrote(m: Any, am: Any) -> None:
    array = picture((2, 70, 80), "cyx")
    made = await asyncio.to_thread(copy_context().run, upload, m, array, "shared with others")
    read = await am.aget_array_dataset(made.id)
    assert same_bits(await aread(am, read), array)
    assert (await am.asearch_array_datasets(search="shared with"))[0].value == made.id


def test_an_id_becomes_a_dataset_with_pixels(m: Any) -> None:
    array = picture((2, 70, 80), "cyx")
    made = upload(m, array, "expanded")
    expanded = ArrayDataset.expand(made.id, m)
    assert expanded == m.get_array_dataset(made.id)
    assert same_bits(expanded.data, array)


def test_many_ids_become_datasets_in_their_order(m: Any, shelf: dict[str, Any]) -> None:
    ids = [shelf["movie"].id, "999999999", shelf["plane"].id, "not-a-number", "", shelf["movie"].id]
    found = ArrayDataset.expand_many(ids, m)
    assert [each and each.name for each in found] == ["movie", None, "plane", None, None, "movie"]


async def test_ids_become_datasets_in_an_event_loop(am: Any, shelf: dict[str, Any]) -> None:
    assert (await ArrayDataset.aexpand(shelf["plane"].id, am)).name == "plane"
    found = await ArrayDataset.aexpand_many([each.id for each in shelf.values()], am)
    assert [each.name for each in found if each] == list(shelf)


def test_folders_and_files_expand_too(m: Any, tmp_path: Any) -> None:
    (tmp_path / "a.txt").write_text("a")
    folder = m.create_folder(name="expanded")
    file = m.from_file_like(tmp_path / "a.txt", file_name="a.txt")
    assert Folder.expand(folder.id, m) == m.get_folder(folder.id)
    assert File.expand(file.id, m) == m.get_file(file.id)
    assert Folder.expand_many([file.id + "000"], m) == [None]


def test_an_id_of_nothing_says_so(m: Any) -> None:
    for wrong in ("999999999", "not-a-number", "-1", "9" * 40):
        with pytest.raises(Exception, match="No ArrayDataset with that id"):
            m.get_array_dataset(wrong)


def test_a_picker_is_offered_datasets(m: Any, shelf: dict[str, Any]) -> None:
    (option,) = m.search_array_datasets(search="OLUM")
    assert (option.label, option.value) == ("volume", shelf["volume"].id)
    chosen = m.search_array_datasets(values=[shelf["movie"].id, shelf["plane"].id])
    assert {each.label for each in chosen} == {"movie", "plane"}
    assert m.search_array_datasets(values=[]) == ()
    assert m.search_array_datasets(search="no such image") == ()
    everything = m.search_array_datasets()
    assert len(everything) >= len(shelf)
    pages = [m.search_array_datasets(limit=2, offset=offset) for offset in range(0, len(everything), 2)]
    assert [each for page in pages for each in page] == list(everything)


def test_a_search_takes_its_text_literally(m: Any) -> None:
    upload(m, flat((4, 4), "yx"), '100% of_it\'s "done"\\')
    for text in ("100%", "of_it", "it's", '"done"', "\\"):
        assert len(m.search_array_datasets(search=text)) == 1, text
    assert m.search_array_datasets(search="%of_its%") == ()
    assert m.search_array_datasets(search="of-it") == ()


def names(found: Any, shelf: dict[str, Any]) -> set[str]:
    """Those of the shelf among the found."""
    return {each.name for each in found if each.id in {known.id for known in shelf.values()}}


def test_filters_say_what_kind_of_image(m: Any, shelf: dict[str, Any]) -> None:
    ids = [each.id for each in shelf.values()]

    def those(**filters: Any) -> set[str]:
        return names(m.get_array_datasets(filters=ArrayDatasetFilter(ids=ids, **filters)), shelf)

    assert those() == set(shelf)
    assert those(name=StrFilterLookup(exact="plane")) == {"plane"}
    assert those(name=StrFilterLookup(i_contains="OL")) == {"volume", "colours"}
    assert those(spec=["VOLUME"]) == {"volume"}
    assert those(has_axis_types=["TIME"]) == {"movie"}
    assert those(has_axis_types=["CHANNEL"]) == {"colours"}
    assert those(multiscale=True) == set()
    assert those(NOT=ArrayDatasetFilter(has_axis_types=["TIME"])) == {"plane", "volume", "colours"}
    assert those(spec=["VOLUME"], OR=ArrayDatasetFilter(has_axis_types=["TIME"])) == {"volume", "movie"}
    now = datetime.datetime.now(datetime.UTC)
    assert those(created_after=now) == set()
    assert those(created_before=now) == set(shelf)


def test_a_list_comes_in_pages(m: Any, shelf: dict[str, Any]) -> None:
    filters = ArrayDatasetFilter(ids=[each.id for each in shelf.values()])
    first = m.get_array_datasets(filters=filters, pagination=OffsetPaginationInput(limit=3))
    rest = m.get_array_datasets(filters=filters, pagination=OffsetPaginationInput(limit=3, offset=3))
    assert [each.name for each in (*first, *rest)] == list(shelf)


async def test_a_list_in_an_event_loop(am: Any, shelf: dict[str, Any]) -> None:
    found = await am.aget_array_datasets(filters=ArrayDatasetFilter(ids=[shelf["plane"].id]))
    assert [(each.name, each.shape) for each in found] == [("plane", (8, 9))]


def test_a_dataset_says_what_it_is_and_who_made_it(m: Any, shelf: dict[str, Any]) -> None:
    text = """query ($id: ID!) { arrayDataset(id: $id) { spec createdThrough { id }
        provenanceEntries { kind user { preferredUsername } client { clientId } } } }"""
    got = raw(m, text, id=shelf["movie"].id)["arrayDataset"]
    assert set(got["spec"]) >= {"IMAGE", "TIMESERIES"}
    assert got["createdThrough"] is None
    (created,) = got["provenanceEntries"]
    assert created["kind"] == "CREATE"
    assert created["user"]["preferredUsername"] == "demo"
    assert created["client"]["clientId"]


def test_a_dataset_is_described_for_pickers(m: Any, shelf: dict[str, Any]) -> None:
    text = "query ($id: ID!) { arrayDataset(id: $id) { descriptors } }"
    got = raw(m, text, id=shelf["movie"].id)["arrayDataset"]["descriptors"]
    assert got["@mikro/n_space_axes"] == 2
    assert got["@mikro/n_timepoints"] == 5
    assert got["@mikro/dtype"] == "uint8"


def test_a_dataset_is_renamed_and_deleted(m: Any) -> None:
    made = upload(m, flat((4, 4), "yx"), "before")
    change = "mutation ($i: UpdateArrayDatasetInput!) { updateArrayDataset(input: $i) { name description } }"
    changed = raw(m, change, i={"id": made.id, "name": "after", "description": "seen"})
    assert changed["updateArrayDataset"] == {"name": "after", "description": "seen"}
    assert m.get_array_dataset(made.id).name == "after"
    gone = raw(m, "mutation ($id: ID!) { deleteArrayDataset(input: {id: $id}) }", id=made.id)
    assert gone["deleteArrayDataset"] == made.id
    assert m.search_array_datasets(search="after") == ()
    assert ArrayDataset.expand_many([made.id], m) == [None]
