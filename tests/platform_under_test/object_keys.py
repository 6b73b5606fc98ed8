"""Requests to the object store, signed with nothing but what `arkitektd s3 grant` printed."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import urllib.parse

from . import wire


def signed(keys: dict[str, str], method: str, path: str, body: bytes = b"") -> wire.Answer:
    """One request with AWS Signature Version 4."""
    url = keys["AWS_ENDPOINT_URL"] + path
    now = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{now[:8]}/{keys['AWS_REGION']}/s3/aws4_request"
    headers = {
        "host": urllib.parse.urlsplit(url).netloc,
        "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-amz-date": now,
        "x-amz-security-token": keys["AWS_SESSION_TOKEN"],
    }
    names = ";".join(headers)
    lines = [f"{name}:{value}" for name, value in headers.items()]
    bare, _, query = path.partition("?")
    canonical = "\n".join([method, bare, query, *lines, "", names, headers["x-amz-content-sha256"]])
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = b"AWS4" + keys["AWS_SECRET_ACCESS_KEY"].encode()
    for part in [*scope.split("/"), text]:
        key = hmac.digest(key, part.encode(), "sha256")
    credential = f"{keys['AWS_ACCESS_KEY_ID']}/{scope}"
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={key.hex()}"
    )
    return wire.request(url, body if method in ("PUT", "POST") else None, method=method, headers=headers)
