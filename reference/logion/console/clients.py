"""Pages of clients: who is connected, who has left, and what they asked for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from logion.broker.inspection import Moment, connections_of, gone_of
from logion.broker.views import ClientView
from logion.console.page import PageError, broker_of, page_of, render


async def clients(request: Request) -> Response:
    """Answer with a page of connections, and those that closed last."""
    state = broker_of(request).state
    now = Moment(state)
    chosen = page_of(request, connections_of(state))
    return render(
        request,
        "clients.html",
        slice=chosen,
        clients=[now.client(*it) for it in chosen.rows],
        gone=[now.client(*it) for it in gone_of(state)],
    )


async def client(request: Request) -> Response:
    """Answer with the connection from the query's `peer`, open or closed."""
    peer = request.query_params.get("peer", "")
    found = _find(request, peer)
    if found is None:
        raise PageError(404, f"No client at {peer[:100]!r} is known.")
    return render(request, "client.html", client=found)


def _find(request: Request, peer: str) -> ClientView | None:
    """Return the newest connection from an address."""
    state = broker_of(request).state
    now = Moment(state)
    for known, closed in (*connections_of(state), *gone_of(state)):
        if known.peer == peer:
            return now.client(known, closed)
    return None
