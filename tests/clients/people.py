"""People in front of the pages: a browser without scripts that keeps cookies and fills in forms."""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from platform_under_test import wire


@dataclass
class Form:
    """One form of a page: where it goes and what it would send untouched."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(named.get("method", "get"), named.get("action", "")))
        if tag == "input" and self.forms and "name" in named:
            choice = named.get("type") in ("checkbox", "radio")
            if not choice or "checked" in named:
                self.forms[-1].fields.append((named["name"], named.get("value", "on" if choice else "")))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@dataclass
class Page:
    """A page as a person sees it."""

    answer: wire.Answer

    @property
    def html(self) -> str:
        return self.answer.body.decode()

    @property
    def text(self) -> str:
        parsed = _Forms()
        parsed.feed(self.html)
        return re.sub(r"\s+", " ", " ".join(parsed.text))

    @property
    def title(self) -> str:
        found = re.search(r"<title>(.*?) ·", self.html)
        return found.group(1) if found else ""

    @property
    def form(self) -> Form:
        parsed = _Forms()
        parsed.feed(self.html)
        (only,) = parsed.forms
        return only


@dataclass
class Browser:
    """Follows redirects within one origin, as a browser without scripts does."""

    origin: str
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, url: str, form: list[tuple[str, str]] | None = None) -> wire.Answer:
        """One request with the cookies; keeps those of the answer, follows nothing."""
        headers = dict(self.headers)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers.setdefault("Origin", self.origin)
        answer = wire.request(urllib.parse.urljoin(self.origin, url), body, headers=headers)
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
            assert answer.headers["location"].startswith("/"), answer.headers
            return Page(self.send(answer.headers["location"]))
        return Page(answer)

    def sign_in(self, link: str, account: dict[str, str]) -> Page:
        """From the sign-in page at `link` to the page behind it."""
        page = self.open(link)
        assert page.title == "Sign in", page.html
        return self.submit(page.form, username=account["username"], password=account["password"])
