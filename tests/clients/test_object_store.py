"""The object store's listener: on its own origin, closed to whoever has no keys."""

from __future__ import annotations

import os
import stat
import threading
import time
import xml.etree.ElementTree as ElementTree

import pytest

from platform_under_test import wire
from platform_under_test.command import CommandLine
from platform_under_test.object_keys import signed
from platform_under_test.server import Server


@pytest.fixture(scope="module")
def command(platform: Server) -> CommandLine:
    return CommandLine(platform.data)


def test_it_listens_beside_the_platform(platform: Server) -> None:
    assert platform.s3_url.rstrip("/") == f"http://localhost:{platform.port + 1}"


def test_anybody_may_ask_for_its_health(platform: Server) -> None:
    assert wire.request(f"{platform.s3_url.rstrip('/')}/ht").status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE", "POST"])
@pytest.mark.parametrize("path", ["/", "/bucket", "/bucket/key", "/bucket?list-type=2"])
def test_without_keys_there_is_nothing_to_see(platform: Server, method: str, path: str) -> None:
    body = b"data" if method in ("PUT", "POST") else None
    answer = wire.request(platform.s3_url.rstrip("/") + path, body, method=method)
    assert answer.status == 403
    assert "xml" in answer.headers["content-type"]
    if method != "HEAD":
        error = ElementTree.fromstring(answer.body)
        assert error.tag == "Error"
        assert error.findtext("Code") == "AccessDenied"


def test_keys_from_the_command_line_open_what_they_say(command: CommandLine) -> None:
    printed = command.run("s3", "grant", "--bucket", "bench", "--prefix", "mine", "--write")
    assert printed.returncode == 0, printed.stderr
    keys = dict(line.split("=", 1) for line in printed.stdout.splitlines())
    assert signed(keys, "PUT", "/bench/mine/a", b"bytes").status == 200
    assert signed(keys, "GET", "/bench/mine/a").body == b"bytes"
    assert signed(keys, "PUT", "/bench/other", b"bytes").status == 403
    reading = command.json("s3", "grant", "--bucket", "bench")
    assert signed(reading, "GET", "/bench/mine/a").body == b"bytes"
    assert signed(reading, "PUT", "/bench/mine/a", b"other").status == 403


@pytest.mark.parametrize(
    "arguments",
    [["--prefix", "a"], ["--bucket", "A_b"], ["--expires", "2d"], ["--expires", "0h"], ["--expires", "99h"]],
)
def test_keys_that_cannot_be_are_refused_with_a_reason(command: CommandLine, arguments: list[str]) -> None:
    refused = command.run("s3", "grant", *arguments)
    assert refused.returncode == 1
    assert refused.stderr.startswith("arkitektd: ")
    assert not refused.stdout


def test_the_platforms_port_serves_no_objects(platform: Server) -> None:
    assert wire.request(f"{platform.url}/bucket/key").status == 404


def test_what_is_stored_and_who_may_see_it_outlives_a_restart(command: CommandLine, platform: Server) -> None:
    keys = command.json("s3", "grant", "--write")
    signed(keys, "PUT", "/bench/kept", b"bytes")
    platform.stop()
    platform.start()
    assert signed(keys, "GET", "/bench/kept").body == b"bytes"
    assert (platform.data / "objects" / "bench" / "kept").read_bytes() == b"bytes"
    assert stat.S_IMODE((platform.data / "objects.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((platform.data / "objects").stat().st_mode) == 0o700


def test_what_was_acknowledged_outlives_a_kill(command: CommandLine, platform: Server) -> None:
    keys = command.json("s3", "grant", "--write")
    begun = signed(keys, "POST", "/bench/parts?uploads=").body
    upload = ElementTree.fromstring(begun).findtext("{http://s3.amazonaws.com/doc/2006-03-01/}UploadId")
    part = signed(keys, "PUT", f"/bench/parts?partNumber=1&uploadId={upload}", b"part").headers["etag"]
    kept: dict[str, bytes] = {}

    def put(writer: int) -> None:
        for n in range(10_000):
            path, body = f"/bench/killed/{writer}-{n}", os.urandom(50_000 + n)
            try:
                if signed(keys, "PUT", path, body).status != 200:
                    return
            except OSError:
                return
            kept[path] = body

    writers = [threading.Thread(target=put, args=(writer,)) for writer in range(4)]
    for writer in writers:
        writer.start()
    while len(kept) < 20:
        time.sleep(0.01)
    platform.kill()
    for writer in writers:
        writer.join()
    platform.start()
    for path, body in kept.items():
        assert signed(keys, "GET", path).body == body
    assert not list((platform.data / "objects" / ".incoming").iterdir())
    listed = f"<Part><PartNumber>1</PartNumber><ETag>{part}</ETag></Part>"
    body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
    for _ in range(2):
        assert signed(keys, "POST", f"/bench/parts?uploadId={upload}", body).status == 200
    assert signed(keys, "GET", "/bench/parts").body == b"part"
