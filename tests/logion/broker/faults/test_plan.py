from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from logion.broker.faults.naming import Level
from logion.broker.faults.plan import (
    PlanError,
    Rule,
    read_plan,
    read_plan_file,
    read_rule,
)
from logion.broker.faults.rule import METADATA_APIS
from logion.protocol.errors import Error

DROP = {"drop": "before"}


def test_a_rule_that_says_nothing_else_fires_once_on_every_request() -> None:
    rule = read_rule(DROP)
    assert rule == Rule("rule 1", drop="before")
    assert (rule.apis, rule.nth, rule.times, rule.probability) == (set(), 1, 1, 1.0)


def test_every_field_is_read() -> None:
    rule = read_rule(
        {
            "name": "r",
            "api": ["TxnOffsetCommit"],
            "versions": "3-7",
            "client_id": "shop-*",
            "topic": "t",
            "partition": [0, 2],
            "group": "g",
            "transactional_id": "x",
            "nth": 2,
            "times": 3,
            "probability": 0.5,
            "error": "NOT_LEADER_OR_FOLLOWER",
            "level": "partition",
            "applied": True,
            "delay_ms": 1,
            "delay_answer_ms": 2,
            "throttle_ms": 3,
        }
    )
    assert rule == Rule(
        "r",
        apis=frozenset({28}),
        versions=range(3, 8),
        client_id="shop-*",
        topic="t",
        partitions=frozenset({0, 2}),
        group="g",
        transactional_id="x",
        nth=2,
        times=3,
        probability=0.5,
        errors=(Error.NOT_LEADER_OR_FOLLOWER,),
        level=Level.PARTITION,
        applied=True,
        delay_ms=1,
        delay_answer_ms=2,
        throttle_ms=3,
    )


def test_apis_have_names_keys_and_former_names() -> None:
    rule = read_rule(DROP | {"api": ["Produce", 1, "Offsets"]})
    assert rule.apis == frozenset({0, 1, 2})


@pytest.mark.parametrize(
    ("given", "times"),
    [
        ({}, 1),
        ({"times": 4}, 4),
        ({"always": True}, None),
        ({"always": False}, 1),
        ({"probability": 0.5}, None),
        ({"probability": 0.5, "times": 2}, 2),
    ],
)
def test_how_often_it_fires(given: dict[str, Any], times: int | None) -> None:
    assert read_rule(DROP | given).times == times


@pytest.mark.parametrize(
    ("text", "versions"),
    [("5", range(5, 6)), (5, range(5, 6)), ("3-7", range(3, 8)), ("0-0", range(1))],
)
def test_versions_are_written_as_kafka_does(text: object, versions: range) -> None:
    assert read_rule(DROP | {"versions": text}).versions == versions
    assert 32_767 in read_rule(DROP | {"versions": "3+"}).versions


def test_a_list_of_errors_is_one_for_each_firing() -> None:
    rule = read_rule({"error": ["NONE", "REQUEST_TIMED_OUT", "NONE"]})
    assert rule.errors == (Error.NONE, Error.REQUEST_TIMED_OUT, Error.NONE)
    assert rule.times == 3


@pytest.mark.parametrize(
    "given",
    [{"stale_changes": 1}, {"stale_ms": 1}, {"leader": -1}, {"leader_epoch": 0}],
)
def test_what_is_told_of_the_cluster_is_told_by_metadata(given: dict[str, int]) -> None:
    assert read_rule(given).apis == METADATA_APIS
    assert read_rule(given | {"api": "Metadata"}).apis == {3}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"topics": "t"}, "rule 1: unknown field 'topics'; the nearest is 'topic'"),
        (
            {"name": "x", "error": "NOT_LEADR_OR_FOLLOWER"},
            "rule 1 ('x'): error is 'NOT_LEADR_OR_FOLLOWER', no error of Kafka",
        ),
        ({"error": "NOT_LEADER"}, "the nearest is 'NOT_LEADER_OR_FOLLOWER'"),
        (
            {"error": "NOT_LEADER_FOR_PARTITION"},
            "the nearest is 'NOT_LEADER_OR_FOLLOWER'",
        ),
        ({"error": ""}, "error is '', no error of Kafka; expected one of"),
        ({"error": 6}, "error is 6; expected the name of an error"),
        ({"error": []}, "error is an empty list; expected the name of an error"),
        ({"api": []}, "api is an empty list; expected the name of an API"),
        ({"partition": [], "topic": "t"}, "partition is an empty list"),
        ({"api": "produce"}, "no API of Kafka; the nearest is 'Produce'"),
        ({"api": "Prodcue"}, "the nearest is 'Produce'"),
        ({"api": 999}, "api is 999; Kafka's APIs are 0 to 92"),
        ({"api": True}, "api is True; expected the name or key of an API"),
        ({"api": None}, "api is None; expected the name or key of an API"),
        ({"versions": "7-3"}, 'expected versions as "5", "3-7" or "3+"'),
        ({"versions": "new"}, "versions is 'new'"),
        ({"drop": "befor"}, "drop is 'befor'; the nearest is 'before'"),
        ({"drop": 7}, "drop is 7; expected one of before, after"),
        ({"level": "partitions"}, "the nearest is 'partition'"),
        ({"topic": 7}, "topic is 7; expected a text"),
        ({"applied": 1}, "applied is 1; expected true or false"),
        ({"always": "yes"}, "always is 'yes'"),
        ({"times": 0}, "times is 0; expected a whole number from 1 to 2147483647"),
        ({"times": True}, "times is True"),
        ({"nth": "third"}, "nth is 'third'"),
        ({"delay_ms": 86_400_001}, "from 1 to 86400000"),
        ({"stale_changes": 17}, "from 1 to 16"),
        ({"probability": 0}, "probability is 0; expected a number above 0, up to 1"),
        ({"probability": True}, "probability is True"),
        ({"partition": [0, -1], "topic": "t"}, "partition is -1"),
        ({"name": ""}, "name is ''; expected a text"),
    ],
)
def test_what_is_wrong_is_named_with_its_rule_and_what_may_be_meant(
    given: dict[str, object], text: str
) -> None:
    with pytest.raises(PlanError) as refused:
        read_rule(given)
    assert text in str(refused.value)
    assert str(refused.value).startswith("rule 1")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (None, "the plan is None; expected a mapping of seed and rules"),
        ([DROP], "expected a mapping of seed and rules"),
        ({"rule": []}, "the plan: unknown field 'rule'; the nearest is 'rules'"),
        ({"rules": {}}, "the plan: rules is {}; expected a list of rules"),
        ({"rules": ["x"]}, "rule 1 is 'x'; expected a mapping of fields"),
        ({"seed": "x"}, "the plan: seed is 'x'; expected a whole number"),
        ({"rules": [DROP, DROP | {"nth": 0}]}, "rule 2: nth is 0"),
        (
            {"rules": [DROP | {"name": "a"}, DROP | {"name": "a"}]},
            "the plan: two rules are called 'a'",
        ),
    ],
)
def test_a_plan_is_refused_as_a_whole(given: dict[str, object], text: str) -> None:
    with pytest.raises(PlanError) as refused:
        read_plan(given)
    assert text in str(refused.value)


def test_a_plan_can_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text('seed = 3\n[[rules]]\napi = "Produce"\ndrop = "after"\n')
    plan = read_plan_file(str(file))
    assert (plan.seed, plan.rules[0].drop) == (3, "after")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"seed = ", "Invalid value"),
        (b"\xff", "utf-8"),
        (b"[[rules]]\napi = 'x'\n", "rule 1: api is 'x'"),
    ],
)
def test_a_file_that_is_no_plan_is_named(
    data: bytes, text: str, tmp_path: Path
) -> None:
    file = tmp_path / "faults.toml"
    file.write_bytes(data)
    with pytest.raises(PlanError, match=text) as refused:
        read_plan_file(str(file))
    assert str(refused.value).startswith(f"{file}: ")
