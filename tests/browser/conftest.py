"""A real browser before a running platform."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from platform_under_test.command import CommandLine
from platform_under_test.server import Server

from .gallery import Gallery
from .window import Window

CHROMIUM = "/usr/bin/chromium"
# Nothing but the platform is spoken to, and containers give no sandbox of their own.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}


# Ends with this folder's tests: Playwright keeps an event loop running, beside which no other can.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def gallery(chromium: Browser, repository: Path) -> Iterator[Gallery]:
    peers = Path(os.environ["ARKITEKTD_PEERS"])
    axe = (peers / "node_modules" / "axe-core" / "axe.min.js").read_text()
    gallery = Gallery(chromium, axe, repository / "build" / "browser")
    yield gallery
    gallery.close()


@pytest.fixture
def open_window(chromium: Browser, gallery: Gallery, platform: Server) -> Iterator[Callable[..., Window]]:
    """Opens windows without scripts, each with cookies of its own."""
    windows: list[Window] = []

    def open_one(is_phone: bool = True) -> Window:
        context = chromium.new_context(**(PHONE if is_phone else DESKTOP), java_script_enabled=False)
        context.set_default_timeout(20_000)
        windows.append(Window(context, gallery, platform.url, is_phone))
        return windows[-1]

    yield open_one
    for window in windows:
        window.close()


@pytest.fixture
def phone(open_window: Callable[..., Window]) -> Window:
    return open_window()


@pytest.fixture
def desktop(open_window: Callable[..., Window]) -> Window:
    return open_window(is_phone=False)


@pytest.fixture
def person(platform: Server) -> dict[str, str]:
    return platform.access["users"][0]


@pytest.fixture(scope="module")
def command(platform: Server) -> CommandLine:
    return CommandLine(platform.data)
