"""Folders: where an analyst puts things, and finds them again."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest
from mikro.api.schema import ArrayDatasetFilter

from .pictures import flat, raw, upload

FOLDERS = "query ($f: FolderFilter) { folders(filters: $f) { id name parent { id } } }"


def test_a_folder_is_made_and_fetched(m: Any) -> None:
    made = m.create_folder(name="Übersicht")
    assert (made.name, made.description, made.parent) == ("Übersicht", None, None)
    assert m.get_folder(made.id) == made


def test_create_makes_a_second_folder_of_the_same_name_and_ensure_does_not(m: Any) -> None:
    first = m.create_folder(name="twice")
    assert m.create_folder(name="twice").id != first.id
    once = m.ensure_folder(name="once")
    assert m.ensure_folder(name="once").id == once.id


def test_ensure_looks_below_the_parent_only(m: Any) -> None:
    one, other = m.create_folder(name="one"), m.create_folder(name="other")
    below = m.ensure_folder(name="results", parent=one.id)
    assert below.parent.id == one.id
    assert m.ensure_folder(name="results", parent=one).id == below.id
    assert m.ensure_folder(name="results", parent=other.id).id != below.id
    assert m.ensure_folder(name="results").id not in (below.id, other.id)


def test_many_threads_that_ensure_a_folder_get_one(m: Any) -> None:
    with ThreadPoolExecutor(8) as threads:
        jobs = [threads.submit(copy_context().run, m.ensure_folder, "shared") for _ in range(24)]
        assert len({job.result().id for job in jobs}) == 1
    assert [option.label for option in m.search_folders(search="shared")] == ["shared"]


async def test_many_tasks_that_ensure_a_folder_get_one(am: Any) -> None:
    made = await asyncio.gather(*(am.aensure_folder(name="gathered") for _ in range(24)))
    assert len({folder.id for folder in made}) == 1


def test_a_folder_is_renamed_and_moved(m: Any) -> None:
    parent, child = m.create_folder(name="parent"), m.create_folder(name="child")
    renamed = m.update_folder(name="renamed", id=child.id)
    assert (renamed.id, renamed.name, renamed.parent) == (child.id, "renamed", None)
    moved = m.update_folder(name="renamed", id=child.id, parent=parent.id)
    assert (moved.name, moved.parent.name) == ("renamed", "parent")
    assert m.get_folder(child.id) == moved


def test_a_folder_does_not_go_below_itself(m: Any) -> None:
    top = m.create_folder(name="top")
    middle = m.create_folder(name="middle", parent=top.id)
    bottom = m.create_folder(name="bottom", parent=middle.id)
    with pytest.raises(Exception, match="(?i)itself|below|inside|cycle"):
        m.update_folder(name="top", id=top.id, parent=bottom.id)
    with pytest.raises(Exception, match="(?i)itself|below|inside|cycle"):
        m.update_folder(name="top", id=top.id, parent=top.id)
    assert m.get_folder(top.id).parent is None


def test_a_name_is_taken_back(m: Any) -> None:
    folder = m.create_folder(name="first name")
    m.update_folder(name="second name", id=folder.id)
    text = """query ($id: ID!) { folder(id: $id) {
        provenanceEntries { id kind effectiveChanges { field oldValue newValue } } } }"""
    newest, oldest = raw(m, text, id=folder.id)["folder"]["provenanceEntries"]
    assert (newest["kind"], oldest["kind"]) == ("UPDATE", "CREATE")
    assert {"field": "name", "oldValue": "first name", "newValue": "second name"} in newest[
        "effectiveChanges"
    ]
    reverted = m.revert_folder(id=folder.id, history_id=oldest["id"])
    assert (reverted.id, reverted.name) == (folder.id, "first name")
    assert m.get_folder(folder.id).name == "first name"


def test_what_is_put_nowhere_lies_in_the_default_folder(m: Any) -> None:
    made = upload(m, flat((4, 4), "yx"), "homeless")
    text = "query ($id: ID!) { arrayDataset(id: $id) { folder { id name isDefault creator { sub } } } }"
    folder = raw(m, text, id=made.id)["arrayDataset"]["folder"]
    assert (folder["name"], folder["isDefault"]) == ("Default", True)
    again = upload(m, flat((4, 4), "yx"), "homeless too")
    assert raw(m, text, id=again.id)["arrayDataset"]["folder"]["id"] == folder["id"]
    defaults = raw(m, FOLDERS, f={"isDefault": True})["folders"]
    assert [row["id"] for row in defaults] == [folder["id"]]


def test_datasets_are_listed_by_their_folder(m: Any) -> None:
    here, there = m.create_folder(name="here"), m.create_folder(name="there")
    inside = upload(m, flat((4, 4), "yx"), "inside", folder=here.id)
    upload(m, flat((4, 4), "yx"), "outside", folder=there.id)
    assert [row.id for row in m.get_array_datasets(filters=ArrayDatasetFilter(folder=here.id))] == [inside.id]
    both = m.get_array_datasets(filters=ArrayDatasetFilter(folders=[here.id, there.id]))
    assert {row.name for row in both} == {"inside", "outside"}


def test_a_folder_shows_what_is_in_it(m: Any) -> None:
    folder = m.create_folder(name="full")
    m.create_folder(name="inner", parent=folder.id)
    upload(m, flat((4, 4), "yx"), "picture", folder=folder.id)
    text = (
        "query ($id: ID!) { folder(id: $id) { children { name } arrayDatasets { name shape } files { id } } }"
    )
    assert raw(m, text, id=folder.id)["folder"] == {
        "children": [{"name": "inner"}],
        "arrayDatasets": [{"name": "picture", "shape": [4, 4]}],
        "files": [],
    }


def test_a_folder_is_pinned_for_whoever_pinned_it(m: Any) -> None:
    folder = m.create_folder(name="pinned")
    pin = "mutation ($id: ID!, $pin: Boolean!) { pinFolder(input: {id: $id, pin: $pin}) { id pinned } }"
    assert raw(m, pin, id=folder.id, pin=True)["pinFolder"] == {"id": folder.id, "pinned": True}
    assert raw(m, pin, id=folder.id, pin=True)["pinFolder"]["pinned"] is True
    assert [row["name"] for row in raw(m, FOLDERS, f={"pinned": True})["folders"]] == ["pinned"]
    assert raw(m, pin, id=folder.id, pin=False)["pinFolder"]["pinned"] is False
    assert raw(m, FOLDERS, f={"pinned": True})["folders"] == []


@pytest.mark.parametrize("kind", ["Folders", "Files", "ArrayDatasets"])
def test_things_are_put_into_a_folder_and_released(m: Any, kind: str, tmp_path: Any) -> None:
    here, there = m.create_folder(name="here"), m.create_folder(name="there")
    (tmp_path / "a.txt").write_text("a")
    made = {
        "Folders": lambda: m.create_folder(name="thing", parent=here.id),
        "Files": lambda: m.from_file_like(tmp_path / "a.txt", file_name="a.txt", folder=here.id),
        "ArrayDatasets": lambda: upload(m, flat((4, 4), "yx"), "thing", folder=here.id),
    }
    thing = made[kind]()
    field = {"Folders": "children", "Files": "files", "ArrayDatasets": "arrayDatasets"}[kind]

    def inside(folder: Any) -> list[str]:
        found = raw(m, f"query ($id: ID!) {{ folder(id: $id) {{ {field} {{ id }} }} }}", id=folder.id)
        return [row["id"] for row in found["folder"][field]]

    put = f"mutation ($i: AssociateInput!) {{ put{kind}InFolder(input: $i) {{ id }} }}"
    moved = raw(m, put, i={"selfs": [thing.id], "other": there.id})
    assert moved[f"put{kind}InFolder"]["id"] == there.id
    assert (inside(here), inside(there)) == ([], [thing.id])
    release = f"mutation ($i: DesociateInput!) {{ release{kind}FromFolder(input: $i) {{ id }} }}"
    raw(m, release, i={"selfs": [thing.id], "other": there.id})
    assert inside(there) == []


def test_folders_are_offered_to_a_picker(m: Any) -> None:
    made = [m.create_folder(name=f"picked {n}") for n in range(3)]
    (option,) = m.search_folders(search="PICKED 1")
    assert (option.label, option.value) == ("picked 1", made[1].id)
    assert m.search_folders(values=[made[2].id])[0].label == "picked 2"
    assert m.search_folders(values=[]) == ()
    assert [option.label for option in m.search_folders(search="picked", limit=2)] == ["picked 0", "picked 1"]
    assert [option.label for option in m.search_folders(search="picked", limit=2, offset=2)] == ["picked 2"]


def test_a_folder_without_a_parent_is_found_as_such(m: Any) -> None:
    top = m.create_folder(name="without parent")
    below = m.create_folder(name="with parent", parent=top.id)
    found = {row["id"] for row in raw(m, FOLDERS, f={"parentless": True})["folders"]}
    assert top.id in found and below.id not in found
    assert [row["id"] for row in raw(m, FOLDERS, f={"parent": top.id})["folders"]] == [below.id]
