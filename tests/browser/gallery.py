"""Every state of every page: as a picture for people to look at, and through axe-core."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route

# The smallest phone in use, and a desk.
SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 800}}

FIND_VIOLATIONS = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations']});
  return found.violations.map(each => [each.id, each.help, each.nodes.map(node => node.html)]);
}"""
FIND_OVERFLOW = """() => [document.documentElement].filter(each => each.scrollWidth > each.clientWidth)
  .map(each => `${each.scrollWidth} pixels wide`)"""
# What can be reached but is too small for a thumb; links inside a sentence may be.
FIND_SMALL = """() => [...document.querySelectorAll('button, input:not([type=hidden]):not(.hush), nav a')]
  .map(each => each.closest('.choice label') ?? each)
  .filter(each => each.getBoundingClientRect().height < 43.5).map(each => each.outerHTML)"""


@dataclass
class Gallery:
    """Shows a page once more, as it was, in windows of its own: these may run axe's script, which the page's
    own policy forbids."""

    browser: Browser
    axe: str = field(repr=False)
    room: Path

    def __post_init__(self) -> None:
        self.room.mkdir(parents=True, exist_ok=True)
        for picture in self.room.glob("*.png"):
            picture.unlink()
        self.walls: dict[str, Page] = {}
        for size, viewport in SIZES.items():
            for scheme in ("light", "dark"):
                options: dict[str, Any] = {"viewport": viewport, "color_scheme": scheme}
                context = self.browser.new_context(**options, bypass_csp=True, reduced_motion="reduce")
                self.walls[f"{size}-{scheme}"] = context.new_page()

    def close(self) -> None:
        for wall in self.walls.values():
            wall.context.close()

    def keep(self, name: str, url: str, html: str) -> None:
        for variant, wall in self.walls.items():
            self._hang(wall, url, html)
            wall.screenshot(path=self.room / f"{name}-{variant}.png", full_page=True)
            wall.evaluate(self.axe)
            for complaint in (FIND_VIOLATIONS, FIND_OVERFLOW, FIND_SMALL):
                found = wall.evaluate(complaint)
                assert not found, f"{name}, {variant}: {found}"

    @staticmethod
    def _hang(wall: Page, url: str, html: str) -> None:
        def answer(route: Route) -> None:
            if route.request.resource_type == "document":
                route.fulfill(status=200, content_type="text/html; charset=utf-8", body=html)
            else:
                route.continue_()

        wall.unroute_all()
        wall.route(re.compile("."), answer)
        wall.goto(url)
