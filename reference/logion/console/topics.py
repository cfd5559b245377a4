"""Pages of topics, their partitions and their settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from logion.broker.inspection import (
    cleanup_policy_of,
    configs_of,
    connections_of,
    group_names_of,
    settings_of,
    topics_of,
    view_partition,
)
from logion.broker.internal_topics import INTERNAL_TOPICS
from logion.broker.state import BrokerState
from logion.cluster.image import TopicInfo
from logion.config_entries import ConfigEntry, Source
from logion.console.figures import Figures, figures
from logion.console.groups import group_rows
from logion.console.page import PageError, broker_of, page_of, render


class TopicRow(NamedTuple):
    """A topic in a table of topics."""

    name: str
    is_internal: bool
    figures: Figures
    policy: str
    """Its `cleanup.policy`."""


async def overview(request: Request) -> Response:
    """Answer with the broker in numbers, its first topics and groups."""
    broker = broker_of(request)
    topics = topics_of(broker.state)
    names = group_names_of(broker.state)
    return render(
        request,
        "overview.html",
        addresses=[f"{host or '*'}:{port}" for host, port in broker.addresses],
        totals=await figures(broker.state, topics.values()),
        topics=[await _row(broker.state, topics[it]) for it in _names(topics)[:10]],
        groups=await group_rows(broker.state, names[:10]),
        group_count=len(names),
        client_count=len(connections_of(broker.state)),
    )


async def topics(request: Request) -> Response:
    """Answer with a page of topics, those of the query's `q` if it is there."""
    state = broker_of(request).state
    found = topics_of(state)
    wanted = request.query_params.get("q", "").strip()
    chosen = page_of(request, [it for it in _names(found) if wanted in it])
    rows = [await _row(state, found[it]) for it in chosen.rows if it in found]
    return render(request, "topics.html", slice=chosen, rows=rows, wanted=wanted)


def _names(topics: Mapping[str, TopicInfo]) -> list[str]:
    """Return names of topics, those of Kafka itself last."""
    return sorted(topics, key=lambda it: (it in INTERNAL_TOPICS, it))


async def _row(broker: BrokerState, topic: TopicInfo) -> TopicRow:
    return TopicRow(
        topic.name,
        topic.name in INTERNAL_TOPICS,
        await figures(broker, [topic]),
        cleanup_policy_of(broker, topic.name),
    )


async def topic(request: Request) -> Response:
    """Answer with one topic: its partitions, and what was set for it."""
    state = broker_of(request).state
    found = topic_of(request)
    chosen = page_of(request, list(found.partitions.values()))
    return render(
        request,
        "topic.html",
        topic=found,
        is_internal=found.name in INTERNAL_TOPICS,
        slice=chosen,
        partitions=[view_partition(state, found.name, it) for it in chosen.rows],
        configs=sorted(configs_of(state, found.name).items()),
        totals=await figures(state, [found]),
    )


async def topic_settings(request: Request) -> Response:
    """Answer with every setting of a topic."""
    state = broker_of(request).state
    found = topic_of(request)
    entries = settings_of(state, found.name)
    return settings_page(request, f"Settings of {found.name}", entries, found.name)


async def broker_settings(request: Request) -> Response:
    """Answer with every setting of the broker."""
    entries = settings_of(broker_of(request).state)
    return settings_page(request, "Settings of the broker", entries, None)


SOURCES = {
    Source.DYNAMIC_TOPIC_CONFIG: "set for the topic",
    Source.DYNAMIC_BROKER_CONFIG: "set while running, for this broker",
    Source.DYNAMIC_DEFAULT_BROKER_CONFIG: "set while running, for all brokers",
    Source.STATIC_BROKER_CONFIG: "given at the start",
    Source.DEFAULT_CONFIG: "default of the release",
}


def settings_page(
    request: Request, title: str, entries: list[ConfigEntry], topic: str | None
) -> Response:
    """Return a page of settings, those of the query's `q` if it is there."""
    wanted = request.query_params.get("q", "").strip()
    found = [it for it in entries if wanted in it.name]
    found.sort(key=lambda it: (it.source is Source.DEFAULT_CONFIG, it.name))
    return render(
        request,
        "settings.html",
        title=title,
        topic=topic,
        slice=page_of(request, found),
        wanted=wanted,
        sources=SOURCES,
    )


def topic_of(request: Request) -> TopicInfo:
    """Return the topic that the path names; PageError 404 if there is none."""
    name = request.path_params["topic"]
    found = topics_of(broker_of(request).state).get(name)
    if found is None:
        raise PageError(404, f"There is no topic {name[:300]!r}.")
    return found
