"""The suite as its users run it: a pytest of its own, on a small broker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trio
from logion.client.versions import VersionRange, versions_of
from logion.protocol.releases import release
from logion_conformance import reporting
from logion_conformance.case import MUST, Case
from logion_conformance.plugin import (
    OWN,
    TARGET,
    named_target,
    only_leaf,
    standing,
    target_from,
    with_reason,
)
from logion_conformance.targets import Target, addresses_of

from tests.logion.client.small_broker import SmallBroker, running

NOBODY = "127.0.0.1:1"


async def run(
    folder: Path, broker: SmallBroker | None, *flags: str, cases: str = "test_batches"
) -> tuple[int, str]:
    """Return exit status and output of some cases, run from an empty folder.

    Without a module of cases it is the whole suite, which takes long to collect.
    """
    ran = await trio.run_process(
        command_of(broker, *flags, cases=cases),
        cwd=folder,
        env={**os.environ, "COLUMNS": "200"},
        capture_stdout=True,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return ran.returncode, ran.stdout.decode()


SUITE = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--pyargs")
SUITE += ("logion_conformance.cases.test_batches",)


def command_of(
    broker: SmallBroker | None, *flags: str, cases: str = "test_batches"
) -> list[str]:
    """Return the command that runs some cases, or without a module the whole suite."""
    suite = f"logion_conformance.cases.{cases}" if cases else "logion_conformance"
    bootstrap = str(broker.address) if broker else NOBODY
    return [
        *(sys.executable, "-m", "pytest", "--pyargs", suite),
        *("-q", "-p", "no:cacheprovider", "--bootstrap", bootstrap, *flags),
    ]


@pytest.mark.slow
async def test_a_sound_broker_passes_and_the_summary_says_so(tmp_path: Path) -> None:
    flags = ("--case", "batches.crc.*", "--quick")
    async with running() as broker:
        status, output = await run(tmp_path, broker, *flags, cases="")
    assert status == 0, output
    assert f"conformance of 127.0.0.1:{broker.port}" in output
    assert "batches       1     0" in output
    assert broker.topics == {}


@pytest.mark.slow
async def test_what_came_of_the_run_is_told_after_all_that_pytest_says(
    tmp_path: Path,
) -> None:
    flags = ("--case", "batches.c*[gd]", "--quick", "-ra")
    async with running() as broker:
        _, output = await run(tmp_path, broker, *flags)
    assert 0 < output.index("SKIPPED") < output.index("conformance of 127.0.0.1")


@pytest.mark.slow
async def test_a_quick_run_stops_no_broker(tmp_path: Path) -> None:
    async with running() as broker:
        status, output = await run(tmp_path, broker, "--quick", cases="test_restart")
    assert "no case applied" in output
    assert status == pytest.ExitCode.NO_TESTS_COLLECTED, output


def test_an_address_is_no_target_to_start() -> None:
    option = Namespace(target="a:1", bootstrap=None, release=None)
    config: Any = SimpleNamespace(option=option)
    with pytest.raises(ValueError, match="for one that runs: --bootstrap a:1"):
        named_target(config)


def test_a_target_that_a_case_has_felled_stands_again_for_the_next() -> None:
    target = Target(addresses_of("a:1"), None, versions_of([]))
    moved = replace(target, bootstrap=addresses_of("a:2"))
    mended = iter([True, False])
    own: Any = SimpleNamespace(target=moved, mend=lambda: next(mended))
    gathered: Any = SimpleNamespace(notes=[])
    config: Any = SimpleNamespace(
        stash={TARGET: target, OWN: own, reporting.GATHERED: gathered}
    )
    about = Case("a.b", MUST, "", {})
    assert [standing(config, about) for _ in range(2)] == [moved, moved]
    assert gathered.notes == ["the broker had ended before a.b, and was started again"]
    del config.stash[OWN]
    assert standing(config, about) == moved


@pytest.mark.slow
async def test_a_failure_is_told_as_clause_expected_came_and_exchange(
    tmp_path: Path,
) -> None:
    async with running("ignores-crc") as broker:
        status, output = await run(tmp_path, broker, "--case", "batches.crc.wrong")
    assert status == 1, output
    assert "batches.crc.wrong   (MUST; test_a_wrong_checksum_is_refused[v3])" in output
    assert "says      Records that do not have the checksum they claim" in output
    assert "cites     Kafka documentation, Record Batch: crc" in output
    assert "expected  CORRUPT_MESSAGE (2)" in output
    assert "came      NONE (0)" in output
    assert " v3 ProduceRequest(acks=-1" in output
    assert "FAIL: batches.crc.wrong (MUST): the error code: expected" in output


@pytest.mark.slow
async def test_a_failure_inside_a_nursery_is_told_the_same_way(tmp_path: Path) -> None:
    async with running("skips-offsets") as broker:
        status, output = await run(
            tmp_path, broker, "--case", "produce.concurrent", cases="test_produce"
        )
    assert status == 1, output
    assert "looked at the base offsets, in order" in output


@pytest.mark.slow
async def test_a_broker_no_case_applies_to_is_not_judged_sound(tmp_path: Path) -> None:
    async with running() as broker:
        status, output = await run(
            tmp_path, broker, "--case", "deletion.*", cases="test_records_and_logs"
        )
    assert status == 5, output
    reason = "UNSUPPORTED, the broker does not advertise DeleteRecords: deletion.all, "
    assert reason in output


@pytest.mark.slow
async def test_no_broker_is_an_error_and_not_a_failure_of_each_case(
    tmp_path: Path,
) -> None:
    status, output = await run(tmp_path, None)
    assert status == 2, output
    (line,) = filter(None, output.split("\n"))
    assert "no broker to judge: 127.0.0.1:1: nobody listens there" in line


def test_a_target_reaches_other_processes_as_it_is() -> None:
    target = Target(
        addresses_of("a:1,b:2"),
        release("0.9.0"),
        versions_of([(0, 0, 1), (1, 0, 1)]),
        {14: VersionRange(0, 3)},
        VersionRange(0, 8),
        settings={"log.cleaner.backoff.ms": "300"},
    )
    again = target_from(target.as_data())
    assert (again.bootstrap, again.fallback) == (target.bootstrap, target.fallback)
    assert again.versions.spoken == target.versions.spoken
    assert again.readable == target.readable
    assert again.metadata == target.metadata
    assert again.settings == target.settings


def test_the_reason_why_a_case_does_not_apply_is_kept() -> None:
    told = pytest.skip.Exception("no Fetch")
    lost = pytest.skip.Exception("")
    lost.__context__ = BaseExceptionGroup("of pytest-trio", [told])
    assert with_reason(lost) is told
    assert with_reason(told) is told


def test_groups_of_one_are_opened_and_others_left() -> None:
    inner = ValueError("x")
    assert only_leaf(ExceptionGroup("a", [ExceptionGroup("b", [inner])])) is inner
    several = ExceptionGroup("a", [inner, KeyError("y")])
    assert only_leaf(several) is several


def test_ctrl_c_is_no_failure_of_the_case_that_it_ends() -> None:
    ended = BaseExceptionGroup("a", [ValueError("x"), KeyboardInterrupt()])
    assert isinstance(only_leaf(ended), KeyboardInterrupt)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """See that Ctrl-C is heard by what a test starts, though perhaps not by itself."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_run_that_is_ended_early_says_so_and_leaves_nothing(
    tmp_path: Path, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = trio.Event()

    async def keep(_: object) -> None:
        asked.set()
        await trio.sleep_forever()

    files = [f"--report-{it}={tmp_path / it}" for it in reporting.WRITERS]
    async with running() as broker, trio.open_nursery() as nursery:
        monkeypatch.setattr(broker, "produce", keep)
        command = command_of(broker, "--case", "batches.crc.*", "--quick", *files)
        begin = partial(trio.run_process, command, cwd=tmp_path, check=False)
        process = await nursery.start(partial(begin, capture_stdout=True))
        await asked.wait()
        assert len(broker.topics) == 1
        process.send_signal(number)
        await process.wait()
        assert broker.topics == {}
    assert process.returncode == pytest.ExitCode.INTERRUPTED
    found = json.loads((tmp_path / "json").read_text())
    assert found["ended_early"] == {"judged": 0, "chosen": 1}
    for form in ("html", "markdown", "badge"):
        told = (tmp_path / form).read_text()
        assert "ended early: 0 of 1 cases judged" in told


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bootstrap", "target", "release"])
async def test_an_empty_name_of_a_target_is_wrong_usage(
    tmp_path: Path, name: str
) -> None:
    # without the option the reference is judged, which nobody wants by accident
    line = [*SUITE, f"--{name}", " "]
    ran = await trio.run_process(
        line, cwd=tmp_path, capture_stdout=True, capture_stderr=True, check=False
    )
    assert ran.returncode == pytest.ExitCode.USAGE_ERROR
    told = (ran.stdout + ran.stderr).decode().split("\n")
    assert [it for it in told if it] == [
        f"ERROR: --{name}: expected a value, found ' '"
    ]
