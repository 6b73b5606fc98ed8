"""What somebody uploaded as a page is bytes to a browser: it is saved, and nothing in it runs."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from playwright.sync_api import Browser, Error, Page

from platform_under_test import wire
from platform_under_test.command import CommandLine
from platform_under_test.server import Server

BUCKET = "uploaded"
KINDS = {
    "page.html": "text/html",
    "drawing.svg": "image/svg+xml",
    "page.xhtml": "application/xhtml+xml",
    "picture.png": "image/png",
    "unknown": "application/octet-stream",
}


@pytest.fixture(scope="module")
def s3(platform: Server) -> Any:
    keys = CommandLine(platform.data).json("s3", "grant", "--bucket", BUCKET, "--write")
    return boto3.client(
        "s3",
        endpoint_url=keys["AWS_ENDPOINT_URL"],
        region_name=keys["AWS_REGION"],
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=keys["AWS_SESSION_TOKEN"],
        config=Config(signature_version="s3v4"),
    )


@pytest.fixture
def elsewhere(platform: Server) -> Iterator[str]:
    """Another server's pages: one that is empty, and `/hostile`."""

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(
                hostile(platform, "page.html") if self.path == "/hostile" else b"<!DOCTYPE html>"
            )

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("localhost", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture
def asked() -> list[str]:
    """Every address that the window below asked for."""
    return []


@pytest.fixture
def window(chromium: Browser, asked: list[str]) -> Iterator[Page]:
    context = chromium.new_context(accept_downloads=True)
    context.set_default_timeout(5_000)
    context.on("request", lambda request: asked.append(request.url))
    yield context.new_page()
    context.close()


def hostile(platform: Server, name: str) -> bytes:
    """Asks the platform for an address that tells whether it ran; its last part is told by nobody else."""
    script = f"new Image().src = '{platform.url}/ran'"
    if name.endswith(".html"):
        return f'<!DOCTYPE html><body onload="{script}"><script>{script}</script>'.encode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" onload="{script}">'
        f'<script>{script}</script><html xmlns="http://www.w3.org/1999/xhtml"><script>{script}</script></html></svg>'
    ).encode()


@pytest.fixture
def upload(platform: Server, s3: Any) -> Callable[[str], str]:
    def upload_one(name: str) -> str:
        s3.put_object(
            Bucket=BUCKET,
            Key=name,
            Body=hostile(platform, name),
            ContentType=KINDS[name],
            ContentDisposition="inline",
        )
        address = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": name})
        assert wire.request(address).status == 200
        return address

    return upload_one


def test_the_page_would_run_from_elsewhere(
    platform: Server, elsewhere: str, window: Page, asked: list[str]
) -> None:
    """Else the tests below would prove nothing."""
    window.goto(f"{elsewhere}/hostile")
    window.wait_for_load_state("networkidle")
    assert f"{platform.url}/ran" in asked


@pytest.mark.parametrize("name", KINDS)
def test_it_is_saved_when_it_is_opened(
    platform: Server, window: Page, asked: list[str], upload: Callable[[str], str], name: str
) -> None:
    address = upload(name)
    with window.expect_download() as download, pytest.raises(Error, match="Download is starting"):
        window.goto(address)
    assert download.value.path().read_bytes() == hostile(platform, name)
    assert f"{platform.url}/ran" not in asked


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("element", ["iframe", "object", "embed", "img", "script"])
def test_it_does_not_run_where_it_is_embedded(
    platform: Server,
    elsewhere: str,
    window: Page,
    asked: list[str],
    upload: Callable[[str], str],
    element: str,
    name: str,
) -> None:
    address = upload(name)
    window.goto(elsewhere)
    window.evaluate(
        "([name, source, address]) => { const it = document.createElement(name); it[source] = address;"
        " document.body.append(it); }",
        [element, "data" if element == "object" else "src", address],
    )
    window.wait_for_timeout(500)
    assert address in asked
    assert f"{platform.url}/ran" not in asked
