"""Two small brokers compared, of which one is right and the other may be wrong."""

from __future__ import annotations

import pytest
from logion.client.connection import Options
from logion.protocol.messages.api_versions import ApiVersionsRequest
from logion.protocol.messages.metadata import MetadataRequest
from logion.protocol.releases import release
from logion_conformance.compare import comparison as comparisons
from logion_conformance.compare.comparison import (
    Comparison,
    Outcome,
    Plan,
    chosen,
    is_anothers,
    versions_for,
)
from logion_conformance.compare.known import Known, known_for
from logion_conformance.compare.probe import (
    Ask,
    Frame,
    Ground,
    Hear,
    Probe,
    Say,
    Script,
    Until,
    asking,
)
from logion_conformance.compare.probes.produce import produce
from logion_conformance.compare.story import story
from logion_conformance.targets import Target, ask_versions

from tests.logion.client.small_broker import SmallBroker, running

ACKS = asking("Produce", {"acks-5": lambda it: produce(it, acks=5, topic=it.standing)})
TO_OWN = asking("Produce", {"plain": produce}, needs_topic=True)


async def target_of(broker: SmallBroker) -> Target:
    versions = await ask_versions(broker.address, Options())
    return Target((broker.address,), None, versions)


async def compared(*probes: Probe, fault: str = "") -> list[Outcome]:
    """Put probes to a right broker and one with a fault."""
    async with running() as left, running(fault) as right:
        comparison = Comparison(await target_of(left), await target_of(right), None)
        seen: list[Outcome] = []
        await comparison.run(Plan(probes), seen.append)
    assert seen == comparison.outcomes
    return seen


def of(script: object, api: str = "Metadata", **more: object) -> Probe:
    return Probe(api, "x", script, **more)  # type: ignore[arg-type]


async def test_two_that_answer_alike_are_equal_in_each_version_both_speak() -> None:
    outcomes = await compared(*ACKS, *TO_OWN)
    assert [it.version for it in outcomes] == [*range(3, 10), *range(3, 10)]
    assert {it.verdict for it in outcomes} == {"equal"}


async def test_an_error_that_one_does_not_answer_is_told_with_its_place() -> None:
    outcomes = await compared(*ACKS, fault="accepts-any-acks")
    assert {it.verdict for it in outcomes} == {"different"}
    told = story(outcomes[0])
    assert told.startswith("different: Produce/acks-5 v3\n  1 Produce v3: responses")
    assert ".error_code: 21 | 0" in told


async def test_a_difference_that_is_known_is_a_deviation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = Known("test_a_row", "Produce/*")
    monkeypatch.setattr("logion_conformance.compare.known.KNOWN", (row,))
    outcomes = await compared(*ACKS, fault="accepts-any-acks")
    assert {it.verdict for it in outcomes} == {"deviation"}
    assert "deviation: Produce/acks-5 v3 (test_a_row)" in story(outcomes[0])


def test_one_difference_that_is_not_known_makes_the_probe_different(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = Known("test_a", "Fetch/*", "*error_code", "2.8", "3.9", "3+")
    monkeypatch.setattr("logion_conformance.compare.known.KNOWN", (known,))
    fits = ("Fetch/x", 3, ["1 Fetch v3: a.error_code"], release("3.9"))
    assert known_for(*fits) == (known,)
    assert known_for("Fetch/x", 3, ["a.error_code", "a.offset"], None) == ()
    assert known_for("Fetch/x", 2, ["a.error_code"], None) == ()
    assert known_for("Fetch/x", 3, ["a.error_code"], release("4.0")) == ()
    assert known_for("Produce/x", 3, ["a.error_code"], None) == ()


async def test_a_script_speaks_on_several_connections_and_hears_in_order() -> None:
    def script(it: Ground) -> Script:
        assert (yield Say(MetadataRequest(topics=()), "b")) is None
        first = yield Ask(ApiVersionsRequest(), version=0)
        second = yield Hear("b")
        assert first.api_keys
        assert second.brokers
        yield Until(MetadataRequest(topics=()), lambda came: came.brokers)

    (outcome,) = await compared(of(script, once=True))
    said = [it.what for it in outcome.left]
    assert said == ["2 ApiVersions v0", "1 Metadata v9", "3 Metadata v9"]
    assert outcome.verdict == "equal"


async def test_a_closed_connection_ends_a_script_and_is_compared() -> None:
    def script(it: Ground) -> Script:
        yield Frame(bytes((0, 0, 0, 10)) + (999).to_bytes(2) + bytes(8))
        raise AssertionError("a script ends where nothing comes")

    (outcome,) = await compared(of(script, once=True), fault="ignores-unknown-apis")
    assert [it.answer for it in outcome.left] == ["the connection is closed"]
    assert [it.answer for it in outcome.right] == ["the connection is closed"]


async def test_silence_is_compared() -> None:
    def script(it: Ground) -> Script:
        frame = (3000).to_bytes(2) + bytes((0, 0, 0, 0, 0, 7, 0, 1)) + b"c"
        yield Frame(len(frame).to_bytes(4) + frame, patience_s=0.1)

    (outcome,) = await compared(of(script, once=True), fault="ignores-unknown-apis")
    assert [it.answer for it in outcome.right] == ["no answer"]
    assert outcome.verdict == "different"


async def test_bytes_that_are_no_answer_are_compared_as_they_are() -> None:
    def script(it: Ground) -> Script:
        yield MetadataRequest(topics=())

    outcomes = await compared(of(script), fault="trailing-bytes")
    assert {it.verdict for it in outcomes} == {"different"}
    assert str(outcomes[0].right[0].answer).startswith("bytes that are no answer: ")


async def test_an_answer_that_one_side_does_not_give_is_a_difference() -> None:
    def script(it: Ground) -> Script:
        came = yield produce(it, topic=it.standing, acks=7)
        if not came.responses[0].partition_responses[0].error_code:
            yield MetadataRequest(topics=())

    outcomes = await compared(of(script, "Produce"), fault="accepts-any-acks")
    paths = [it.path for it in outcomes[0].differences]
    assert paths[-1].startswith("2 Metadata")


async def test_a_version_that_cannot_say_something_does_not_run() -> None:
    ways = {
        "operations": lambda it: MetadataRequest(
            topics=(), include_topic_authorized_operations=True
        )
    }
    outcomes = await compared(*asking("Metadata", ways))
    assert [it.version for it in outcomes] == [8, 9]


async def test_what_can_be_said_to_one_side_alone_is_a_difference() -> None:
    def script(it: Ground) -> Script:
        came = yield produce(it, topic=it.standing, acks=7)
        if not came.responses[0].partition_responses[0].error_code:
            yield Ask(
                MetadataRequest(topics=(), include_topic_authorized_operations=True),
                version=1,
            )

    outcomes = await compared(of(script, "Produce"), fault="accepts-any-acks")
    assert {it.verdict for it in outcomes} == {"different"}
    assert "no place in this version" in story(outcomes[0])


async def test_versions_are_those_that_both_speak_within_the_probes() -> None:
    async with running() as broker:
        versions = (await target_of(broker)).versions
    probe = of(None, "Fetch", first=6, last=9)
    assert versions_for(probe, versions) == [6, 7, 8, 9]
    assert versions_for(probe, versions, "ends") == [6, 9]
    assert versions_for(probe, versions, "newest") == [9]
    assert versions_for(of(None, "Fetch", once=True), versions) == [11]
    assert versions_for(of(None, "JoinGroup"), versions) == []
    lacking = of(None, "Fetch", needs=("JoinGroup",))
    assert versions_for(lacking, versions) == []


def test_what_other_probes_made_does_not_count() -> None:
    assert is_anothers({"name": "compare-3-v1"}, "compare-4-v1")
    assert not is_anothers({"name": "compare-4-v1-0"}, "compare-4-v1")
    assert not is_anothers({"name": "compare-standing"}, "compare-4-v1")
    assert not is_anothers("compare-3-v1", "compare-4-v1")


def test_probes_are_chosen_by_name() -> None:
    assert chosen((*ACKS, *TO_OWN), "*/plain") == TO_OWN
    assert chosen(ACKS, None) == ACKS


def test_nothing_of_an_api_is_spoken_that_both_do_not_speak() -> None:
    limits = comparisons.NOTHING
    assert all(it.first > it.last for it in limits.values())
