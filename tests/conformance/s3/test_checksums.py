"""Checksums beside the bytes: every algorithm of boto3, in headers, trailers and parts."""

from __future__ import annotations

import base64
import hashlib
import random
import zlib
from typing import Any

import pytest
from awscrt import checksums as crt

from .errors import Clients, content, is_missing, refused
from .signing import Sender, error_code

PART = 5 << 20


def of_crc(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


ALGORITHMS = {
    "CRC32": lambda body: of_crc(zlib.crc32(body), 4),
    "CRC32C": lambda body: of_crc(crt.crc32c(body), 4),
    "CRC64NVME": lambda body: of_crc(crt.crc64nvme(body), 8),
    "SHA1": lambda body: hashlib.sha1(body).digest(),
    "SHA256": lambda body: hashlib.sha256(body).digest(),
}
WHOLE = ["CRC32", "CRC32C", "CRC64NVME"]
"""Those that can cover an object in parts as if it were one."""
COMPOSITE = ["CRC32", "CRC32C", "SHA1", "SHA256"]


def checksum(algorithm: str, body: bytes) -> str:
    return base64.b64encode(ALGORITHMS[algorithm](body)).decode()


def blob(seed: int, size: int = PART) -> bytes:
    return random.Random(seed).randbytes(size)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("size", [0, 1, 70_000])
def test_a_checksum_is_kept_and_told(s3: Any, bucket: str, algorithm: str, size: int) -> None:
    body, name = blob(size, size), f"Checksum{algorithm}"
    put = s3.put_object(Bucket=bucket, Key="kept", Body=body, ChecksumAlgorithm=algorithm)
    assert put[name] == checksum(algorithm, body)
    head = s3.head_object(Bucket=bucket, Key="kept", ChecksumMode="ENABLED")
    assert (head[name], head["ChecksumType"]) == (put[name], "FULL_OBJECT")
    # boto3 verifies what it reads against what it is told.
    assert s3.get_object(Bucket=bucket, Key="kept", ChecksumMode="ENABLED")["Body"].read() == body


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_checksum_that_was_given_is_verified(s3: Any, bucket: str, algorithm: str) -> None:
    name = f"Checksum{algorithm}"
    s3.put_object(Bucket=bucket, Key="given", Body=b"right", **{name: checksum(algorithm, b"right")})
    with refused("BadDigest", 400):
        s3.put_object(Bucket=bucket, Key="given", Body=b"wrong", **{name: checksum(algorithm, b"right")})
    assert content(s3, bucket, "given") == b"right"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("value", ["", "short", "bm90IGl0", "!" * 12])
def test_a_checksum_that_cannot_be_one(
    send: Sender, s3: Any, bucket: str, algorithm: str, value: str
) -> None:
    headers = {f"x-amz-checksum-{algorithm.lower()}": value}
    answer = send("PUT", f"impossible/{value}", b"x", headers=headers)
    assert (answer.status, error_code(answer)) == (400, "InvalidRequest")
    assert is_missing(s3, bucket, f"impossible/{value}")


def test_two_checksums_at_once_are_refused(send: Sender, s3: Any, bucket: str) -> None:
    headers = {f"x-amz-checksum-{each.lower()}": checksum(each, b"x") for each in ("CRC32", "SHA256")}
    answer = send("PUT", "two", b"x", headers=headers)
    assert (answer.status, error_code(answer)) == (400, "InvalidRequest")
    assert is_missing(s3, bucket, "two")


def test_checksums_are_told_only_to_who_asks(s3_with: Clients, bucket: str) -> None:
    s3 = s3_with(response_checksum_validation="when_required")
    s3.put_object(Bucket=bucket, Key="asked", Body=b"x", ChecksumAlgorithm="SHA256")
    assert "ChecksumSHA256" not in s3.head_object(Bucket=bucket, Key="asked")


def test_a_range_comes_without_the_checksum_of_the_whole(send: Sender, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="range", Body=b"0123456789", ChecksumAlgorithm="SHA256")
    answer = send("GET", "range", headers={"Range": "bytes=2-4", "x-amz-checksum-mode": "ENABLED"})
    assert answer.body == b"234"
    assert answer.headers.get("x-amz-checksum-sha256") in (None, checksum("SHA256", b"0123456789"))


def test_content_md5_is_verified(send: Sender, s3: Any, bucket: str) -> None:
    def md5(body: bytes) -> dict[str, str]:
        return {"Content-MD5": base64.b64encode(hashlib.md5(body).digest()).decode()}

    assert send("PUT", "md5", b"right", headers=md5(b"right")).status == 200
    answer = send("PUT", "md5", b"wrong", headers=md5(b"right"))
    assert (answer.status, error_code(answer)) == (400, "BadDigest")
    assert content(s3, bucket, "md5") == b"right"


@pytest.mark.parametrize("value", ["", "nonsense", "YWJj"])
def test_a_content_md5_that_cannot_be_one(send: Sender, s3: Any, bucket: str, value: str) -> None:
    answer = send("PUT", f"no-md5/{value}", b"x", headers={"Content-MD5": value})
    assert (answer.status, error_code(answer)) == (400, "InvalidDigest")
    assert is_missing(s3, bucket, f"no-md5/{value}")


def test_the_hash_that_was_signed_is_verified(send: Sender, s3: Any, bucket: str) -> None:
    answer = send("PUT", "other-body", b"body", payload=hashlib.sha256(b"other").hexdigest())
    assert (answer.status, error_code(answer)) == (400, "XAmzContentSHA256Mismatch")
    assert is_missing(s3, bucket, "other-body")


def test_a_body_may_stay_unsigned(send: Sender, s3: Any, bucket: str) -> None:
    assert send("PUT", "unsigned", b"body", payload="UNSIGNED-PAYLOAD").status == 200
    assert content(s3, bucket, "unsigned") == b"body"


def upload_in_parts(s3: Any, bucket: str, key: str, algorithm: str, kind: str, **last: str) -> Any:
    begun = s3.create_multipart_upload(Bucket=bucket, Key=key, ChecksumAlgorithm=algorithm, ChecksumType=kind)
    assert (begun["ChecksumAlgorithm"], begun["ChecksumType"]) == (algorithm, kind)
    asked = {"Bucket": bucket, "Key": key, "UploadId": begun["UploadId"]}
    name, parts = f"Checksum{algorithm}", []
    for number, body in enumerate([blob(1), blob(2, 1000)], start=1):
        made = s3.upload_part(**asked, PartNumber=number, Body=body, ChecksumAlgorithm=algorithm)
        assert made[name] == checksum(algorithm, body)
        parts.append({"PartNumber": number, "ETag": made["ETag"], name: made[name]})
    return s3.complete_multipart_upload(**asked, MultipartUpload={"Parts": parts}, **last)


@pytest.mark.parametrize("algorithm", COMPOSITE)
def test_a_composite_checksum(s3: Any, bucket: str, algorithm: str) -> None:
    done = upload_in_parts(s3, bucket, "composite", algorithm, "COMPOSITE")
    digests = ALGORITHMS[algorithm](blob(1)) + ALGORITHMS[algorithm](blob(2, 1000))
    expected = checksum(algorithm, digests) + "-2"
    head = s3.head_object(Bucket=bucket, Key="composite", ChecksumMode="ENABLED")
    assert done[f"Checksum{algorithm}"] == head[f"Checksum{algorithm}"] == expected
    assert head["ChecksumType"] == "COMPOSITE"
    assert content(s3, bucket, "composite") == blob(1) + blob(2, 1000)


@pytest.mark.parametrize("algorithm", WHOLE)
def test_a_checksum_of_the_whole_in_parts(s3: Any, bucket: str, algorithm: str) -> None:
    expected = checksum(algorithm, blob(1) + blob(2, 1000))
    given = {f"Checksum{algorithm}": expected, "ChecksumType": "FULL_OBJECT"}
    done = upload_in_parts(s3, bucket, "whole", algorithm, "FULL_OBJECT", **given)
    head = s3.head_object(Bucket=bucket, Key="whole", ChecksumMode="ENABLED")
    assert done[f"Checksum{algorithm}"] == head[f"Checksum{algorithm}"] == expected
    assert head["ChecksumType"] == "FULL_OBJECT"
    assert s3.get_object(Bucket=bucket, Key="whole", ChecksumMode="ENABLED")["Body"].read() == (
        blob(1) + blob(2, 1000)
    )


@pytest.mark.parametrize("algorithm", WHOLE)
def test_a_wrong_checksum_of_the_whole_is_refused(s3: Any, bucket: str, algorithm: str) -> None:
    wrong = {f"Checksum{algorithm}": checksum(algorithm, b"other"), "ChecksumType": "FULL_OBJECT"}
    with refused("BadDigest", 400):
        upload_in_parts(s3, bucket, "not-whole", algorithm, "FULL_OBJECT", **wrong)
    assert is_missing(s3, bucket, "not-whole")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_part_is_verified(s3: Any, bucket: str, algorithm: str) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="part", ChecksumAlgorithm=algorithm)["UploadId"]
    with refused("BadDigest", 400):
        s3.upload_part(
            Bucket=bucket,
            Key="part",
            UploadId=upload,
            PartNumber=1,
            Body=b"wrong",
            **{f"Checksum{algorithm}": checksum(algorithm, b"right")},
        )
    assert "Parts" not in s3.list_parts(Bucket=bucket, Key="part", UploadId=upload)


def test_a_part_that_was_named_with_another_checksum(s3: Any, bucket: str) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="named", ChecksumAlgorithm="SHA256")["UploadId"]
    asked = {"Bucket": bucket, "Key": "named", "UploadId": upload}
    made = s3.upload_part(**asked, PartNumber=1, Body=b"x", ChecksumAlgorithm="SHA256")
    part = {"PartNumber": 1, "ETag": made["ETag"], "ChecksumSHA256": checksum("SHA256", b"other")}
    with refused(("InvalidPart", "BadDigest"), 400):
        s3.complete_multipart_upload(**asked, MultipartUpload={"Parts": [part]})
    assert is_missing(s3, bucket, "named")


def test_a_copy_keeps_the_checksum(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="original", Body=b"content", ChecksumAlgorithm="SHA256")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "original"})
    head = s3.head_object(Bucket=bucket, Key="copy", ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == checksum("SHA256", b"content")


def test_an_algorithm_that_is_none(send: Sender, s3: Any, bucket: str) -> None:
    headers = {"x-amz-checksum-algorithm": "ROT13", "x-amz-sdk-checksum-algorithm": "ROT13"}
    answer = send("POST", "rot13", query={"uploads": ""}, headers=headers)
    assert (answer.status, error_code(answer)) == (400, "InvalidRequest")
