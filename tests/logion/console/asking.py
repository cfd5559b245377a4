"""A browser without a network: one request to the console's application."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlsplit

import trio
from logion.console.app import console_app
from starlette.types import ASGIApp

from tests.logion.broker.running import Running


@dataclass(slots=True)
class Answer:
    """What the console answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def html(self) -> str:
        """Return the body as text."""
        return self.body.decode()

    @property
    def text(self) -> str:
        """Return what a reader sees, with single spaces."""
        return " ".join(" ".join(_parsed(self.html).texts).split())

    @property
    def links(self) -> list[str]:
        """Return where the page's links lead."""
        return _parsed(self.html).links


async def get(
    asked: Running | ASGIApp, target: str, *, method: str = "GET", host: str = "[::1]:1"
) -> Answer:
    """Return the answer to a request for a path and query."""
    app = console_app(asked.broker) if isinstance(asked, Running) else asked
    parts = urlsplit(target)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": quote(parts.path).encode(),
        "root_path": "",
        "query_string": parts.query.encode(),
        "headers": [(b"host", host.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    sent: list[Any] = []
    asked_for: list[bool] = []

    async def receive() -> Any:
        if asked_for:
            await trio.sleep_forever()
        asked_for.append(True)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *bodies = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(
        start["status"], headers, b"".join(it.get("body", b"") for it in bodies)
    )


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")


def _parsed(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    return page
