"""The bucket as a file system, as pandas, dask and zarr users have it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
import s3fs

from .stores import REGION, Keys, Store


@pytest.fixture(scope="module")
def files(store: Store, keys: Keys) -> Iterator[s3fs.S3FileSystem]:
    system = s3fs.S3FileSystem(
        key=keys.access_key,
        secret=keys.secret_key,
        token=keys.token,
        endpoint_url=store.endpoint,
        client_kwargs={"region_name": REGION},
        config_kwargs={"s3": {"addressing_style": "path"}},
        skip_instance_cache=True,
        use_listings_cache=False,
    )
    yield system
    s3fs.S3FileSystem.clear_instance_cache()


def names(bucket: str, paths: list[str]) -> list[str]:
    return sorted(path.removeprefix(f"{bucket}/") for path in paths)


def test_what_is_written_is_read(files: Any, bucket: str) -> None:
    with files.open(f"{bucket}/notes.txt", "w") as file:
        file.write("erste Zeile\nzweite Zeile: µm\n")
    with files.open(f"{bucket}/notes.txt") as file:
        assert file.read().decode().splitlines()[1] == "zweite Zeile: µm"
    assert files.info(f"{bucket}/notes.txt")["size"] == len("erste Zeile\nzweite Zeile: µm\n".encode())


def test_large_files_go_in_parts(files: Any, bucket: str) -> None:
    body = random.Random(1).randbytes(13_000_000)
    with files.open(f"{bucket}/large.bin", "wb", block_size=5 << 20) as file:
        for start in range(0, len(body), 1_000_003):
            file.write(body[start : start + 1_000_003])
    assert files.cat_file(f"{bucket}/large.bin") == body
    assert files.info(f"{bucket}/large.bin")["ETag"].strip('"').endswith("-3")


def test_a_write_that_fails_leaves_nothing(files: Any, bucket: str) -> None:
    file = files.open(f"{bucket}/interrupted", "wb", block_size=5 << 20)
    file.write(b"x" * 11_000_000)
    file.discard()
    file.closed = True  # else its destructor would write on
    assert not files.exists(f"{bucket}/interrupted")


def test_seeking_reads_where_it_says(files: Any, bucket: str) -> None:
    body = random.Random(2).randbytes(300_000)
    files.pipe_file(f"{bucket}/seek", body)
    with files.open(f"{bucket}/seek", "rb", block_size=4096, cache_type="none") as file:
        for start, size in ((0, 10), (299_990, 100), (123_456, 7), (5, 70_000)):
            file.seek(start)
            assert file.read(size) == body[start : start + size]
        file.seek(-20, 2)
        assert file.read() == body[-20:]


def test_parts_of_files(files: Any, bucket: str) -> None:
    files.pipe_file(f"{bucket}/ranges", b"0123456789")
    assert files.cat_file(f"{bucket}/ranges", start=2, end=5) == b"234"
    assert files.cat_file(f"{bucket}/ranges", start=-3) == b"789"
    wanted = [f"{bucket}/ranges"] * 3
    assert files.cat_ranges(wanted, [0, 4, 9], [1, 6, 10]) == [b"0", b"45", b"9"]


TREE = ["plate/a.tif", "plate/well 1/b.tif", "plate/well 1/site+2/c.tif", "plate/well 2/d.tif"]


@pytest.fixture(scope="module")
def tree(files: Any, bucket: str) -> str:
    for name in TREE:
        files.pipe_file(f"{bucket}/{name}", name.encode())
    return f"{bucket}/plate"


def test_ls(files: Any, bucket: str, tree: str) -> None:
    found = {names(bucket, [each["name"]])[0]: each["type"] for each in files.ls(tree, detail=True)}
    assert found == {"plate/a.tif": "file", "plate/well 1": "directory", "plate/well 2": "directory"}


def test_walk(files: Any, bucket: str, tree: str) -> None:
    walked = {
        folder.removeprefix(f"{bucket}/"): (sorted(folders), sorted(found))
        for folder, folders, found in files.walk(tree)
    }
    assert walked == {
        "plate": (["well 1", "well 2"], ["a.tif"]),
        "plate/well 1": (["site+2"], ["b.tif"]),
        "plate/well 1/site+2": ([], ["c.tif"]),
        "plate/well 2": ([], ["d.tif"]),
    }


def test_find_and_glob(files: Any, bucket: str, tree: str) -> None:
    assert names(bucket, files.find(tree)) == sorted(TREE)
    assert names(bucket, files.glob(f"{tree}/*/*.tif")) == ["plate/well 1/b.tif", "plate/well 2/d.tif"]
    assert files.du(tree) == sum(map(len, TREE))


def test_what_is_what(files: Any, tree: str) -> None:
    assert files.isdir(tree) and not files.isfile(tree)
    assert files.isfile(f"{tree}/a.tif") and not files.isdir(f"{tree}/a.tif")
    assert not files.exists(f"{tree}/b.tif")
    with pytest.raises(FileNotFoundError):
        files.open(f"{tree}/b.tif", "rb")
    with pytest.raises(FileNotFoundError):
        files.ls(f"{tree}/nowhere")


def test_moving_and_copying(files: Any, bucket: str, tree: str) -> None:
    files.copy(f"{tree}/a.tif", f"{bucket}/copied/x.tif")
    files.mv(f"{bucket}/copied/x.tif", f"{bucket}/moved/y z.tif")
    assert files.cat_file(f"{bucket}/moved/y z.tif") == b"plate/a.tif"
    assert not files.exists(f"{bucket}/copied/x.tif")


def test_removing_a_tree(files: Any, bucket: str) -> None:
    for number in range(30):
        files.pipe_file(f"{bucket}/doomed/{number % 3}/{number}", b"x")
    files.pipe_file(f"{bucket}/doomed-not", b"x")
    files.rm(f"{bucket}/doomed", recursive=True)
    assert not files.exists(f"{bucket}/doomed")
    assert files.exists(f"{bucket}/doomed-not")


def test_folders_up_and_down(files: Any, bucket: str, tmp_path: Any) -> None:
    (tmp_path / "up" / "inner").mkdir(parents=True)
    (tmp_path / "up" / "a").write_bytes(b"1")
    (tmp_path / "up" / "inner" / "b").write_bytes(b"22")
    files.put(str(tmp_path / "up"), f"{bucket}/sent", recursive=True)
    files.get(f"{bucket}/sent", str(tmp_path / "down"), recursive=True)
    assert (tmp_path / "down" / "inner" / "b").read_bytes() == b"22"


def test_small_appends_rewrite_the_file(files: Any, bucket: str) -> None:
    files.pipe_file(f"{bucket}/log", b"one\n")
    with files.open(f"{bucket}/log", "ab") as file:
        file.write(b"two\n")
    assert files.cat_file(f"{bucket}/log") == b"one\ntwo\n"


def test_metadata(files: Any, bucket: str) -> None:
    files.pipe_file(f"{bucket}/meta", b"x")
    files.setxattr(f"{bucket}/meta", lens="40x")
    assert files.getxattr(f"{bucket}/meta", "lens") == "40x"


def test_a_file_only_if_there_is_none(files: Any, bucket: str) -> None:
    files.pipe_file(f"{bucket}/once", b"first", mode="create")
    with pytest.raises(FileExistsError):
        files.pipe_file(f"{bucket}/once", b"second", mode="create")
    assert files.cat_file(f"{bucket}/once") == b"first"
