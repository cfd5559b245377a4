"""The console's application: addresses to pages, and what holds for every answer."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from logion.broker.broker import Broker
from logion.console import clients, groups, records, topics, transactions
from logion.console.page import FOLDER, PageError, render
from logion.protocol.errors import ApiError

HEADERS = {
    b"content-security-policy": b"default-src 'none'; style-src 'self'; "
    b"script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    b"base-uri 'none'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
}
"""On every answer. Nothing is inline, nothing comes from elsewhere, and no other page
may show or read this one."""

ROUTES = (
    Route("/", topics.overview),
    Route("/topics", topics.topics),
    Route("/topics/{topic}", topics.topic),
    Route("/topics/{topic}/settings", topics.topic_settings),
    Route("/topics/{topic}/{partition:int}", records.partition),
    Route("/topics/{topic}/{partition:int}/{offset:int}", records.record),
    Route("/groups", groups.groups),
    Route("/group", groups.group),
    Route("/transactions", transactions.transactions),
    Route("/transaction", transactions.transaction),
    Route("/clients", clients.clients),
    Route("/client", clients.client),
    Route("/settings", topics.broker_settings),
    Mount("/static", StaticFiles(directory=FOLDER / "static")),
)


def console_app(broker: Broker, hosts: Collection[str] = ()) -> Starlette:
    """Return the application; besides addresses it answers to the names in `hosts`."""
    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(Guarded, hosts=frozenset(hosts) | {"localhost"})],
        exception_handlers={
            PageError: _refuse,
            ApiError: _refuse_unreadable,
            HTTPException: _refuse_http,
        },
    )
    app.state.broker = broker
    return app


async def _refuse(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, PageError)
    return render(request, "error.html", problem.status, text=problem.text)


async def _refuse_unreadable(request: Request, problem: Exception) -> Response:
    return render(
        request, "error.html", 503, text=f"The log cannot be read: {problem}."
    )


async def _refuse_http(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    text = {404: "There is no such page.", 405: "The console only reads."}
    return render(
        request,
        "error.html",
        problem.status_code,
        text=text.get(problem.status_code, problem.detail),
    )


class Guarded:
    """Refuses requests that name a host which is not this one, and adds HEADERS.

    A page of another site can have its own name resolved to this machine and then read
    what it is answered (DNS rebinding); its requests carry its name.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        """Guard `app`, which is known by addresses and by `hosts`."""
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS.items()]
                if not scope["path"].startswith("/static/"):
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        host = _host_of(scope)
        if host in self._hosts or _is_address(host):
            await self._app(scope, receive, guarded)
            return
        text = f"This console is not {host[:100]!r}: open it by its address.\n"
        await PlainTextResponse(text, 421)(scope, receive, guarded)


def _host_of(scope: Scope) -> str:
    """Return the name or address that a request was sent to, without the port."""
    found: bytes = dict(scope["headers"]).get(b"host", b"")
    sent = found.decode("latin-1").lower()
    if sent.startswith("["):
        return sent[1:].partition("]")[0]
    return sent.partition(":")[0]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
