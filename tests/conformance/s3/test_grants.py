"""What keys open: a bucket, a prefix, for reading or writing, for a time. Only ours have such keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from platform_under_test.command import CommandLine
from platform_under_test.wire import Answer

from .conftest import boto_client
from .errors import content, is_missing, refused
from .signing import Sender, encoded, error_code, exchange
from .stores import Arkitektd, Store

pytestmark = pytest.mark.ours_only("the peer's keys open everything")

OUTSIDE = [
    "other/key",
    "store",
    "store/b",
    "store/aa",
    "store/a0/x",
    "store/a/../b",
    "store/a/../../other/key",
    "store/./a/x",
    "/store/a/x",
    "store//a/x",
    "STORE/A/x",
    "store/a%2Fx",
    "store/а/x",  # a Cyrillic letter
]
"""Keys that a grant for `store/a` must not reach."""


@pytest.fixture(scope="module", autouse=True)
def stored(s3: Any, bucket: str) -> None:
    for key in ("store/a", "store/b", "other/key", "store/aa"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"secret")
    s3.delete_object(Bucket=bucket, Key="store/a")
    for key in ("store/a/x", "store/a/y/z"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())


@pytest.fixture(scope="module")
def granted(store: Store, bucket: str) -> Sender:
    return Sender(store.endpoint, bucket, store.keys(bucket, prefix="store/a"))


@pytest.fixture(scope="module")
def reading(store: Store, bucket: str) -> Sender:
    return Sender(store.endpoint, bucket, store.keys(bucket, prefix="store/a", write=False))


@pytest.fixture(scope="module")
def client(store: Store, granted: Sender) -> Any:
    return boto_client(store, granted.keys)


def is_denied(answer: Answer, *also: str) -> bool:
    if answer.status == 403:
        return answer.body == b"" or error_code(answer) == "AccessDenied"
    return answer.status == 400 and (answer.body == b"" or error_code(answer) in also)


def test_within_its_prefix_a_grant_does_everything(client: Any, bucket: str) -> None:
    client.put_object(Bucket=bucket, Key="store/a/new", Body=b"x")
    assert content(client, bucket, "store/a/new") == b"x"
    client.copy_object(Bucket=bucket, Key="store/a/copy", CopySource={"Bucket": bucket, "Key": "store/a/x"})
    client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "store/a/copy"}]})
    client.delete_object(Bucket=bucket, Key="store/a/new")
    assert is_missing(client, bucket, "store/a/new")


def test_a_grant_covers_the_key_itself(store: Store, bucket: str) -> None:
    single = boto_client(store, store.keys(bucket, prefix="single"))
    single.put_object(Bucket=bucket, Key="single", Body=b"x")
    assert content(single, bucket, "single") == b"x"


def test_what_is_missing_within_is_missing(granted: Sender, reading: Sender) -> None:
    for sender in (granted, reading):
        answer = sender("GET", "store/a/.zattrs")
        assert (answer.status, error_code(answer)) == (404, "NoSuchKey")
        assert sender("HEAD", "store/a/.zattrs").status == 404


@pytest.mark.parametrize("key", OUTSIDE)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_outside_nothing_is_told_or_done(
    granted: Sender, s3: Any, bucket: str, method: str, key: str
) -> None:
    answer = granted(method, key, b"forged" if method == "PUT" else b"")
    assert is_denied(answer, "InvalidArgument", "InvalidURI"), (answer.status, answer.body)
    for kept in ("store/b", "other/key", "store/aa"):
        assert content(s3, bucket, kept) == b"secret"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_there_or_not_outside_it_is_the_same(granted: Sender, method: str) -> None:
    there, absent = granted(method, "other/key"), granted(method, "other/absent")
    assert there.status == absent.status == 403
    assert there.headers.keys() == absent.headers.keys()


@pytest.mark.parametrize(
    "path",
    [
        "store/a/%2e%2e/b",
        "store/a/%2E%2E/%2e%2e/other/key",
        "store/a/..%2fb",
        "store/a%2f..%2fb",
        "store/a/%252e%252e/b",
        "store%2fb",
        "store/a/%00/../../b",
        "store/a\\..\\b",
        "./store/b",
        "store/a/.%2e/b",
    ],
)
def test_no_encoding_leads_outside(granted: Sender, s3: Any, bucket: str, path: str) -> None:
    """Each is signed as it is sent, so only the meaning of the path can refuse it."""
    for method in ("GET", "PUT", "DELETE"):
        answer = granted(method, path=f"/{bucket}/{path}", body=b"forged" if method == "PUT" else b"")
        assert answer.body != b"secret"
        assert answer.status >= 400 or path == "store/a/%252e%252e/b", (method, answer.body)
    assert content(s3, bucket, "store/b") == b"secret"
    assert content(s3, bucket, "other/key") == b"secret"


def test_another_bucket_is_outside(granted: Sender, store: Store) -> None:
    other = replace(granted, bucket="another-bucket")
    for method in ("GET", "PUT", "DELETE"):
        assert is_denied(other(method, "store/a/x"))
    assert is_denied(other("GET", query={"list-type": "2", "prefix": "store/a/"}))


def listed(sender: Sender, prefix: str | None, **query: str) -> Answer:
    asked = {"list-type": "2", **query}
    return sender("GET", query=asked if prefix is None else {**asked, "prefix": prefix})


@pytest.mark.parametrize("prefix", ["store/a/", "store/a", "store/a/y", "store/a/y/", "store/a/none/"])
def test_what_lies_within_can_be_listed(granted: Sender, reading: Sender, prefix: str) -> None:
    for sender in (granted, reading):
        answer = listed(sender, prefix)
        assert answer.status == 200, answer.body
        assert b"store/aa" not in answer.body and b"store/b" not in answer.body
        assert (b"store/a/y/z" in answer.body) == (not prefix.endswith("none/"))


@pytest.mark.parametrize(
    "prefix", [None, "", "s", "store/", "store/aa", "store/b", "other/", "store/b/../a/"]
)
def test_what_lies_outside_cannot_be_listed(granted: Sender, reading: Sender, prefix: str | None) -> None:
    for sender in (granted, reading):
        assert is_denied(listed(sender, prefix), "InvalidArgument")
        assert is_denied(listed(sender, prefix, delimiter="/"), "InvalidArgument")
        assert is_denied(sender("GET", query={} if prefix is None else {"prefix": prefix}), "InvalidArgument")


def test_dots_in_a_prefix_are_letters(granted: Sender) -> None:
    answer = listed(granted, "store/a/../")
    assert answer.status >= 400 or b"<KeyCount>0</KeyCount>" in answer.body


def test_a_neighbour_is_no_common_prefix(granted: Sender, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="store/ab/c", Body=b"secret")
    answer = listed(granted, "store/a", delimiter="/")
    assert answer.status == 200
    assert b"store/ab" not in answer.body
    assert b"<Prefix>store/a/</Prefix>" in answer.body


def test_no_token_of_a_list_leads_outside(granted: Sender, s3: Any, bucket: str) -> None:
    """The token of another list, or a start before the prefix."""
    token = s3.list_objects_v2(Bucket=bucket, MaxKeys=1)["NextContinuationToken"]
    for query in ({"continuation-token": token}, {"start-after": "a"}):
        answer = listed(granted, "store/a/", **query)
        assert b"other/key" not in answer.body and b"store/b" not in answer.body


def test_uploads_of_others_are_not_listed(granted: Sender, s3: Any, bucket: str) -> None:
    s3.create_multipart_upload(Bucket=bucket, Key="other/upload")
    for query in ({"uploads": ""}, {"uploads": "", "prefix": "store/a/"}):
        assert is_denied(granted("GET", query=query))


def test_a_bulk_delete_answers_key_by_key(granted: Sender, client: Any, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="store/a/doomed", Body=b"x")
    keys = [{"Key": "store/a/doomed"}, {"Key": "store/b"}, {"Key": "store/a/../b"}, {"Key": "other/key"}]
    answer = client.delete_objects(Bucket=bucket, Delete={"Objects": keys})
    assert [each["Key"] for each in answer["Deleted"]] == ["store/a/doomed"]
    assert {each["Key"] for each in answer["Errors"]} == {"store/b", "store/a/../b", "other/key"}
    assert {each["Code"] for each in answer["Errors"]} <= {"AccessDenied", "InvalidArgument"}
    for kept in ("store/b", "other/key"):
        assert content(s3, bucket, kept) == b"secret"


@pytest.mark.parametrize("source", ["other/key", "store/b", "store/a/../b", "store/aa", "other/absent"])
def test_no_copy_comes_from_outside(granted: Sender, s3: Any, bucket: str, source: str) -> None:
    for named in (f"/{bucket}/{encoded(source, '/')}", f"{bucket}/{encoded(source)}"):
        answer = granted("PUT", "store/a/stolen", headers={"x-amz-copy-source": named})
        assert is_denied(answer, "InvalidArgument"), answer.body
    assert is_missing(s3, bucket, "store/a/stolen")


def test_no_part_is_copied_from_outside(client: Any, bucket: str) -> None:
    upload = client.create_multipart_upload(Bucket=bucket, Key="store/a/parts")["UploadId"]
    with refused("AccessDenied", 403):
        client.upload_part_copy(
            Bucket=bucket,
            Key="store/a/parts",
            UploadId=upload,
            PartNumber=1,
            CopySource={"Bucket": bucket, "Key": "other/key"},
        )


def test_uploads_of_others_cannot_be_touched(granted: Sender, client: Any, s3: Any, bucket: str) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="other/mine")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="other/mine", UploadId=upload, PartNumber=1, Body=b"x")
    for key in ("other/mine", "store/a/x"):
        for call in (
            lambda key=key: granted("PUT", key, b"y", {"uploadId": upload, "partNumber": "1"}),
            lambda key=key: granted("DELETE", key, query={"uploadId": upload}),
            lambda key=key: granted("GET", key, query={"uploadId": upload}),
        ):
            assert call().status in (403, 404)
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    s3.complete_multipart_upload(
        Bucket=bucket, Key="other/mine", UploadId=upload, MultipartUpload={"Parts": parts}
    )
    assert content(s3, bucket, "other/mine") == b"x"


@pytest.mark.parametrize(
    "key", ["other/form", "store/a/../form", "store/ab", "${filename}", "store/a/${filename}"]
)
def test_no_form_puts_outside(granted: Sender, s3: Any, bucket: str, key: str) -> None:
    fields = granted.form(key, [["starts-with", "$key", ""]])
    answer = granted.post_form(fields, b"forged", name="../form")
    assert is_denied(answer, "InvalidArgument"), (answer.status, answer.body)
    for absent in ("other/form", "store/form", "store/ab", "form"):
        assert is_missing(s3, bucket, absent)


def test_a_form_puts_within(granted: Sender, s3: Any, bucket: str) -> None:
    fields = granted.form("store/a/form", [{"key": "store/a/form"}])
    assert granted.post_form(fields, b"x").status == 204
    assert content(s3, bucket, "store/a/form") == b"x"


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda sender: sender("PUT", "store/a/x", b"forged"), id="put"),
        pytest.param(lambda sender: sender("DELETE", "store/a/x"), id="delete"),
        pytest.param(lambda sender: sender("POST", "store/a/x", query={"uploads": ""}), id="upload"),
        pytest.param(
            lambda sender: sender(
                "PUT", "store/a/y/z", headers={"x-amz-copy-source": f"/{sender.bucket}/store/a/x"}
            ),
            id="copy",
        ),
        pytest.param(
            lambda sender: sender.post_form(sender.form("store/a/x", [{"key": "store/a/x"}]), b"forged"),
            id="form",
        ),
        pytest.param(lambda sender: exchange("PUT", sender.presigned("PUT", "store/a/x")), id="presigned"),
    ],
)
def test_who_may_read_may_not_write(
    reading: Sender, s3: Any, bucket: str, write: Callable[[Sender], Answer]
) -> None:
    answer = write(reading)
    assert (answer.status, error_code(answer)) == (403, "AccessDenied")
    assert content(s3, bucket, "store/a/x") == b"store/a/x"
    assert content(s3, bucket, "store/a/y/z") == b"store/a/y/z"


def test_who_may_read_may_not_delete_in_bulk(store: Store, reading: Sender, s3: Any, bucket: str) -> None:
    answer = boto_client(store, reading.keys).delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": "store/a/x"}]}
    )
    assert [(each["Key"], each["Code"]) for each in answer["Errors"]] == [("store/a/x", "AccessDenied")]
    assert content(s3, bucket, "store/a/x") == b"store/a/x"


def test_who_may_read_reads(reading: Sender) -> None:
    assert reading("GET", "store/a/x").body == b"store/a/x"
    assert exchange("GET", reading.presigned("GET", "store/a/x")).body == b"store/a/x"


def test_no_address_outlives_its_grant_or_leads_outside(store: Store, granted: Sender, bucket: str) -> None:
    assert is_denied(exchange("GET", granted.presigned("GET", "other/key")))
    short = Sender(store.endpoint, bucket, store.keys(bucket, prefix="store/a", expires="1s"))
    address = short.presigned("GET", "store/a/x", 3600)
    time.sleep(1.5)
    answer = exchange("GET", address)
    assert (answer.status, error_code(answer)) == (403, "ExpiredToken")


def test_grants_end(store: Store, s3: Any, bucket: str) -> None:
    short = Sender(store.endpoint, bucket, store.keys(bucket, expires="2s"))
    assert short("PUT", "ending", b"x").status == 200
    time.sleep(2.5)
    for method in ("GET", "PUT", "DELETE"):
        answer = short(method, "ending")
        assert (answer.status, error_code(answer)) == (403, "ExpiredToken")
    assert content(s3, bucket, "ending") == b"x"


def test_buckets_are_listed_for_who_may_see_them(granted: Sender, send: Sender, bucket: str) -> None:
    assert f"<Name>{bucket}</Name>".encode() in send("GET", path="/").body
    answer = granted("GET", path="/")
    assert answer.status in (200, 403)


def test_what_an_object_says_of_itself_cannot_be_taken_for_the_disks_names(
    granted: Sender, s3: Any, bucket: str
) -> None:
    """Keys in the form that files have on the disk (`%2E%2E`) are keys like others."""
    s3.put_object(Bucket=bucket, Key="store/a/%2E%2E/b", Body=b"odd")
    assert granted("GET", "store/a/%2E%2E/b").body == b"odd"
    assert content(s3, bucket, "store/b") == b"secret"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--bucket", "Not A Bucket"],
        ["--bucket", ".."],
        ["--prefix", "in-no-bucket"],
        ["--bucket", "good", "--expires", "soon"],
        ["--bucket", "good", "--expires", "-1h"],
        ["--bucket", "good", "--expires", "1000000h"],
        ["--bucket", "good", "--prefix", "x" * 2000],
    ],
    ids=lambda arguments: " ".join(arguments)[:40],
)
def test_grants_that_cannot_be(store: Store, arguments: list[str]) -> None:
    assert isinstance(store, Arkitektd)
    done = CommandLine(store.server.data).run("s3", "grant", *arguments)
    assert done.returncode != 0
    assert done.stderr.startswith("arkitektd: ") and "AWS_" not in done.stdout
