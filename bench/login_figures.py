"""What logins cost: the token endpoint beside what signing a token costs at least."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from platform_under_test import wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from subject import Subject
    from whole_program import Load

CONCURRENT = 100
KEYS = CONCURRENT + 1


def signatures_per_second(core: int) -> float:
    """RS256 as `openssl speed` does it on this core, with keys of 2048 bits."""
    said = subprocess.run(
        ["taskset", "-c", str(core), "openssl", "speed", "-mr", "-seconds", "2", "rsa2048"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = re.search(r"^\+F2:\d+:2048:([0-9.]+):", said, re.MULTILINE)
    assert found is not None, said
    return float(found.group(1))


def request_of(subject: Subject, key: str, app: str) -> bytes:
    form = urllib.parse.urlencode(
        {
            "grant_type": wire.MANDATE_KEY,
            "key": key,
            "manifest": json.dumps(wire.manifest(app)),
            "requested_client_kind": "development",
            "requested_client_role": "interface",
        }
    ).encode()
    return (
        f"POST /lok/o/token/ HTTP/1.1\r\nHost: localhost:{subject.port}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
    ).encode() + form


def measure(
    subject: Subject, row: Callable[..., None], load: Callable[[bytes], Load], every_core: set[int]
) -> None:
    """The platform and `openssl speed` take turns on the first core; whoever asks has the rest."""
    first, *rest = sorted(every_core)
    limit = signatures_per_second(first)
    threads = os.listdir(f"/proc/{subject.pid}/task")
    for thread in map(int, threads):
        os.sched_setaffinity(thread, {first})
    os.sched_setaffinity(0, set(rest) or {first})
    try:
        got = load(request_of(subject, subject.keys.pop(), "bench-login"))
        row(
            "logins with a key, one core",
            f"{got.per_second:.0f} /s",
            f"{got.per_second / limit:.2f} x RS256; goal 0.8",
        )
        row("", f"{got.cpu_us:.0f} us CPU", f"a signature is {1e6 / limit:.0f} us of it")
    finally:
        os.sched_setaffinity(0, every_core)
        for thread in map(int, threads):
            os.sched_setaffinity(thread, every_core)

    keys = [subject.keys.pop() for _ in range(CONCURRENT)]
    with ThreadPoolExecutor(CONCURRENT) as pool:
        began = time.perf_counter()
        list(
            pool.map(lambda each: wire.log_in(subject.access.url, each[1], f"app-{each[0]}"), enumerate(keys))
        )
        took = time.perf_counter() - began
    row(f"{CONCURRENT} programs log in at once", f"{took:.2f} s", "goal < 2 s, discovery included")
