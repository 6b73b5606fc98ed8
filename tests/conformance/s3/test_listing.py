"""What is in a bucket: both versions of the list, page by page, in the order of bytes."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .errors import refused
from .signing import Sender, error_code
from .stores import Store

MANY = 1_010
TREE = ["tree/a", "tree/b/1", "tree/b/2", "tree/b/c/3", "tree/b.x", "tree/d/", "tree/e/f/g"]
# By bytes: upper case first, then "-", ".", "/" (which is above both), "0", and what is not ASCII last.
ORDERED = ["o/A", "o/Z/", "o/a-", "o/a.b", "o/a/b", "o/a0", "o/aa", "o/z", "o/~", "o/é", "o/日", "o/😀"]


@pytest.fixture(scope="module", autouse=True)
def stored(s3: Any, bucket: str) -> None:
    def put(key: str) -> None:
        s3.put_object(Bucket=bucket, Key=key, Body=b"" if key.endswith("/") else key.encode())

    with ThreadPoolExecutor(8) as pool:
        keys = [f"many/{number:05}" for number in range(MANY)] + TREE
        list(pool.map(put, keys))
    for key in reversed(ORDERED):
        put(key)


def keys_of(page: dict[str, Any]) -> list[str]:
    return [entry["Key"] for entry in page.get("Contents", [])]


def prefixes_of(page: dict[str, Any]) -> list[str]:
    return [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]


def test_an_entry_says_what_head_says(s3: Any, bucket: str) -> None:
    page = s3.list_objects_v2(Bucket=bucket, Prefix="tree/a")
    (entry,) = page["Contents"]
    head = s3.head_object(Bucket=bucket, Key="tree/a")
    assert (entry["Size"], entry["ETag"]) == (6, head["ETag"])
    assert entry["LastModified"].replace(microsecond=0) == head["LastModified"]
    assert entry["StorageClass"] == "STANDARD"
    assert (page["KeyCount"], page["IsTruncated"], page["Name"]) == (1, False, bucket)
    assert (page["Prefix"], page["MaxKeys"]) == ("tree/a", 1000)


def test_an_empty_list(s3: Any, bucket: str) -> None:
    page = s3.list_objects_v2(Bucket=bucket, Prefix="nothing/here/")
    assert (page["KeyCount"], page["IsTruncated"], keys_of(page)) == (0, False, [])


def test_a_prefix_is_of_characters_not_of_folders(s3: Any, bucket: str) -> None:
    found = keys_of(s3.list_objects_v2(Bucket=bucket, Prefix="tree/b"))
    assert found == ["tree/b.x", "tree/b/1", "tree/b/2", "tree/b/c/3"]


def test_keys_come_in_the_order_of_their_bytes(s3: Any, bucket: str) -> None:
    found = keys_of(s3.list_objects_v2(Bucket=bucket, Prefix="o/"))
    assert found == sorted(ORDERED, key=str.encode)


def test_a_thousand_keys_are_a_page(s3: Any, bucket: str) -> None:
    first = s3.list_objects_v2(Bucket=bucket, Prefix="many/")
    assert (len(first["Contents"]), first["KeyCount"], first["IsTruncated"]) == (1000, 1000, True)
    second = s3.list_objects_v2(
        Bucket=bucket, Prefix="many/", ContinuationToken=first["NextContinuationToken"]
    )
    assert (second["IsTruncated"], second["ContinuationToken"]) == (False, first["NextContinuationToken"])
    assert keys_of(first) + keys_of(second) == [f"many/{number:05}" for number in range(MANY)]


def test_more_than_a_thousand_at_once_cannot_be_had(s3: Any, bucket: str) -> None:
    page = s3.list_objects_v2(Bucket=bucket, Prefix="many/", MaxKeys=5000)
    assert (len(page["Contents"]), page["IsTruncated"]) == (1000, True)


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("delimiter", ["", "/"])
def test_pages_of_any_size_tell_the_same(
    s3: Any, bucket: str, operation: str, size: int, delimiter: str
) -> None:
    for prefix in ("tree/", "tree/b", "o/"):
        asked = {"Bucket": bucket, "Prefix": prefix, **({"Delimiter": delimiter} if delimiter else {})}
        whole = getattr(s3, operation)(**asked)
        keys, prefixes = [], []
        for page in s3.get_paginator(operation).paginate(**asked, PaginationConfig={"PageSize": size}):
            assert len(keys_of(page)) + len(prefixes_of(page)) <= size
            keys += keys_of(page)
            prefixes += prefixes_of(page)
        assert (keys, prefixes) == (keys_of(whole), prefixes_of(whole))


def test_a_delimiter_gathers_folders(s3: Any, bucket: str) -> None:
    page = s3.list_objects_v2(Bucket=bucket, Prefix="tree/", Delimiter="/")
    assert keys_of(page) == ["tree/a", "tree/b.x"]
    assert prefixes_of(page) == ["tree/b/", "tree/d/", "tree/e/"]
    assert (page["Delimiter"], page["KeyCount"]) == ("/", 5)
    top = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert (keys_of(top), prefixes_of(top)) == ([], ["many/", "o/", "tree/"])


def test_a_folder_lists_itself(s3: Any, bucket: str) -> None:
    page = s3.list_objects_v2(Bucket=bucket, Prefix="tree/d/", Delimiter="/")
    assert (keys_of(page), prefixes_of(page)) == (["tree/d/"], [])


def test_a_delimiter_in_the_middle_of_a_name(s3: Any, bucket: str) -> None:
    page = s3.list_objects_v2(Bucket=bucket, Prefix="tree/b", Delimiter="/")
    assert (keys_of(page), prefixes_of(page)) == (["tree/b.x"], ["tree/b/"])


def test_a_list_starts_after_a_key(s3: Any, bucket: str) -> None:
    page = s3.list_objects_v2(Bucket=bucket, Prefix="many/", StartAfter="many/01007")
    assert keys_of(page) == ["many/01008", "many/01009"]
    assert page["StartAfter"] == "many/01007"
    # The key need not be there, nor lie below the prefix.
    page = s3.list_objects_v2(Bucket=bucket, Prefix="tree/b/", StartAfter="tree/b/1x")
    assert keys_of(page) == ["tree/b/2", "tree/b/c/3"]
    assert len(keys_of(s3.list_objects_v2(Bucket=bucket, Prefix="tree/", StartAfter="a"))) == len(TREE)


def test_the_first_version_goes_on_from_a_marker(s3: Any, bucket: str) -> None:
    page = s3.list_objects(Bucket=bucket, Prefix="many/", MaxKeys=2)
    assert (keys_of(page), page["IsTruncated"]) == (["many/00000", "many/00001"], True)
    page = s3.list_objects(Bucket=bucket, Prefix="many/", MaxKeys=2, Marker="many/00001")
    assert (keys_of(page), page["Marker"]) == (["many/00002", "many/00003"], "many/00001")


def test_the_first_version_tells_the_next_marker_with_a_delimiter(s3: Any, bucket: str) -> None:
    page = s3.list_objects(Bucket=bucket, Prefix="tree/", Delimiter="/", MaxKeys=3)
    assert (keys_of(page), prefixes_of(page)) == (["tree/a", "tree/b.x"], ["tree/b/"])
    assert page["NextMarker"] == "tree/b/"
    page = s3.list_objects(Bucket=bucket, Prefix="tree/", Delimiter="/", Marker=page["NextMarker"])
    assert (keys_of(page), prefixes_of(page)) == ([], ["tree/d/", "tree/e/"])


def test_no_keys_at_all_may_be_asked_for(s3: Any, bucket: str) -> None:
    page = s3.list_objects_v2(Bucket=bucket, MaxKeys=0)
    assert (keys_of(page), page["KeyCount"], page["IsTruncated"]) == ([], 0, False)


@pytest.mark.parametrize("asked", ["-1", "many", "1.5", "99999999999999999999"])
def test_a_size_that_is_none_is_refused(send: Sender, asked: str) -> None:
    answer = send("GET", query={"list-type": "2", "max-keys": asked})
    assert (answer.status, error_code(answer)) == (400, "InvalidArgument")


@pytest.mark.peer_differs("versitygw goes on from any text")
def test_a_token_that_is_none_is_refused(s3: Any, bucket: str) -> None:
    with refused("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=bucket, ContinuationToken="made up")


@pytest.mark.peer_differs("versitygw never encodes")
def test_keys_are_encoded_for_who_asks(send: Sender, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="enc/a b+c&<d>é\x01", Body=b"")
    answer = send("GET", query={"list-type": "2", "prefix": "enc/", "encoding-type": "url"})
    assert b"<EncodingType>url</EncodingType>" in answer.body
    assert b"a%20b%2Bc%26%3Cd%3E%C3%A9%01" in answer.body.replace(b"a+b", b"a%20b")
    # boto3 asks for it by itself and decodes what it gets.
    assert keys_of(s3.list_objects_v2(Bucket=bucket, Prefix="enc/")) == ["enc/a b+c&<d>é\x01"]


@pytest.mark.peer_differs("versitygw never encodes")
def test_an_encoding_that_is_none_is_refused(send: Sender) -> None:
    answer = send("GET", query={"list-type": "2", "encoding-type": "base64"})
    assert (answer.status, error_code(answer)) == (400, "InvalidArgument")


def test_owners_come_only_when_asked_for(s3: Any, bucket: str) -> None:
    (entry,) = s3.list_objects_v2(Bucket=bucket, Prefix="tree/a")["Contents"]
    assert "Owner" not in entry


def test_a_bucket_that_nobody_made(store: Store, send: Sender, s3: Any) -> None:
    """Ours knows no making of buckets: what nothing was put into is empty, for whoever may list it."""
    if store.name == "arkitektd":
        with refused("AccessDenied", 403):
            s3.list_objects_v2(Bucket="somebody-elses")
    else:
        with refused("NoSuchBucket", 404):
            s3.list_objects_v2(Bucket="somebody-elses")


def test_random_keys_in_random_pages(s3: Any, bucket: str) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    chosen = random.Random(seed)
    letters = "ab0-.~é%"
    parts = ["".join(chosen.choices(letters, k=chosen.randint(1, 3))) for _ in range(60)]
    folders = {f"d{part}" for part in parts[:12] if part.strip(".")}
    keys = {f"random/{folder}/f{part}" for folder in folders for part in chosen.sample(parts, 6)}
    keys |= {f"random/f{part}" for part in parts}
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    expected = sorted(keys, key=str.encode)
    for _ in range(6):
        size = chosen.randint(1, 40)
        after = chosen.choice(expected)
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix="random/", StartAfter=after, PaginationConfig={"PageSize": size}
        )
        found = [key for page in pages for key in keys_of(page)]
        assert found == [key for key in expected if key.encode() > after.encode()], (size, after)
