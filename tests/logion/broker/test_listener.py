"""Listening sockets, and a task for each connection they accept."""

from __future__ import annotations

import errno
import logging
import socket

import pytest
import trio
from logion.broker import listener as listeners
from logion.broker.listener import bind
from logion.client.connection import connect

from tests.logion.broker.running import ask, fetch_request, running


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
