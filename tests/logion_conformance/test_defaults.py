from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from logion.client.connection import Options
from logion.client.versions import versions_of
from logion.protocol.apis import api_named
from logion.protocol.messages.metadata import MetadataResponseTopic
from logion_conformance import defaults
from logion_conformance.defaults import Defaults
from logion_conformance.opening import open_subject
from logion_conformance.processes import Process
from logion_conformance.starting import Started
from logion_conformance.targets import Named, Target, ask_versions
from logion_conformance.upkeep import UPKEEP

from tests.logion.client.small_broker import SmallBroker, Store, running, serving

OLD = Named("logion", "0.9.0")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, str]]:
    """Return with which settings brokers were started."""
    found: list[Mapping[str, str]] = []

    @contextmanager
    def started(_: Named, settings: Mapping[str, str]) -> Iterator[Started]:
        found.append(settings)
        yield Started(Process([], len(found), Path()))

    def met(_: Named, broker: Started, settings: Mapping[str, str]) -> Target:
        return Target((broker.address,), None, versions_of([]), settings=settings)

    monkeypatch.setattr(defaults, "started", started)
    monkeypatch.setattr(defaults, "met", met)
    return found


def test_a_broker_is_started_once_for_the_same_settings(
    asked: list[Mapping[str, str]],
) -> None:
    with ExitStack() as stack:
        made = Defaults(OLD, stack)
        small = made.target(1, {"max.message.bytes": "1000"})
        assert made.target(1, {"max.message.bytes": "1000"}) is small
        assert made.target(3, {}).bootstrap != small.bootstrap
    assert asked == [
        {"num.partitions": "1", "message.max.bytes": "1000", **UPKEEP},
        {"num.partitions": "3", **UPKEEP},
    ]
    assert small.settings == asked[0]


@pytest.mark.parametrize("target", [None, Named("kfake")])
def test_what_takes_no_settings_leaves_the_case_untestable(
    target: Named | None,
) -> None:
    with ExitStack() as stack, pytest.raises(pytest.skip.Exception) as skipped:
        Defaults(target, stack).target(2, {})
    assert str(skipped.value).startswith("UNTESTABLE: topics like this need")


class Willing(SmallBroker):
    """Makes a topic of two partitions of every name that it is asked for."""

    def described(self, name: str) -> MetadataResponseTopic:
        self.topics.setdefault(name, [Store(), Store()])
        return super().described(name)


async def target_without_topics(broker: SmallBroker) -> Target:
    """Return a broker as one of a release that had no calls for topics."""
    versions = await ask_versions(broker.address, Options())
    for name in ("CreateTopics", "DeleteTopics"):
        del versions.spoken[api_named(name).key]
    return Target((broker.address,), None, versions)


async def test_a_case_goes_on_where_its_topic_can_be_made() -> None:
    async with running() as here, serving(Willing()) as there:
        other = await target_without_topics(there)
        wanted: list[tuple[int, Mapping[str, str]]] = []

        def elsewhere(partitions: int, settings: Mapping[str, str]) -> Target:
            wanted.append((partitions, settings))
            return other

        target = replace(await target_without_topics(here), elsewhere=elsewhere)
        async with open_subject(
            target, {}, prefix="t", timeout_s=60, exchanges=[]
        ) as subject:
            topic = await subject.topic(2, cleanup_policy="compact")
            await subject.append(topic, b"x", partition=1)
            assert subject.address == there.address
        assert wanted == [(2, {"cleanup.policy": "compact"})]
        assert (list(here.topics), list(there.topics)) == ([], [topic.name])


async def test_without_another_broker_such_a_topic_is_untestable() -> None:
    async with running() as broker:
        target = await target_without_topics(broker)
        async with open_subject(
            target, {}, prefix="t", timeout_s=60, exchanges=[]
        ) as subject:
            with pytest.raises(pytest.skip.Exception, match="UNTESTABLE: topics like"):
                await subject.topic(2)
