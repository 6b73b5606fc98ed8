"""Objects in parts: concurrent, out of order, replaced, missing, retried."""

from __future__ import annotations

import hashlib
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig

from .errors import content, is_missing, refused
from .signing import Sender, error_code

MIB = 1 << 20
PART = 5 * MIB
"""The least that a part may have which is not the last."""

Part = dict[str, Any]


def begin(s3: Any, bucket: str, key: str, **how: Any) -> str:
    return s3.create_multipart_upload(Bucket=bucket, Key=key, **how)["UploadId"]


def put(s3: Any, bucket: str, key: str, upload: str, number: int, body: bytes) -> Part:
    made = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=body)
    return {"PartNumber": number, "ETag": made["ETag"]}


def complete(s3: Any, bucket: str, key: str, upload: str, parts: list[Part], **how: Any) -> Any:
    return s3.complete_multipart_upload(
        Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}, **how
    )


def blob(seed: int, size: int = PART) -> bytes:
    return random.Random(seed).randbytes(size)


def joined_etag(*parts: bytes) -> str:
    digests = b"".join(hashlib.md5(part).digest() for part in parts)
    return f'"{hashlib.md5(digests).hexdigest()}-{len(parts)}"'


def test_parts_make_one_object(s3: Any, bucket: str) -> None:
    bodies = [blob(1), blob(2, PART + 12_345), blob(3, 77)]
    upload = begin(s3, bucket, "joined", ContentType="image/tiff", Metadata={"plate": "7"})
    parts = [put(s3, bucket, "joined", upload, n, body) for n, body in enumerate(bodies, start=1)]
    assert is_missing(s3, bucket, "joined")
    done = complete(s3, bucket, "joined", upload, parts)
    assert done["ETag"] == joined_etag(*bodies)
    assert (done["Bucket"], done["Key"]) == (bucket, "joined")
    got = s3.get_object(Bucket=bucket, Key="joined")
    assert got["Body"].read() == b"".join(bodies)
    assert (got["ETag"], got["ContentType"], got["Metadata"]) == (
        done["ETag"],
        "image/tiff",
        {"plate": "7"},
    )


def test_parts_come_at_once_and_in_any_order(s3: Any, bucket: str) -> None:
    bodies = {number: blob(number) for number in range(1, 6)}
    bodies[6] = blob(6, 1000)
    upload = begin(s3, bucket, "disorder")
    order = list(bodies)
    random.Random(4).shuffle(order)
    with ThreadPoolExecutor(6) as pool:
        parts = list(pool.map(lambda n: put(s3, bucket, "disorder", upload, n, bodies[n]), order))
    complete(s3, bucket, "disorder", upload, sorted(parts, key=lambda part: part["PartNumber"]))
    assert content(s3, bucket, "disorder") == b"".join(bodies[n] for n in sorted(bodies))


def test_the_last_write_of_a_part_counts(s3: Any, bucket: str) -> None:
    upload = begin(s3, bucket, "replaced")
    old = put(s3, bucket, "replaced", upload, 1, blob(1))
    new = put(s3, bucket, "replaced", upload, 1, blob(2, PART + 1))
    last = put(s3, bucket, "replaced", upload, 2, b"end")
    with refused("InvalidPart", 400):
        complete(s3, bucket, "replaced", upload, [old, last])
    complete(s3, bucket, "replaced", upload, [new, last])
    assert content(s3, bucket, "replaced") == blob(2, PART + 1) + b"end"


def test_numbers_may_have_gaps(s3: Any, bucket: str) -> None:
    upload = begin(s3, bucket, "gaps")
    parts = [put(s3, bucket, "gaps", upload, n, blob(n)) for n in (3, 700)]
    parts.append(put(s3, bucket, "gaps", upload, 10_000, b"last"))
    complete(s3, bucket, "gaps", upload, parts)
    assert content(s3, bucket, "gaps") == blob(3) + blob(700) + b"last"


def test_parts_that_are_not_named_are_left_out(s3: Any, bucket: str) -> None:
    upload = begin(s3, bucket, "left-out")
    parts = [put(s3, bucket, "left-out", upload, n, blob(n)) for n in (1, 2, 3)]
    complete(s3, bucket, "left-out", upload, [parts[0], parts[2]])
    assert content(s3, bucket, "left-out") == blob(1) + blob(3)


def test_one_small_part_is_enough(s3: Any, bucket: str) -> None:
    upload = begin(s3, bucket, "one")
    part = put(s3, bucket, "one", upload, 1, b"small")
    assert complete(s3, bucket, "one", upload, [part])["ETag"] == joined_etag(b"small")
    assert content(s3, bucket, "one") == b"small"


def test_a_small_part_in_the_middle_is_refused(s3: Any, bucket: str) -> None:
    upload = begin(s3, bucket, "small")
    parts = [
        put(s3, bucket, "small", upload, 1, blob(1, PART - 1)),
        put(s3, bucket, "small", upload, 2, b"x"),
    ]
    with refused("EntityTooSmall", 400):
        complete(s3, bucket, "small", upload, parts)
    assert is_missing(s3, bucket, "small")
    # The upload is still there to be mended.
    parts[0] = put(s3, bucket, "small", upload, 1, blob(1))
    complete(s3, bucket, "small", upload, parts)
    assert content(s3, bucket, "small") == blob(1) + b"x"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([{"PartNumber": 2, "ETag": '"00000000000000000000000000000000"'}], "InvalidPart"),
        ([{"PartNumber": 1, "ETag": '"00000000000000000000000000000000"'}], "InvalidPart"),
        ([{"PartNumber": 1, "ETag": "nonsense"}], "InvalidPart"),
        ([], "MalformedXML"),
    ],
    ids=["missing", "wrong ETag", "no ETag", "none"],
)
def test_what_cannot_be_joined_is_refused(s3: Any, bucket: str, parts: list[Part], code: str) -> None:
    upload = begin(s3, bucket, "unjoined")
    put(s3, bucket, "unjoined", upload, 1, b"x")
    with refused(code, 400):
        complete(s3, bucket, "unjoined", upload, parts)
    assert is_missing(s3, bucket, "unjoined")


def test_parts_out_of_order_are_refused_at_the_end(s3: Any, bucket: str) -> None:
    upload = begin(s3, bucket, "backwards")
    parts = [put(s3, bucket, "backwards", upload, n, blob(n)) for n in (1, 2)]
    with refused("InvalidPartOrder", 400):
        complete(s3, bucket, "backwards", upload, parts[::-1])


@pytest.mark.parametrize("number", ["0", "10001", "-1", "one", "1.5", "99999999999999999999"])
def test_numbers_end_at_ten_thousand(send: Sender, s3: Any, bucket: str, number: str) -> None:
    upload = begin(s3, bucket, "numbers")
    answer = send("PUT", "numbers", b"x", {"uploadId": upload, "partNumber": number})
    assert (answer.status, error_code(answer)) == (400, "InvalidArgument")


def test_an_aborted_upload_is_gone(s3: Any, bucket: str) -> None:
    upload = begin(s3, bucket, "aborted")
    part = put(s3, bucket, "aborted", upload, 1, b"x")
    answer = s3.abort_multipart_upload(Bucket=bucket, Key="aborted", UploadId=upload)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    with refused("NoSuchUpload", 404):
        complete(s3, bucket, "aborted", upload, [part])
    with refused("NoSuchUpload", 404):
        put(s3, bucket, "aborted", upload, 2, b"late")
    with refused("NoSuchUpload", 404):
        s3.list_parts(Bucket=bucket, Key="aborted", UploadId=upload)
    assert is_missing(s3, bucket, "aborted")


@pytest.mark.parametrize("upload", ["made-up", "../../../etc", "0" * 32, "%00", "a/b"])
def test_an_upload_that_nobody_began(s3: Any, bucket: str, upload: str) -> None:
    with refused("NoSuchUpload", 404):
        put(s3, bucket, "nobody", upload, 1, b"x")
    with refused("NoSuchUpload", 404):
        s3.abort_multipart_upload(Bucket=bucket, Key="nobody", UploadId=upload)
    with refused("NoSuchUpload", 404):
        complete(s3, bucket, "nobody", upload, [{"PartNumber": 1, "ETag": '"' + "0" * 32 + '"'}])


def test_an_upload_belongs_to_its_key(s3: Any, bucket: str) -> None:
    upload = begin(s3, bucket, "owner")
    part = put(s3, bucket, "owner", upload, 1, b"x")
    with refused("NoSuchUpload", 404):
        put(s3, bucket, "thief", upload, 1, b"y")
    with refused("NoSuchUpload", 404):
        complete(s3, bucket, "thief", upload, [part])
    complete(s3, bucket, "owner", upload, [part])
    assert content(s3, bucket, "owner") == b"x"


@pytest.mark.peer_differs("versitygw forgets an upload with its completion")
def test_completing_twice_is_completing_once(s3: Any, bucket: str) -> None:
    upload = begin(s3, bucket, "twice")
    part = put(s3, bucket, "twice", upload, 1, b"x")
    first = complete(s3, bucket, "twice", upload, [part])
    assert complete(s3, bucket, "twice", upload, [part])["ETag"] == first["ETag"]
    s3.put_object(Bucket=bucket, Key="twice", Body=b"since changed")
    with refused("NoSuchUpload", 404):
        complete(s3, bucket, "twice", upload, [part])
    assert content(s3, bucket, "twice") == b"since changed"


def test_completing_replaces_what_was_there(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="over", Body=b"old", Metadata={"old": "yes"})
    upload = begin(s3, bucket, "over")
    part = put(s3, bucket, "over", upload, 1, b"new")
    complete(s3, bucket, "over", upload, [part])
    got = s3.get_object(Bucket=bucket, Key="over")
    assert (got["Body"].read(), got["Metadata"]) == (b"new", {})


def test_completing_only_if_there_is_none(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="only-new", Body=b"old")
    upload = begin(s3, bucket, "only-new")
    part = put(s3, bucket, "only-new", upload, 1, b"new")
    with refused("PreconditionFailed", 412):
        complete(s3, bucket, "only-new", upload, [part], IfNoneMatch="*")
    assert content(s3, bucket, "only-new") == b"old"


def test_two_uploads_of_one_key_do_not_meet(s3: Any, bucket: str) -> None:
    uploads = [begin(s3, bucket, "both") for _ in range(2)]
    parts = [
        put(s3, bucket, "both", upload, 1, name) for upload, name in zip(uploads, [b"a", b"b"], strict=True)
    ]
    complete(s3, bucket, "both", uploads[1], [parts[1]])
    assert content(s3, bucket, "both") == b"b"
    complete(s3, bucket, "both", uploads[0], [parts[0]])
    assert content(s3, bucket, "both") == b"a"


def test_parts_are_listed_page_by_page(s3: Any, bucket: str) -> None:
    upload = begin(s3, bucket, "listed")
    etags = {n: put(s3, bucket, "listed", upload, n, b"x" * n)["ETag"] for n in (5, 1, 9, 12, 3)}
    asked = {"Bucket": bucket, "Key": "listed", "UploadId": upload}
    whole = s3.list_parts(**asked)
    told = [(part["PartNumber"], part["ETag"], part["Size"]) for part in whole["Parts"]]
    assert told == [(n, etags[n], n) for n in sorted(etags)]
    assert (whole["IsTruncated"], whole["UploadId"], whole["Key"]) == (False, upload, "listed")
    first = s3.list_parts(**asked, MaxParts=2)
    assert (first["IsTruncated"], first["NextPartNumberMarker"]) == (True, 3)
    second = s3.list_parts(**asked, MaxParts=2, PartNumberMarker=3)
    assert [part["PartNumber"] for part in second["Parts"]] == [5, 9]


def test_uploads_are_listed_until_they_end(s3: Any, bucket: str) -> None:
    uploads = {key: begin(s3, bucket, key) for key in ("ups/a", "ups/b/c", "ups/b/d")}
    second = begin(s3, bucket, "ups/a")

    def listed(**how: Any) -> set[tuple[str, str]]:
        page = s3.list_multipart_uploads(Bucket=bucket, Prefix="ups/", **how)
        return {(each["Key"], each["UploadId"]) for each in page.get("Uploads", [])}

    assert listed() == {*uploads.items(), ("ups/a", second)}
    page = s3.list_multipart_uploads(Bucket=bucket, Prefix="ups/", Delimiter="/")
    assert [each["Prefix"] for each in page["CommonPrefixes"]] == ["ups/b/"]
    assert {each["Key"] for each in page["Uploads"]} == {"ups/a"}
    s3.abort_multipart_upload(Bucket=bucket, Key="ups/b/c", UploadId=uploads["ups/b/c"])
    part = put(s3, bucket, "ups/b/d", uploads["ups/b/d"], 1, b"x")
    complete(s3, bucket, "ups/b/d", uploads["ups/b/d"], [part])
    assert listed() == {("ups/a", uploads["ups/a"]), ("ups/a", second)}


@pytest.mark.peer_differs("versitygw refuses the marker that it told")
def test_uploads_are_listed_page_by_page(s3: Any, bucket: str) -> None:
    made = {(key, begin(s3, bucket, key)) for key in ("pages/1", "pages/2", "pages/3", "pages/4", "pages/5")}
    found: list[tuple[str, str]] = []
    markers: dict[str, str] = {}
    for _ in range(5):
        page = s3.list_multipart_uploads(Bucket=bucket, Prefix="pages/", MaxUploads=2, **markers)
        found += [(each["Key"], each["UploadId"]) for each in page.get("Uploads", [])]
        if not page["IsTruncated"]:
            break
        markers = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}
    assert sorted(found) == sorted(made)


def test_an_upload_is_no_object_yet(s3: Any, bucket: str) -> None:
    upload = begin(s3, bucket, "unborn/key")
    put(s3, bucket, "unborn/key", upload, 1, b"x")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket, Prefix="unborn/")


def test_a_part_can_be_copied(s3: Any, bucket: str) -> None:
    source = blob(8, PART + 1000)
    s3.put_object(Bucket=bucket, Key="of-part", Body=source)
    upload = begin(s3, bucket, "from-copies")
    asked = {"Bucket": bucket, "Key": "from-copies", "UploadId": upload}
    where = {"Bucket": bucket, "Key": "of-part"}
    parts = [
        s3.upload_part_copy(**asked, CopySource=where, PartNumber=1)["CopyPartResult"],
        s3.upload_part_copy(**asked, CopySource=where, PartNumber=2, CopySourceRange="bytes=10-29")[
            "CopyPartResult"
        ],
    ]
    named = [{"PartNumber": n, "ETag": part["ETag"]} for n, part in enumerate(parts, start=1)]
    assert parts[1]["ETag"] == f'"{hashlib.md5(source[10:30]).hexdigest()}"'
    complete(s3, bucket, "from-copies", upload, named)
    assert content(s3, bucket, "from-copies") == source + source[10:30]


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-99999999",
        "bytes=5-2",
        "bytes=-5",
        "all",
        pytest.param("bytes=5-", marks=pytest.mark.peer_differs("versitygw copies up to the end")),
    ],
)
def test_a_part_copies_no_range_that_is_none(s3: Any, bucket: str, asked: str) -> None:
    s3.put_object(Bucket=bucket, Key="short", Body=b"0123456789")
    upload = begin(s3, bucket, "no-range")
    where = {"CopySource": {"Bucket": bucket, "Key": "short"}, "CopySourceRange": asked}
    with refused(("InvalidArgument", "InvalidRange"), 400):
        s3.upload_part_copy(Bucket=bucket, Key="no-range", UploadId=upload, PartNumber=1, **where)


def test_one_part_can_be_read(s3: Any, bucket: str) -> None:
    upload = begin(s3, bucket, "parts-of")
    parts = [put(s3, bucket, "parts-of", upload, n, body) for n, body in ((1, blob(1)), (2, b"second"))]
    complete(s3, bucket, "parts-of", upload, parts)
    got = s3.get_object(Bucket=bucket, Key="parts-of", PartNumber=2)
    assert (got["Body"].read(), got["PartsCount"]) == (b"second", 2)
    assert got["ContentRange"] == f"bytes {PART}-{PART + 5}/{PART + 6}"


def test_as_obstore_completes(send: Sender, s3: Any, bucket: str) -> None:
    """No namespace, ETag before number, quotes as entities."""
    upload = begin(s3, bucket, "plain")
    etag = put(s3, bucket, "plain", upload, 1, b"x")["ETag"].replace('"', "&quot;")
    part = f"<Part><ETag>{etag}</ETag><PartNumber>1</PartNumber></Part>"
    body = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>".encode()
    answer = send("POST", "plain", body, {"uploadId": upload})
    assert answer.status == 200 and b"<ETag>" in answer.body, answer.body
    assert content(s3, bucket, "plain") == b"x"


@pytest.mark.parametrize("body", [b"", b"<CompleteMultipartUpload>", b"text", b"<Other/>"])
def test_a_completion_that_is_none(send: Sender, s3: Any, bucket: str, body: bytes) -> None:
    upload = begin(s3, bucket, "bad-xml")
    put(s3, bucket, "bad-xml", upload, 1, b"x")
    answer = send("POST", "bad-xml", body, {"uploadId": upload})
    assert answer.status == 400, answer.body
    assert error_code(answer) in ("MalformedXML", "InvalidRequest")
    assert is_missing(s3, bucket, "bad-xml")


def test_boto3_transfers_in_parts_by_itself(s3: Any, bucket: str, tmp_path: Any) -> None:
    file = tmp_path / "large"
    file.write_bytes(blob(5, 23 * MIB + 17))
    parts = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=6)
    s3.upload_file(str(file), bucket, "transfer", Config=parts)
    s3.download_file(bucket, "transfer", str(tmp_path / "back"), Config=parts)
    assert (tmp_path / "back").read_bytes() == file.read_bytes()
    assert s3.head_object(Bucket=bucket, Key="transfer")["ETag"].endswith('-5"')
