from __future__ import annotations

import pytest
import trio
from logion_conformance.compare.__main__ import main

from tests.logion.client.small_broker import running


async def compare(left: str, right: str, *flags: str) -> int:
    arguments = [left, right, "--probe", "Produce/*acks*2", *flags]
    return await trio.to_thread.run_sync(main, arguments)


async def test_two_equal_brokers_are_told_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with running() as left, running() as right:
        sides = str(left.address), str(right.address)
        assert await compare(*sides, "--quick") == 0
    expected = "4 probes in versions: 4 equal, 0 deviation, 0 different"
    assert expected in capsys.readouterr().out


async def test_an_unknown_difference_fails(capsys: pytest.CaptureFixture[str]) -> None:
    async with running() as left, running("accepts-any-acks") as right:
        assert await compare(str(left.address), str(right.address), "--quick") == 1
    assert "different: Produce/acks-2 v3" in capsys.readouterr().out


async def test_nothing_compared_is_no_success(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with running() as left, running() as right:
        sides = str(left.address), str(right.address)
        assert await compare(*sides, "--probe", "NoSuchApi/*") == 2
    assert "no probe was put to both" in capsys.readouterr().err


def test_a_side_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["127.0.0.1:1", "127.0.0.1:1"]) == 2
    assert "127.0.0.1:1: nobody listens there" in capsys.readouterr().err


def test_a_side_that_has_no_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kafka", "logion"]) == 2
    assert "'kafka' is no target" in capsys.readouterr().err
