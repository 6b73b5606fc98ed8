"""The object store's listener: there, honest about what it cannot do yet, on its own origin."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from platform_under_test import wire
from platform_under_test.server import Server


def test_it_listens_beside_the_platform(platform: Server) -> None:
    assert platform.s3_url.rstrip("/") == f"http://localhost:{platform.port + 1}"


def test_anybody_may_ask_for_its_health(platform: Server) -> None:
    assert wire.request(f"{platform.s3_url.rstrip('/')}/ht").status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE", "POST"])
@pytest.mark.parametrize("path", ["/", "/bucket", "/bucket/key", "/ht/key", "/?list-type=2"])
def test_everything_else_is_not_implemented(platform: Server, method: str, path: str) -> None:
    if (method, path) in {("HEAD", "/ht")}:
        return
    body = b"data" if method in ("PUT", "POST") else None
    answer = wire.request(platform.s3_url.rstrip("/") + path, body, method=method)
    assert answer.status == 501
    assert "xml" in answer.headers["content-type"]
    if method != "HEAD":
        error = ElementTree.fromstring(answer.body)
        assert error.tag == "Error"
        assert error.findtext("Code") == "NotImplemented"


def test_the_platforms_port_serves_no_objects(platform: Server) -> None:
    assert wire.request(f"{platform.url}/bucket/key").status == 404


@pytest.mark.parametrize(
    "mutation",
    [
        'requestMediaUpload(input: {originalFileName: "a.png"}) { __typename }',
        'finishMediaUpload(input: {storeId: "1", valid: true}) { __typename }',
    ],
)
def test_media_is_not_built_yet(platform: Server, token: str, mutation: str) -> None:
    answer = wire.graphql(platform.rekuest_url, f"mutation {{ {mutation} }}", token=token)
    assert answer.error_code() == "NOT_IMPLEMENTED", answer.body
