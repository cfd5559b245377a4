from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from logion.client.connection import Exchange
from logion.protocol.codec import encode
from logion.protocol.messages.metadata import (
    MetadataRequest,
    MetadataResponse,
    MetadataResponseTopic,
)
from logion_conformance import report
from logion_conformance.case import untestable
from logion_conformance.expect import Broken
from logion_conformance.locating import Place
from logion_conformance.results.model import Verdict

ASKED = Exchange(MetadataRequest(topics=()), 9, 1, None)
ABSENT = MetadataResponse(
    brokers=(),
    controller_id=-1,
    topics=(MetadataResponseTopic(error_code=3, name="a", partitions=()),),
)
FRAME = (1).to_bytes(4) + encode(ABSENT, 1)
HEARD = Exchange(MetadataRequest(topics=()), 1, 1, ABSENT, b"", FRAME)
BROKEN = Broken("the offset", expected="1", came="2")


def item(**params: object) -> Any:
    return SimpleNamespace(callspec=SimpleNamespace(params=params))


def skip() -> BaseException:
    with pytest.raises(BaseException, match="a provisioner") as raised:
        untestable("needs a provisioner")
    return raised.value


@pytest.mark.parametrize(
    ("error", "verdict", "reason"),
    [
        (None, Verdict.PASS, ""),
        (BROKEN, Verdict.FAIL, "the offset: expected 1; came 2"),
        (KeyError("x"), Verdict.FAIL, "KeyError: 'x'"),
        (pytest.skip.Exception("no Fetch"), Verdict.UNSUPPORTED, "no Fetch"),
        (skip(), Verdict.UNTESTABLE, "needs a provisioner"),
    ],
)
def test_what_a_test_raised_is_a_verdict(
    error: BaseException | None, verdict: Verdict, reason: str
) -> None:
    made: Any = SimpleNamespace(duration=0.12345)
    trial = report.judge(item(version=3), made, error, None, None)
    assert (trial.verdict, trial.reason) == (verdict, reason)
    assert (trial.version, trial.seconds) == (3, 0.123)


def test_a_test_without_versions_tries_none() -> None:
    assert report.version_of(item(codec="gzip")) is None
    assert report.version_of(SimpleNamespace()) is None  # type: ignore[arg-type]


def test_the_last_things_said_are_told() -> None:
    said = [report.said_in(ASKED, None)] * 2
    lines = list(report.conversation(said))
    assert lines[:2] == ["-> #1 v9 MetadataRequest()", "<- (no answer is awaited)"]
    assert len(lines) == 4


def test_the_field_that_differs_is_named_and_marked_in_the_last_answer() -> None:
    error = Broken("the error code", expected="0", came="3", value=3)
    *_, last = told = report.marked([HEARD, HEARD], error)
    assert [it.field for it in told] == ["", "topics[0].errorCode"]
    lines = list(report.conversation([last]))
    assert lines[2:] == [
        "differs: topics[0].errorCode",
        "00000000  00 00 00 01 00 00 00 00 ff ff ff ff 00 00 00 01",
        "00000010  [00 03] 00 01 61 00 00 00 00 00",
    ]


def test_a_field_past_what_is_kept_is_named_alone() -> None:
    said = report.said_in(HEARD, Place("topics[0].errorCode", 9_000, 9_002))
    assert (said.field, said.marked) == ("topics[0].errorCode", ())
    assert report.around(said) == []


def test_silence_is_told_too() -> None:
    assert list(report.conversation([])) == ["(nothing was asked)"]


def test_a_long_message_is_cut() -> None:
    assert report.cut("x" * 9_000).endswith("... (9000 characters)")
