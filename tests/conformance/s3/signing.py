"""AWS Signature Version 4 by hand, for requests that clients never send.

After Amazon's "Authenticating Requests (AWS Signature Version 4)"; boto3 and obstore sign the other tests'
requests, so a mistake here would not stay hidden.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import http.client
import json
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from platform_under_test.wire import Answer

from .stores import REGION, Keys

EMPTY = hashlib.sha256(b"").hexdigest()


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def stamp(at: datetime.datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%SZ")


def encoded(text: str, safe: str = "") -> str:
    return urllib.parse.quote(text, safe=safe + "-_.~")


def mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


@dataclass(frozen=True)
class Scope:
    """Whose signatures count where and on which day."""

    keys: Keys
    at: datetime.datetime
    region: str = REGION

    @property
    def text(self) -> str:
        return f"{self.at:%Y%m%d}/{self.region}/s3/aws4_request"

    @property
    def credential(self) -> str:
        return f"{self.keys.access_key}/{self.text}"

    def signature(self, text: str) -> str:
        key = mac(f"AWS4{self.keys.secret_key}".encode(), f"{self.at:%Y%m%d}")
        for part in (self.region, "s3", "aws4_request"):
            key = mac(key, part)
        return mac(key, text).hex()

    def signature_of_request(
        self, method: str, path: str, query: str, headers: dict[str, str], payload: str
    ) -> str:
        """`path` as sent, `query` canonical, `headers` lower case and all of them signed."""
        lines = "".join(f"{name}:{value.strip()}\n" for name, value in sorted(headers.items()))
        request = "\n".join([method, path, query, lines, ";".join(sorted(headers)), payload])
        digest = hashlib.sha256(request.encode()).hexdigest()
        return self.signature("\n".join(["AWS4-HMAC-SHA256", stamp(self.at), self.text, digest]))


@dataclass(frozen=True)
class Sender:
    """Sends requests to one bucket with one pair of keys."""

    endpoint: str
    bucket: str
    keys: Keys

    def path(self, key: str | None) -> str:
        return f"/{self.bucket}" + ("" if key is None else "/" + encoded(key, "/"))

    def sign(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        payload: str = EMPTY,
        at: datetime.datetime | None = None,
        unsigned: Iterable[str] = (),
        region: str = REGION,
    ) -> tuple[dict[str, str], Scope, str]:
        """The headers to send, and what the signatures of a body's chunks go on from.

        `unsigned` headers are sent but not covered; `payload` is the hash of the body or what stands for it.
        """
        scope = Scope(self.keys, at or now(), region)
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        sent.setdefault("host", urllib.parse.urlsplit(self.endpoint).netloc)
        sent.setdefault("x-amz-date", stamp(scope.at))
        sent.setdefault("x-amz-content-sha256", payload)
        if self.keys.token is not None:
            sent.setdefault("x-amz-security-token", self.keys.token)
        covered = {name: value for name, value in sent.items() if name not in unsigned}
        signature = scope.signature_of_request(method, path, canonical_query(query or {}), covered, payload)
        sent["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={scope.credential}, "
            f"SignedHeaders={';'.join(sorted(covered))}, Signature={signature}"
        )
        return sent, scope, signature

    def __call__(
        self,
        method: str,
        key: str | None = None,
        body: bytes = b"",
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        payload: str | None = None,
        path: str | None = None,
        **how: Any,
    ) -> Answer:
        """One signed request. `path` is sent as it is; without it it follows from the key."""
        path = path or self.path(key)
        payload = payload or hashlib.sha256(body).hexdigest()
        sent, _, _ = self.sign(method, path, query, headers, payload, **how)
        return self.send_as_is(method, path, query, sent, body)

    def send_as_is(
        self, method: str, path: str, query: dict[str, str] | None, headers: dict[str, str], body: bytes = b""
    ) -> Answer:
        """Sends what was signed before, changed or not."""
        return exchange(
            method, self.endpoint + path + (f"?{canonical_query(query)}" if query else ""), headers, body
        )

    def presigned(
        self,
        method: str,
        key: str,
        expires: int = 300,
        at: datetime.datetime | None = None,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> str:
        """An address that carries its signature; `headers` must be sent along."""
        scope = Scope(self.keys, at or now())
        covered = {"host": urllib.parse.urlsplit(self.endpoint).netloc, **(headers or {})}
        asked = {
            **(query or {}),
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": scope.credential,
            "X-Amz-Date": stamp(scope.at),
            "X-Amz-Expires": str(expires),
            "X-Amz-SignedHeaders": ";".join(sorted(covered)),
        }
        if self.keys.token is not None:
            asked["X-Amz-Security-Token"] = self.keys.token
        signature = scope.signature_of_request(
            method, self.path(key), canonical_query(asked), covered, "UNSIGNED-PAYLOAD"
        )
        return f"{self.endpoint}{self.path(key)}?{canonical_query(asked)}&X-Amz-Signature={signature}"

    def form(self, key: str, conditions: list[Any], seconds: int = 300, **fields: str) -> dict[str, str]:
        """The fields of a browser's form: `conditions` beside those that every such form needs."""
        scope = Scope(self.keys, now())
        given = {
            "key": key,
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-credential": scope.credential,
            "x-amz-date": stamp(scope.at),
            **fields,
        }
        if self.keys.token is not None:
            given["x-amz-security-token"] = self.keys.token
        needed: list[Any] = [{"bucket": self.bucket}]
        needed += [{name: value} for name, value in given.items() if name.startswith("x-amz-")]
        end = (now() + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        policy = json.dumps({"expiration": end, "conditions": needed + conditions}).encode()
        given["policy"] = base64.b64encode(policy).decode()
        given["x-amz-signature"] = scope.signature(given["policy"])
        return given

    def post_form(
        self, fields: dict[str, str], content: bytes, name: str = "a.bin", kind: str = "text/plain"
    ) -> Answer:
        """Posts a form as a browser does, the file last."""
        line = "suite-of-forms"
        parts = [
            f'--{line}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in fields.items()
        ]
        parts.append(
            f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        )
        body = "".join(parts).encode() + content + f"\r\n--{line}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={line}"}
        return exchange("POST", f"{self.endpoint}/{self.bucket}", headers, body)


def exchange(method: str, url: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
    """One request with these headers and, but for the body's length, no others."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        given = {"Accept-Encoding": "identity", **(headers or {})}
        connection.request(method, target, body or None, given)
        got = connection.getresponse()
        return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
    finally:
        connection.close()


def canonical_query(query: dict[str, str]) -> str:
    return "&".join(sorted(f"{encoded(name)}={encoded(value)}" for name, value in query.items()))


def error_code(answer: Answer) -> str:
    """The `Code` of an error's XML, of which there must be one."""
    error = ElementTree.fromstring(answer.body)
    assert error.tag == "Error", answer.body
    return error.findtext("Code") or ""
