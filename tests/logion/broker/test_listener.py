"""Listening sockets, and a task for each connection they accept."""

from __future__ import annotations

import errno
import logging
import socket
from contextlib import suppress

import pytest
import trio
import trio.testing
from logion.broker import listener as listeners
from logion.broker.listener import bind
from logion.client.connection import connect
from logion.cluster.configs import DEFAULT_BROKER, ConfigEdit, Edit, Kind
from logion.protocol.errors import ApiError
from trio.testing import MockClock

from tests.logion.broker.running import Running, ask, fetch_request, running

ALL_OF_THE_WINDOW = 11 - 1
"""Connections that may come at once, where one a second may."""


def test_port_0_takes_a_free_port() -> None:
    with bind("PLAINTEXT", "127.0.0.1", 0).bound as one:
        found = bind("OTHER", "127.0.0.1", 0)
        with found.bound:
            assert found.port not in (0, one.getsockname()[1])
            assert (found.name, found.host) == ("OTHER", "127.0.0.1")


def test_an_address_in_use_is_refused() -> None:
    taken = bind("PLAINTEXT", "127.0.0.1", 0)
    with taken.bound, pytest.raises(OSError, match="in use"):
        bind("PLAINTEXT", "127.0.0.1", taken.port)


def test_an_ipv6_address_is_bound_as_such() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with bind("PLAINTEXT", "::1", 0).bound as bound:
        assert bound.family == socket.AF_INET6


async def test_many_clients_at_once_are_all_served() -> None:
    async with running() as broker, trio.open_nursery() as nursery:
        answers: list[object] = []

        async def visit() -> None:
            async with await connect(broker.address) as client:
                answers.append(await ask(client, fetch_request(None), 12))

        for _ in range(50):
            nursery.start_soon(visit)
    assert len(answers) == 50


async def test_without_descriptors_it_waits_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listeners, "PAUSE_S", 0)
    failures = [errno.EMFILE, errno.ECONNABORTED]

    class Failing(socket.socket):
        def accept(self) -> tuple[socket.socket, object]:
            if failures:
                raise OSError(failures.pop(0), "no more")
            return super().accept()

    failing = Failing(fileno=bind("PLAINTEXT", "127.0.0.1", 0).bound.detach())
    failing.setblocking(False)
    with failing, socket.create_connection(failing.getsockname()):
        with caplog.at_level(logging.INFO):
            await listeners._accept(failing)
            await listeners._accept(failing)
            (accepted,) = await listeners._accept(failing)
        accepted.close()
    assert [it.levelname for it in caplog.records] == ["WARNING", "INFO"]


async def is_heard(broker: Running) -> bool:
    """Tell whether the broker tells its versions on a connection that comes now."""
    try:
        async with await connect(broker.address):
            return True
    except ApiError:
        return False


async def test_who_connects_too_often_is_not_heard_and_closed_after_a_pause(
    autojump_clock: MockClock,
) -> None:
    async with running() as broker:
        quota = {"ips/127.0.0.1": {"connection_creation_rate": "1"}}
        await broker.state.cluster.configure_entities(quota)
        assert not broker.state.quotas.are_set, "requests are not measured for that"
        heard = [await is_heard(broker) for _ in range(ALL_OF_THE_WINDOW)]
        assert all(heard)
        began = trio.current_time()
        assert not await is_heard(broker)
        assert trio.current_time() - began == pytest.approx(1, abs=0.1)
        await broker.state.cluster.configure_entities({"ips/127.0.0.1": {}})
        assert await is_heard(broker)


async def test_connections_over_the_rate_of_all_wait_to_be_heard(
    autojump_clock: MockClock,
) -> None:
    async with running({"max.connection.creation.rate": "1"}) as broker:
        for _ in range(ALL_OF_THE_WINDOW - 1):  # the test's own came first
            assert await is_heard(broker)
        began = trio.current_time()
        assert await is_heard(broker)
        assert trio.current_time() - began == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    ("release", "settings"),
    [
        ("2.6", {"max.connection.creation.rate": "1"}),
        ("4.3", {"listener.name.plaintext.max.connection.creation.rate": "1"}),
    ],
    ids=["before 2.7", "of one listener"],
)
async def test_connections_are_not_limited_otherwise(
    release: str, settings: dict[str, str], autojump_clock: MockClock
) -> None:
    async with running(settings, release=release) as broker:
        began = trio.current_time()
        for _ in range(2 * ALL_OF_THE_WINDOW):
            assert await is_heard(broker)
        assert trio.current_time() == pytest.approx(began)


async def test_who_was_turned_away_leaves_room_for_no_more_than_others_had(
    autojump_clock: MockClock,
) -> None:
    async with running() as broker:
        quota = {"ips/127.0.0.1": {"connection_creation_rate": "1"}}
        await broker.state.cluster.configure_entities(quota)
        while await is_heard(broker):
            pass
        await broker.state.cluster.configure_entities({"ips/127.0.0.1": {}})
        edit = ConfigEdit(Edit.SET, "max.connection.creation.rate", "1")
        await broker.state.cluster.edit_config(Kind.BROKER, DEFAULT_BROKER, [edit])
        began = trio.current_time()
        assert await is_heard(broker)
        assert await is_heard(broker)
        assert trio.current_time() > began


async def test_who_still_waits_is_let_go_when_the_broker_ends(
    autojump_clock: MockClock,
) -> None:
    async with running({"max.connection.creation.rate": "1"}) as broker:
        waiting = [
            await trio.open_tcp_stream(broker.address.host, broker.address.port)
            for _ in range(2 * ALL_OF_THE_WINDOW)
        ]
        await trio.testing.wait_all_tasks_blocked()
    for each in waiting:
        with suppress(trio.BrokenResourceError):
            assert await each.receive_some() == b""
        await each.aclose()
