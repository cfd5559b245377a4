"""The console's own port, beside the broker's."""

from __future__ import annotations

import urllib.error
import urllib.request
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
import trio
from logion.broker.listener import bind
from logion.console.server import open_console

from tests.logion.broker.running import running

FREE = ("console", "127.0.0.1", 0)


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:
        text: str = answer.read().decode()
        return text


async def test_pages_are_served_while_the_block_lasts() -> None:
    async with running() as broker:
        async with open_console(broker.broker, bind(*FREE)) as url:
            assert urlsplit(url).hostname == "127.0.0.1"
            text = await trio.to_thread.run_sync(read, f"{url}topics")
            assert "<h1>Topics</h1>" in text
        with pytest.raises(urllib.error.URLError):
            await trio.to_thread.run_sync(read, url)


async def test_connections_that_are_open_do_not_hold_up_the_end() -> None:
    async with running() as broker:
        async with open_console(broker.broker, bind(*FREE)) as url:
            port = urlsplit(url).port
            assert port is not None
            stream = await trio.open_tcp_stream("127.0.0.1", port)
            await stream.send_all(b"GET /")
        with trio.fail_after(5):
            async with stream:
                with suppress(trio.BrokenResourceError):
                    assert await stream.receive_some() == b""


async def test_a_defect_is_answered_and_the_broker_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the page is broken")

    async with running() as broker, open_console(broker.broker, bind(*FREE)) as url:
        monkeypatch.setattr("logion.console.topics.page_of", fail)
        with pytest.raises(urllib.error.HTTPError) as refusal:
            await trio.to_thread.run_sync(read, f"{url}topics")
        refusal.value.close()
        assert refusal.value.code == 500
        assert "<h1>Broker 1</h1>" in await trio.to_thread.run_sync(read, url)
    assert "the page is broken" in caplog.text


@pytest.mark.parametrize(
    ("host", "shown"), [("", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]")]
)
async def test_the_address_can_be_opened_in_a_browser(host: str, shown: str) -> None:
    async with (
        running() as broker,
        open_console(broker.broker, bind("c", host, 0)) as url,
    ):
        assert url.startswith(f"http://{shown}:")
