"""What the benchmark says of a missed target is what that run has measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import published
from tests.benchmarks.brokers import Running
from tests.benchmarks.report import AT_LEAST, Row, document, table
from tests.benchmarks.run import latency_rows, speed_rows

LOADS = ("produce 100", "produce 1024", "consume 100", "consume 1024")


def measured(name: str, *, speed: float, busy: float) -> Running:
    """Return a broker after one round in which every figure was the same."""
    broker = Running(name, "127.0.0.1:9092", 1, 0.1)
    for load in (*LOADS, "ack", "first"):
        broker.note(load, speed)
        broker.note(f"cpu {load}", 1)
        broker.note(f"broker busy {load}", busy)
        broker.note(f"client busy {load}", 2 * busy)
    for figure in ("p50_us", "p99_us", "first p50_us", "first p99_us"):
        broker.note(figure, 1 / speed)
    return broker


def test_a_missed_target_is_followed_by_who_was_busy_in_that_run() -> None:
    pair = [measured(n, speed=100, busy=0.31) for n in ("logion", "Apache Kafka")]
    missed = speed_rows(pair)[0].cells()[-1]
    assert missed == "**not met**: logion busy 31%, its client 62%"
    assert {row.cells()[-1] for row in latency_rows(pair, 3000)} == {missed}


def test_nothing_is_said_of_a_target_that_is_met() -> None:
    pair = (measured("logion", speed=300, busy=0.5), measured("K", speed=1, busy=0.5))
    assert [row.cells()[-1] for row in speed_rows(pair)] == ["met"] * 4 + [""] * 4


def test_a_target_beside_which_nothing_was_measured_is_only_missed() -> None:
    assert Row("it", "ms", 1, test=AT_LEAST, target=2).cells()[-1] == "**not met**"


def test_parts_that_are_not_taken_anew_stay_as_they_are() -> None:
    old = document("", [("Groups", "| old |"), ("Codec", "| kept |")], settings="-")
    new = document(old, [("Groups", "| new |"), ("Alone", "| more |")], settings="-")
    titles = [line for line in new.splitlines() if line.startswith("## ")]
    assert titles == ["## Groups", "## Codec", "## Alone"]
    assert "| old |" not in new
    assert new.partition("## Codec")[2].startswith(
        old.partition("## Codec")[2].rstrip("\n")
    )


def test_a_table_names_whom_logion_is_beside() -> None:
    first = table([Row("it", "ms", 1, 2)], "kfake").splitlines()[0]
    assert first == "| what | unit | logion | kfake | ratio | target |  |"


def test_without_a_clone_of_the_published_models_their_section_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PUBLISHED", raising=False)
    assert published.sections() == []


def counting(distinct: int) -> published.Found:
    return published.Found(distinct, 15, 0.7, 0.5)


def test_the_published_models_are_timed_only_where_all_count_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(published, "by_tlc_published", lambda *_: counting(957))
    monkeypatch.setattr(published, "by_tlc_ours", lambda *_: counting(957))
    monkeypatch.setattr(published, "by_logion", lambda *_: counting(957))
    scope = published.SCOPES[0]
    found = published.of_scope(Path(), scope)
    assert {it.rate for it in found.values()} == {1_914}
    monkeypatch.setattr(published, "by_logion", lambda *_: counting(956))
    with pytest.raises(AssertionError, match="956"):
        published.of_scope(Path(), scope)
