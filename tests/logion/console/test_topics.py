"""Pages of topics and settings."""

from __future__ import annotations

import pytest
from logion.console import figures
from logion.names import TopicPartition

from tests.logion.broker.running import batch, running
from tests.logion.console.asking import get


async def test_the_overview_tells_the_broker_in_numbers() -> None:
    async with running() as broker:
        await broker.create("greetings", 2)
        await broker.produce("greetings", batch(b"one", b"two"), batch(b"three"))
        text = (await get(broker, "/")).text
        port = broker.address.port
    assert f"Plays Kafka 4.3 on 127.0.0.1:{port}" in text
    assert "Topics 1 Partitions 2 Records 3 Size" in text
    assert "greetings 2 3" in text
    assert "Connections 1" in text


async def test_a_broker_without_topics_says_so() -> None:
    async with running() as broker:
        assert "There are no topics yet." in (await get(broker, "/")).text
        assert "0 topics" in (await get(broker, "/topics")).text


async def test_internal_topics_come_last_and_are_marked() -> None:
    async with running() as broker:
        await broker.create("__consumer_offsets")
        await broker.create("zebra")
        text = (await get(broker, "/topics")).text
    assert text.index("zebra") < text.index("__consumer_offsets internal")


async def test_many_topics_come_in_pages() -> None:
    async with running() as broker:
        for number in range(51):
            await broker.create(f"topic-{number:03}")
        overview = await get(broker, "/")
        first = await get(broker, "/topics")
        second = await get(broker, "/topics?page=2")
        past = await get(broker, "/topics?page=99")
        found = await get(broker, "/topics?q=-04")
    assert "All 51 topics" in overview.text
    assert "topic-049" in first.text
    assert "topic-050" not in first.text
    assert "/topics?page=2" in first.links
    assert "topic-050" in second.text
    assert "Page 2 of 2" in past.text
    assert "10 topics with “-04”" in found.text


@pytest.mark.parametrize("page", ["x", "-1", "1.5", "9" * 30, "²"])
async def test_a_page_that_is_no_number_is_refused(page: str) -> None:
    async with running() as broker:
        answer = await get(broker, f"/topics?page={page}")
    assert answer.status == 400
    assert "expected a whole number" in answer.text


async def test_a_topic_tells_its_partitions_and_settings() -> None:
    async with running() as broker:
        await broker.create("t", 2, {"retention.ms": "1000"})
        await broker.produce("t", batch(b"one", b"two"))
        answer = await get(broker, "/topics/t")
    assert "0 , records 0 2 2 2" in answer.text
    assert "retention.ms 1000" in answer.text
    assert "/topics/t/1" in answer.links


async def test_a_partition_that_is_not_led_here_is_told() -> None:
    async with running() as broker:
        await broker.create("t")
        broker.state.partitions._led.pop(TopicPartition("t", 0))
        assert "0 not led by this broker" in (await get(broker, "/topics/t")).text
        assert "1 offline" in (await get(broker, "/topics")).text
        assert "Partitions offline 1" in (await get(broker, "/")).text


@pytest.mark.parametrize("path", ["/topics/none", "/topics/none/settings"])
async def test_a_topic_that_is_not_there_is_said(path: str) -> None:
    async with running() as broker:
        answer = await get(broker, path)
    assert answer.status == 404
    assert "There is no topic 'none'." in answer.text


async def test_settings_of_a_topic_say_where_they_are_from() -> None:
    async with running() as broker:
        await broker.create("t", 1, {"retention.ms": "1000"})
        text = (await get(broker, "/topics/t/settings")).text
    assert "retention.ms" in text
    assert "1000 set for the topic" in text
    assert "default of the release" in text


async def test_settings_of_the_broker_begin_with_those_that_were_given() -> None:
    async with running({"message.max.bytes": "77777"}) as broker:
        answer = await get(broker, "/settings")
        found = await get(broker, "/settings?q=message.max")
    assert "77777 given at the start" in answer.text
    assert answer.text.index("77777") < answer.text.index("default of the release")
    assert "/settings?page=2" in answer.links
    assert "77777" in found.text


async def test_passwords_are_not_told() -> None:
    secret = "very-secret"
    async with running({"ssl.keystore.password": secret}) as broker:
        answer = await get(broker, "/settings?q=keystore")
    assert "hidden" in answer.text
    assert secret not in answer.html


async def test_names_that_look_like_code_are_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running() as broker:
        answer = await get(broker, "/topics?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in answer.html


async def test_many_partitions_are_counted_in_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(figures, "PARTITIONS_AT_ONCE", 2)
    async with running() as broker:
        await broker.create("t", 5)
        found = await figures.figures(
            broker.state, broker.state.cluster.image.topics.values()
        )
    assert (found.topics, found.partitions, found.leaderless) == (1, 5, 0)
