"""One window of a real browser, what a person does in it, and what must never happen there."""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request

from .gallery import Gallery


@dataclass
class Window:
    """Pages are looked at, filled in and kept in the gallery. `close` fails if anything was asked of another
    origin, or the browser complained."""

    context: BrowserContext
    gallery: Gallery
    origin: str
    has_touch: bool
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("request", self._asked)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(self.origin + "/"):
            self.strangers.append(request.url)

    # Chromium reports the status of a page that says no as an error of the page itself.
    def _said(self, message: ConsoleMessage) -> None:
        is_answer = re.search(r"the server responded with a status of 4\d\d", message.text)
        if message.type in ("error", "warning") and not is_answer:
            self.complaints.append(message.text)

    def close(self) -> None:
        self.context.close()
        assert self.strangers == [], "nothing is asked of other origins"
        assert self.complaints == [], "the browser has nothing to complain about"

    def open(self, url: str) -> None:
        self.page.goto(urllib.parse.urljoin(self.origin, url))

    def fill(self, **values: str) -> None:
        """Fields by their label, `_` for a space: `fill(User_name="ada")`."""
        for label, value in values.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).fill(value)

    def press(self, button: str) -> None:
        """The first button of that name, and waits for the page behind it."""
        self._hit(self.page.get_by_role("button", name=button).first)

    def follow(self, link: str) -> None:
        self._hit(self.page.get_by_role("link", name=link).first)

    def _hit(self, target: Locator) -> None:
        with self.page.expect_navigation():
            if self.has_touch:
                target.tap()
            else:
                target.click()

    def sign_in(self, account: dict[str, str]) -> None:
        self.fill(User_name=account["username"], Password=account["password"])
        self.press("Sign in")

    def sees(self, title: str, name: str | None = None) -> str:
        """Whether the page has this title; keeps it under a name, with all that is to be said of its looks.
        Gives its text."""
        assert self.page.title().split(" · ")[0] == title, self.page.inner_text("main")
        if name is not None:
            self.gallery.keep(name, self.page.url, self.page.content())
        return self.page.inner_text("main")
