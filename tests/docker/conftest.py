"""The engine, our images in it, and a hub of them."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_under_test.postgres import Postgres
from platform_under_test.program import BINARY, REPOSITORY

from .engine import Engine, EngineUnavailable
from .hub import Hub, install_plugin

BASE = "arkitektd-base"
DEPLOY = REPOSITORY / "deploy"


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    made = Engine()
    try:
        made.start()
    except EngineUnavailable as reason:
        made.remove()
        pytest.skip(str(reason))
    yield made
    made.remove()


@pytest.fixture(scope="session")
def images(engine: Engine) -> dict[str, str]:
    """Our images by service, as `deploy/build-images` makes them of the program under test."""
    root = _base_file()
    engine.run("import", str(root), BASE, timeout=300)
    done = subprocess.run(
        [str(DEPLOY / "build-images"), "--base", BASE, "--program", str(BINARY), "--network", "none"],
        env=engine.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    name, _, setting = done.stdout.strip().partition("=")
    assert name == "KONSTRUKTOR_IMAGES"
    return dict(entry.split("=") for entry in setting.split(","))


@pytest.fixture(scope="module")
def platform(
    engine: Engine, images: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hub]:
    """In place of `up`: a hub that Konstruktor has started."""
    install_plugin(engine)
    postgres = Postgres(listen=engine.gateway, network=f"{engine.subnet}.0/24").start()
    setting = ",".join(f"{service}={image}" for service, image in images.items())
    hub = Hub(tmp_path_factory.mktemp("hub") / "labhub", engine, setting, BASE, postgres)
    try:
        hub.create()
        hub.make_databases()
        hub.say("up", str(hub.folder))
        yield hub
    finally:
        hub.konstruktor("stop", str(hub.folder))
        postgres.remove()


def _base_file() -> Path:
    """The base's root file system, made once per content of what it is made from."""
    recipe = b"".join((DEPLOY / name).read_bytes() for name in ("base-image", "runtime-packages"))
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "arkitektd"
    file = cache / f"base-{hashlib.sha256(recipe).hexdigest()[:16]}.tar"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([str(DEPLOY / "base-image"), str(file)], stderr=subprocess.PIPE, text=True)
        assert done.returncode == 0, done.stderr
    return file
