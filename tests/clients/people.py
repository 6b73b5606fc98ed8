"""People in front of the pages: a browser without scripts that keeps cookies and fills in forms."""

from __future__ import annotations

import asyncio
import re
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from arkitekt import DeviceCodeChallenge, aeasy
from rekuest.arkitekt import rekuest_service

from platform_under_test import wire
from platform_under_test.access import Access
from platform_under_test.apps import client_environment


@dataclass
class Form:
    """One form of a page: where it goes and what it would send untouched."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)


class _Parsed(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text = ""
        self.feed(html)
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(named["method"], named["action"]))
        chosen = named.get("type") not in ("checkbox", "radio") or "checked" in named
        if tag == "input" and chosen:
            self.forms[-1].fields.append((named["name"], named.get("value", "")))

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"


@dataclass
class Page:
    """A page as a person sees it."""

    answer: wire.Answer

    @property
    def html(self) -> str:
        return self.answer.body.decode()

    @property
    def text(self) -> str:
        return _Parsed(self.html).text

    @property
    def title(self) -> str:
        found = re.search(r"<title>(.*?) ·", self.html)
        return found.group(1) if found else ""

    @property
    def form(self) -> Form:
        (only,) = _Parsed(self.html).forms
        return only


@dataclass
class Browser:
    """Follows redirects within one origin, as a browser without scripts does."""

    origin: str
    cookies: dict[str, str] = field(default_factory=dict)

    def send(
        self,
        url: str,
        form: list[tuple[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> wire.Answer:
        """One request with the cookies; keeps those of the answer, follows nothing."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form).encode()
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
        answer = wire.request(
            urllib.parse.urljoin(self.origin, url), body, headers={**sent, **(headers or {})}
        )
        if "set-cookie" in answer.headers:
            name, _, rest = answer.headers["set-cookie"].partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer

    def open(self, url: str) -> Page:
        return self._arrive(self.send(url))

    def submit(self, form: Form, without: tuple[str, ...] = (), **values: Any) -> Page:
        """Presses the form's button, with some fields filled in or (`without`) unticked."""
        sent = [(name, value) for name, value in form.fields if name not in (*values, *without)]
        sent += [(name, str(value)) for name, value in values.items()]
        if form.method == "get":
            return self.open(f"{form.action}?{urllib.parse.urlencode(sent)}")
        return self._arrive(self.send(form.action, sent))

    def _arrive(self, answer: wire.Answer) -> Page:
        if answer.status == 303:
            assert answer.headers["location"].startswith("/lok/"), answer.headers
            return Page(self.send(answer.headers["location"]))
        return Page(answer)

    def sign_in(self, link: str, account: dict[str, str]) -> Page:
        """From the sign-in page at `link` to the page behind it."""
        page = self.open(link)
        assert page.title == "Sign in", page.html
        return self.submit(page.form, username=account["username"], password=account["password"])


@dataclass
class Approver:
    """An app's login prompt with somebody before it: the link is opened at once, and a button pressed."""

    platform: Access
    decision: str | None = "approve"
    challenges: list[DeviceCodeChallenge] = field(default_factory=list)
    seen: Page | None = None
    outcome: Page | None = None

    async def __call__(self, challenge: DeviceCodeChallenge) -> None:
        self.challenges.append(challenge)
        if self.decision is not None:
            await asyncio.to_thread(self.decide, challenge.verification_uri_complete)

    def decide(self, link: str) -> None:
        browser = Browser(self.platform.url)
        self.seen = browser.sign_in(link, self.platform.access["users"][0])
        self.outcome = browser.submit(self.seen.form, decision=self.decision)


@asynccontextmanager
async def interactive(
    platform: Access, home: Path, approver: Approver, name: str = "test-interactive", **options: Any
) -> AsyncIterator[Any]:
    """One run of a program that was given nothing but the address."""
    async with aeasy_in(platform, home, name, device_code_hook=approver, **options) as client:
        yield client


@asynccontextmanager
async def aeasy_in(platform: Access, home: Path, name: str, **options: Any) -> AsyncIterator[Any]:
    """The official client of a program in that home, without a mandate key."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("FAKTS_MANDATE_KEY", raising=False)
        for variable, value in client_environment(platform, home, None).items():
            environment.setenv(variable, value)
        app = aeasy(name, rekuest_service, url=platform.url, **options)
        client = await app.__aenter__()
    try:
        yield client
    finally:
        await app.__aexit__(None, None, None)


def approve(platform: Access, identifier: str, **changes: Any) -> dict[str, Any]:
    """The session of an app that somebody approved, with where it is renewed."""
    started = wire.start_device_login(platform.url, identifier, **changes)
    approver = Approver(platform)
    approver.decide(started["verification_uri_complete"])
    answer = wire.poll_device_login(started)
    assert answer.status == 200, answer.body
    return {**answer.json(), "token_endpoint": started["token_endpoint"]}
