from __future__ import annotations

import pytest
from logion.broker import dispatch
from logion.broker.admission import Doorkeeper
from logion.broker.handlers import describe_cluster, metadata
from logion.replica.partition import FetchBounds, Partition
from logion_harness.miniatures import reach
from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.reach import calls, can_fail, code_of
from logion_harness.miniatures.seams import hears, instead, swapped

ADMIT = "logion.broker.admission:Doorkeeper.admit"


def test_functions_methods_properties_and_classes_have_code() -> None:
    found = [
        code_of("logion.broker.handlers.metadata:handle"),
        code_of(ADMIT),
        code_of("logion.replica.partition:Partition.high_watermark"),
        code_of("logion.replica.partition:FetchBounds"),
    ]
    assert found == [
        metadata.handle.__code__,
        Doorkeeper.admit.__code__,
        Partition.high_watermark.fget.__code__,
        FetchBounds.__init__.__code__,
    ]
    assert code_of("logion.broker.dispatch:HANDLERS") is None


def test_what_is_cached_is_the_function_behind_it() -> None:
    wrapped = dispatch.handler.__wrapped__
    assert code_of("logion.broker.dispatch:handler") is wrapped.__code__


def test_a_case_calls_what_its_requests_need() -> None:
    found = calls("4.3", ["cluster.described", "framing.size.negative"])
    code = describe_cluster.handle.__code__
    assert code in found["cluster.described"]
    assert code not in found["framing.size.negative"]


def test_only_what_is_called_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    code = frozenset({metadata.handle.__code__})
    known = {"metadata.none": code, "order.records": frozenset()}
    monkeypatch.setattr(reach, "called", lambda *_: known)
    told = hears("Metadata", "topics", lambda topics: topics)
    miniature = Miniature("m", "does wrong", ("order.answers",), told)
    cases = ["metadata.none", "order.answers", "order.records"]
    assert can_fail(miniature, cases) == ["metadata.none", "order.answers"]
    constant = swapped("logion.broker.dispatch:HANDLERS", instead({}))
    anywhere = Miniature("m", "does wrong", (), constant)
    assert can_fail(anywhere, cases) == cases
