from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

from logion.client.connection import Exchange
from logion.protocol.messages.metadata import MetadataRequest
from logion_conformance import report

ASKED = Exchange(MetadataRequest(topics=()), 9, 1, None)


def made(case: str) -> SimpleNamespace:
    return SimpleNamespace(user_properties=[("case", case), ("level", "MUST")])


OTHER = SimpleNamespace(user_properties=[])
"""A report of a test that is no case."""


def test_cases_are_counted_by_area_and_verdict() -> None:
    stats = {
        "passed": [made("fetch.a"), made("fetch.a"), made("produce.b"), OTHER],
        "failed": [made("fetch.c")],
        "skipped": [made("fetch.d")],
        "deselected": [made("fetch.e")],
    }
    assert report.count(stats) == {
        "fetch": Counter({"passed": 2, "FAILED": 1, "unsupported": 1}),
        "produce": Counter({"passed": 1}),
    }


def test_a_skip_is_no_verdict() -> None:
    assert report.judged({"skipped": [made("a.b")]}) == 0
    assert report.judged({"skipped": [made("a.b")], "failed": [made("a.c")]}) == 1


def test_what_was_not_judged_is_grouped_by_its_reason() -> None:
    texts = {
        "a.b": "Skipped: UNSUPPORTED a.b: no Fetch",
        "a.c": "Skipped: UNSUPPORTED a.c: no Fetch",
        "a.d": "Skipped: topics like this need CreateTopics",
    }
    stats = {"skipped": [skip(case, text) for case, text in texts.items()]}
    assert report.skipped(stats) == {
        "no Fetch": {"a.b", "a.c"},
        "topics like this need CreateTopics": {"a.d"},
    }


def skip(case: str, text: str) -> SimpleNamespace:
    return SimpleNamespace(**vars(made(case)), longrepr=("file", 1, text))


def test_broken_cases_are_named_once_with_their_level() -> None:
    stats = {"failed": [made("a.b"), made("a.b"), OTHER], "error": [made("a.c")]}
    assert report.failed(stats) == {"a.b": "MUST", "a.c": "MUST"}


def test_columns_stand_under_their_titles() -> None:
    row = report.row_text("fetch", Counter(passed=12), ["passed", "FAILED"], 9)
    assert row == "fetch          12       0"


def test_the_last_things_said_are_told() -> None:
    lines = list(report.conversation([ASKED] * 9))
    assert len(lines) == 2 * report.EXCHANGES_MAX
    assert lines[0] == "-> #1 v9 MetadataRequest()"
    assert lines[1] == "<- (no answer is awaited)"


def test_silence_is_told_too() -> None:
    assert list(report.conversation([])) == ["(nothing was asked)"]


def test_a_long_message_is_cut() -> None:
    assert report.cut("x" * 9_000).endswith("... (9000 characters)")
