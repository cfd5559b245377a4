"""`docs/status.md` is what the command prints, and nothing is claimed unjudged."""

from __future__ import annotations

from pathlib import Path

import pytest
from logion.broker.dispatch import HANDLERS
from logion.protocol.apis import APIS

from tests import status
from tests.docs import evidence, observe_codecs
from tests.shared import needs_shared

DOCUMENT = Path(__file__).parents[2] / "docs" / "status.md"

BEHAVIOUR = ("clients", evidence.TRACES, "apache")
"""Judges of what a broker does; the other two judge the codec."""


def test_the_document_is_what_the_command_prints() -> None:
    assert DOCUMENT.read_text() == status.status(), "run `make status`"


@pytest.mark.parametrize("key", HANDLERS, ids=lambda key: APIS[key].name)
def test_no_api_is_answered_that_nobody_outside_has_tested(key: int) -> None:
    answered = status.range_of_answered(key)
    assert answered
    for kinds in (BEHAVIOUR, ("golden", "kio")):
        judged = [v for kind in kinds for v in answered if judges(kind, key, v)]
        assert judged, f"nobody of {kinds} has tested {APIS[key].name}"


def judges(kind: str, key: int, version: int) -> tuple[str, ...]:
    return status.judges_of(kind, key, version)


@pytest.mark.parametrize("key", HANDLERS, ids=lambda key: APIS[key].name)
def test_every_version_that_is_answered_has_a_judge(key: int) -> None:
    unjudged = [
        version
        for version in status.range_of_answered(key)
        if not status.tested(key, version).is_judged
    ]
    assert unjudged == []


@needs_shared
def test_the_golden_vectors_are_those_of_the_facts() -> None:
    (observed,) = evidence.observations("golden").items()
    assert observed[0] == observe_codecs.GOLDEN
    assert evidence.as_data(observe_codecs.golden_pairs()) == as_data(observed[1])


def test_kio_has_the_versions_that_were_written_down() -> None:
    (observed,) = evidence.observations("kio").items()
    assert observed[0] == observe_codecs.kio_version(), "run observe_codecs again"
    assert evidence.as_data(observe_codecs.kio_pairs()) == as_data(observed[1])


def test_traces_judge_what_the_recorded_broker_knows() -> None:
    found = evidence.observations(evidence.TRACES)
    assert {name.partition(" on ")[0] for name in found} >= {"kafka-python"}
    assert all(
        key in observed.versions for observed in found.values() for key in (0, 18)
    )
    old = found["kafka-python on 2.8.2"]
    assert 4 not in old.versions[18]  # it asks for version 4 first, and is refused


def as_data(observed: evidence.Observation) -> dict[str, str]:
    return evidence.as_data(
        (key, version)
        for key, versions in observed.versions.items()
        for version in versions
    )


@pytest.mark.parametrize("versions", [[0], [0, 1, 2], [0, 2, 3, 7], []])
def test_versions_are_read_as_they_are_written(versions: list[int]) -> None:
    text = evidence.text(versions)
    assert (evidence.numbers(text) if text else []) == versions


def test_an_observation_takes_the_place_of_an_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "HERE", tmp_path)
    evidence.record("clients", "kcat", [(0, 3), (1, 4), (0, 2)])
    evidence.record("clients", "kcat", [(0, 2)])
    evidence.record("clients", "sarama", [(18, 0)])
    found = evidence.observations("clients")
    assert {name: dict(it.versions) for name, it in found.items()} == {
        "kcat": {0: {2}},
        "sarama": {18: {0}},
    }
