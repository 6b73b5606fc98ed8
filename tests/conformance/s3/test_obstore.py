"""obstore, the client below mikro: what it puts, reads and lists."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import numpy as np
import obstore
import pytest
import zarr
from obstore.exceptions import AlreadyExistsError, PreconditionError
from zarr.storage import ObjectStore

from .conftest import obstore_client
from .stores import Store

PART = 5 << 20


def test_small_objects(objects: Any) -> None:
    put = obstore.put(objects, "small/a b+ü~=.bin", b"content")
    got = obstore.get(objects, "small/a b+ü~=.bin")
    assert bytes(got.bytes()) == b"content"
    assert got.meta["e_tag"] == put["e_tag"]
    assert got.meta["size"] == 7
    head = obstore.head(objects, "small/a b+ü~=.bin")
    assert (head["size"], head["e_tag"]) == (7, put["e_tag"])


@pytest.mark.parametrize("size", [PART, PART + 1, 3 * PART + 12_345])
def test_large_objects_go_in_parts(objects: Any, size: int) -> None:
    body = random.Random(size).randbytes(size)
    obstore.put(objects, "large", body, chunk_size=PART, max_concurrency=12)
    assert bytes(obstore.get(objects, "large").bytes()) == body


def test_parts_of_objects(objects: Any) -> None:
    body = random.Random(1).randbytes(100_000)
    obstore.put(objects, "parts", body)
    assert bytes(obstore.get_range(objects, "parts", start=10, end=20)) == body[10:20]
    assert bytes(obstore.get(objects, "parts", options={"range": {"suffix": 100}}).bytes()) == body[-100:]
    assert (
        bytes(obstore.get(objects, "parts", options={"range": {"offset": 99_990}}).bytes()) == body[99_990:]
    )
    found = obstore.get_ranges(objects, "parts", starts=[0, 50_000, 99_000], ends=[10, 50_010, 99_999])
    assert [bytes(each) for each in found] == [body[0:10], body[50_000:50_010], body[99_000:99_999]]


def test_what_is_missing(objects: Any) -> None:
    with pytest.raises(FileNotFoundError):
        obstore.get(objects, "missing/.zarray")
    with pytest.raises(FileNotFoundError):
        obstore.head(objects, "missing")


def test_create_if_absent(objects: Any) -> None:
    obstore.put(objects, "group/zarr.json", b"first", mode="create")
    with pytest.raises(AlreadyExistsError):
        obstore.put(objects, "group/zarr.json", b"second", mode="create")
    assert bytes(obstore.get(objects, "group/zarr.json").bytes()) == b"first"


def test_update_what_was_read(objects: Any) -> None:
    first = obstore.put(objects, "update", b"first")
    second = obstore.put(objects, "update", b"second", mode={"e_tag": first["e_tag"]})
    with pytest.raises(PreconditionError):
        obstore.put(objects, "update", b"third", mode={"e_tag": first["e_tag"]})
    assert bytes(obstore.get(objects, "update").bytes()) == b"second"
    assert obstore.head(objects, "update")["e_tag"] == second["e_tag"]


def test_lists_of_any_length(objects: Any) -> None:
    async def put() -> None:
        for start in range(0, 1020, 60):
            await asyncio.gather(
                *(obstore.put_async(objects, f"list/{n:05}", b"") for n in range(start, start + 60))
            )

    asyncio.run(put())
    found = [each["path"] for page in obstore.list(objects, "list", chunk_size=100) for each in page]
    assert sorted(found) == [f"list/{n:05}" for n in range(1020)]
    after = obstore.list(objects, "list", offset="list/01017").collect()
    assert [each["path"] for each in after] == ["list/01018", "list/01019"]
    # As mikro clears a prefix before it writes.
    obstore.delete(objects, found)
    assert obstore.list(objects, "list").collect() == []


def test_lists_with_folders(objects: Any) -> None:
    for key in ("tree/a", "tree/b/c", "tree/b/d", "tree/e/f"):
        obstore.put(objects, key, b"")
    listed = obstore.list_with_delimiter(objects, "tree")
    assert [each["path"] for each in listed["objects"]] == ["tree/a"]
    assert sorted(listed["common_prefixes"]) == ["tree/b", "tree/e"]


def test_an_empty_prefix_is_an_empty_list(objects: Any) -> None:
    assert obstore.list(objects, "0123456789abcdef/").collect() == []


def test_deleting_one_and_many(objects: Any) -> None:
    for key in ("doomed/1", "doomed/2 +ü", "doomed/3"):
        obstore.put(objects, key, b"x")
    obstore.delete(objects, "doomed/1")
    obstore.delete(objects, ["doomed/2 +ü", "doomed/3"])
    assert obstore.list(objects, "doomed").collect() == []


def test_copies(objects: Any) -> None:
    obstore.put(objects, "from here", b"x")
    obstore.copy(objects, "from here", "to there")
    obstore.rename(objects, "to there", "elsewhere")
    assert bytes(obstore.get(objects, "elsewhere").bytes()) == b"x"
    with pytest.raises(FileNotFoundError):
        obstore.head(objects, "to there")


def test_streams_both_ways(objects: Any) -> None:
    body = random.Random(9).randbytes(12_000_000)
    with obstore.open_writer(objects, "stream", buffer_size=PART) as writer:
        for start in range(0, len(body), 700_001):
            writer.write(body[start : start + 700_001])
    assert b"".join(bytes(chunk) for chunk in obstore.get(objects, "stream").stream()) == body
    reader = obstore.open_reader(objects, "stream", buffer_size=1 << 20)
    reader.seek(11_999_000)
    assert bytes(reader.read()) == body[11_999_000:]


def test_attributes(objects: Any) -> None:
    given = {"Content-Type": "image/tiff", "lens": "40x"}
    obstore.put(objects, "attributes", b"x", attributes=given, use_multipart=False)
    found = obstore.get(objects, "attributes").attributes
    assert {name: found[name] for name in given} == given


def test_many_at_once(objects: Any) -> None:
    """As zarr asks: dozens of small requests in flight."""
    bodies = {f"flight/{n}": random.Random(n).randbytes(n * 37) for n in range(200)}

    async def fly() -> list[bytes]:
        await asyncio.gather(*(obstore.put_async(objects, key, body) for key, body in bodies.items()))
        got = await asyncio.gather(*(obstore.get_async(objects, key) for key in bodies))
        return [bytes(await each.bytes_async()) for each in got]

    assert asyncio.run(fly()) == list(bodies.values())


# Zarr ------------------------------------------------------------------------------------------


def array_store(store: Store, bucket: str, key: str) -> ObjectStore:
    """A zarr store below a key, with keys for no more than that."""
    return ObjectStore(obstore_client(store, bucket, store.keys(bucket, prefix=key), prefix=key))


@pytest.mark.parametrize(
    ("shape", "chunks", "shards"),
    [
        ((2, 3, 64, 64), (1, 1, 64, 64), (2, 3, 64, 64)),
        ((3, 700, 700), (1, 256, 256), (3, 1024, 1024)),
        ((10,), (10,), None),
        # Each shard is larger than a single put, and noise does not compress.
        ((2, 2048, 2048), (1, 512, 512), (2, 2048, 2048)),
    ],
    ids=["small", "shard beyond the array", "no shards", "shards in parts"],
)
def test_zarr_arrays(
    store: Store, bucket: str, shape: tuple[int, ...], chunks: tuple[int, ...], shards: tuple[int, ...] | None
) -> None:
    data = np.random.default_rng(5).integers(0, 65_535, shape, dtype="uint16")
    key = f"zarr{len(shape)}{shape[-1]}"
    names = ["t", "c", "y", "x"][-len(shape) :]
    made = zarr.create_array(
        array_store(store, bucket, key),
        shape=shape,
        chunks=chunks,
        shards=shards,
        dtype="uint16",
        dimension_names=names,
        overwrite=True,
    )
    made[:] = data
    opened = zarr.open_array(array_store(store, bucket, key), mode="r")
    assert opened.metadata.zarr_format == 3
    assert (opened[:] == data).all()
    # One inner chunk: the shard's index by a range from its end, then the chunk's own range.
    corner = tuple(slice(0, min(5, size)) for size in shape)
    assert (opened[corner] == data[corner]).all()


def test_zarr_groups(store: Store, bucket: str) -> None:
    """Parents are created only where there are none: attributes written before must live."""
    where = array_store(store, bucket, "groups")
    root = zarr.create_group(where, attributes={"sporadik": {"spec": "1"}})
    layout = root.create_group("layouts/axis0", attributes={"encoding-type": "csr_matrix"})
    layout.create_array("data", data=np.arange(100))
    again = zarr.open_group(array_store(store, bucket, "groups"), mode="r")
    assert again.attrs["sporadik"] == {"spec": "1"}
    assert again["layouts/axis0"].attrs["encoding-type"] == "csr_matrix"
    assert (again["layouts/axis0/data"][:] == np.arange(100)).all()


def test_zarr_overwrites(store: Store, bucket: str) -> None:
    """Overwriting clears the prefix first, by list and bulk delete."""
    for size in (300, 100):
        made = zarr.create_array(
            array_store(store, bucket, "over"), shape=(size,), chunks=(10,), dtype="i4", overwrite=True
        )
        made[:] = size
    listed = obstore.list(obstore_client(store, bucket, store.keys(bucket)), "over").collect()
    assert len(listed) == 11
