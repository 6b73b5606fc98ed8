"""What a client's exception says of a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError


@dataclass
class Refusal:
    status: int = 0
    code: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


@contextmanager
def refused(code: str | tuple[str, ...], status: int) -> Iterator[Refusal]:
    """The call inside must be refused by boto3's server with this code and status.

    HEAD has no body, hence no code: there boto3 says the status.
    """
    told = Refusal()
    with pytest.raises(ClientError) as caught:
        yield told
    response = caught.value.response
    told.code = response["Error"]["Code"]
    told.status = response["ResponseMetadata"]["HTTPStatusCode"]
    told.headers = response["ResponseMetadata"]["HTTPHeaders"]
    told.details = response["Error"]
    codes = (code,) if isinstance(code, str) else code
    assert (told.code in codes, told.status) == (True, status), response


def status_of(call: Callable[[], Any]) -> int:
    """What a call of boto3 was answered, refused or not."""
    try:
        return call()["ResponseMetadata"]["HTTPStatusCode"]
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]


def is_missing(s3: Any, bucket: str, key: str) -> bool:
    status = status_of(lambda: s3.head_object(Bucket=bucket, Key=key))
    assert status in (200, 404)
    return status == 404


def content(s3: Any, bucket: str, key: str) -> bytes:
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


Clients = Callable[..., Any]
"""Makes boto3 clients with other settings."""
