"""Pages of groups: who reads what, and how far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import trio
from starlette.requests import Request
from starlette.responses import Response

from logion.broker.inspection import group_lag, group_names_of, groups_of
from logion.broker.state import BrokerState
from logion.console.page import PageError, broker_of, page_of, render
from logion.group.offsets import CommittedOffset
from logion.group.views import GroupView
from logion.names import TopicPartition


class GroupRow(NamedTuple):
    """A group in a table of groups."""

    group: GroupView
    lag: int
    """Records of all its partitions that are yet to be read."""


class OffsetRow(NamedTuple):
    """How far a group has read one partition."""

    name: TopicPartition
    committed: CommittedOffset
    lag: int | None
    """None if this broker does not lead it."""
    reader: str
    """Id of the member that reads it, "" for none."""


async def group_rows(broker: BrokerState, names: Sequence[str]) -> list[GroupRow]:
    """Return some groups as rows of a table, and let the broker go on meanwhile."""
    rows = []
    for group in groups_of(broker, names):
        rows.append(GroupRow(group, sum(group_lag(broker, group).values())))
        await trio.lowlevel.checkpoint()
    return rows


async def groups(request: Request) -> Response:
    """Answer with a page of groups, those of the query's `q` if it is there."""
    state = broker_of(request).state
    wanted = request.query_params.get("q", "").strip()
    chosen = page_of(request, [it for it in group_names_of(state) if wanted in it])
    rows = await group_rows(state, chosen.rows)
    return render(request, "groups.html", slice=chosen, rows=rows, wanted=wanted)


async def group(request: Request) -> Response:
    """Answer with the group that the query's `id` names, and a page of its offsets."""
    state = broker_of(request).state
    name = request.query_params.get("id", "")
    found = groups_of(state, (name,))
    if not found:
        raise PageError(404, f"There is no group {name[:300]!r} on this broker.")
    lags = group_lag(state, found[0])
    chosen = page_of(request, sorted(found[0].offsets))
    return render(
        request,
        "group.html",
        group=found[0],
        lag=sum(lags.values()),
        slice=chosen,
        offsets=_offsets(found[0], lags, chosen.rows),
    )


def _offsets(
    group: GroupView,
    lags: Mapping[TopicPartition, int],
    names: Sequence[TopicPartition],
) -> list[OffsetRow]:
    readers = {name: it.id for it in group.members for name in it.assigned}
    return [
        OffsetRow(name, group.offsets[name], lags.get(name), readers.get(name, ""))
        for name in names
    ]
