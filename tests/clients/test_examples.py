"""The programs that users copy run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from platform_under_test.apps import Apps


@pytest.mark.timeout(180)
def test_the_two_examples_talk_to_each_other(apps: Apps, repository: Path) -> None:
    provider = apps.start(repository / "examples" / "provider.py", "provider")
    caller = apps.start(repository / "examples" / "caller.py", "caller")
    assert caller.wait(90) == 0, caller.output
    assert provider.process.poll() is None, provider.output
    for line in (
        "greet() -> Hello world!",
        "greet('Ada', 2) -> Hello Ada! Hello Ada!",
        "count_to(3) yields 3",
        "log: The lamp is warm.",
        "progress: Sample 4 of 4",
        "measure(4) -> 2.0",
        "divide(1, 0) failed: b must not be zero",
        "9.0, 9.5]",
        "expose(60) was cancelled: True",
    ):
        assert line in caller.output, caller.output


@pytest.mark.timeout(180)
def test_the_images_come_out_as_the_readme_says(apps: Apps, repository: Path) -> None:
    program = apps.start(repository / "examples" / "images.py", "images")
    assert program.wait(90) == 0, program.output
    readme = (repository / "README.md").read_text()
    printed = readme[readme.index("It prints\n") :].split("\n\n")[1]
    for line in printed.splitlines():
        assert line.strip() in program.output, program.output


def test_the_readme_shows_the_examples_as_they_are(repository: Path) -> None:
    readme = (repository / "README.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", readme, re.S)
    for name in ("provider.py", "caller.py", "images.py"):
        assert (repository / "examples" / name).read_text() in blocks, name
