from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from logion.cluster.configs import (
    DEFAULT_BROKER,
    ConfigEdit,
    Edit,
    Kind,
    dynamic_config,
    edit,
    edited,
    replace,
)
from logion.cluster.image import ClusterImage, TopicInfo
from logion.cluster.znodes import read_config, read_config_change
from logion.config import BrokerConfig
from logion.coordination.tree import Create, SetData
from logion.names import ZERO_UUID
from logion.protocol.errors import ApiError, Error
from logion.settings import topic_settings

CONFIG = BrokerConfig.of({})
IMAGE = ClusterImage(topics={"t": TopicInfo("t", ZERO_UUID, {})})


def after(current: Mapping[str, str], *edits: ConfigEdit) -> dict[str, str]:
    return edited(current, edits, topic_settings(), "4.3")


def code_of(call: Callable[[], object]) -> Error:
    with pytest.raises(ApiError) as caught:
        call()
    assert caught.value.message
    return caught.value.error


def test_settings_are_set_and_taken_back() -> None:
    assert after({}, ConfigEdit(Edit.SET, "a", "1")) == {"a": "1"}
    assert after({"a": "1", "b": "2"}, ConfigEdit(Edit.DELETE, "a")) == {"b": "2"}
    assert after({}, ConfigEdit(Edit.DELETE, "a")) == {}


def test_words_are_added_to_lists_and_taken_away() -> None:
    key = "cleanup.policy"
    both = after({}, ConfigEdit(Edit.APPEND, key, "compact"))
    assert both == {key: "delete,compact"}
    assert after(both, ConfigEdit(Edit.APPEND, key, "compact")) == both
    one = after(both, ConfigEdit(Edit.SUBTRACT, key, "delete"))
    assert one == {key: "compact"}


@pytest.mark.parametrize(
    ("edits", "error"),
    [
        ([ConfigEdit(Edit.SET, "a", "1")] * 2, Error.INVALID_REQUEST),
        ([ConfigEdit(Edit.SET, "a", None)], Error.INVALID_REQUEST),
        ([ConfigEdit(Edit.APPEND, "cleanup.policy")], Error.INVALID_REQUEST),
        ([ConfigEdit(Edit.APPEND, "retention.ms", "1")], Error.INVALID_CONFIG),
        ([ConfigEdit(Edit.SUBTRACT, "unknown", "1")], Error.INVALID_CONFIG),
    ],
)
def test_edits_that_make_no_sense_are_refused(
    edits: list[ConfigEdit], error: Error
) -> None:
    assert code_of(lambda: after({}, *edits)) is error


def test_a_topic_is_edited_with_a_note_to_all_brokers() -> None:
    change = ConfigEdit(Edit.SET, "retention.ms", "5")
    [write, note] = edit(IMAGE, Kind.TOPIC, "t", [change], CONFIG)
    assert isinstance(write, Create)
    assert isinstance(note, Create)
    assert write.path == "/config/topics/t"
    assert read_config(write.data or b"") == {"retention.ms": "5"}
    assert (note.path, note.is_sequential) == ("/config/changes/config_change_", True)
    assert read_config_change(note.data or b"") == ("topics", "t")


def test_a_topic_that_has_settings_keeps_the_others() -> None:
    image = ClusterImage(
        topics=IMAGE.topics,
        topic_configs={"t": {"segment.ms": "9", "preallocate": "true"}},
    )
    [write, _] = edit(
        image, Kind.TOPIC, "t", [ConfigEdit(Edit.DELETE, "segment.ms")], CONFIG
    )
    assert isinstance(write, SetData)
    assert read_config(write.data or b"") == {"preallocate": "true"}
    [write, _] = replace(image, Kind.TOPIC, "t", {"segment.ms": "1"}, CONFIG)
    assert isinstance(write, SetData)
    assert read_config(write.data or b"") == {"segment.ms": "1"}


@pytest.mark.parametrize(
    ("name", "key", "value", "error"),
    [
        ("no", "retention.ms", "1", Error.UNKNOWN_TOPIC_OR_PARTITION),
        ("t", "retention.ms", "x", Error.INVALID_CONFIG),
        ("t", "unknown", "1", Error.INVALID_CONFIG),
    ],
)
def test_wrong_settings_of_a_topic_are_refused(
    name: str, key: str, value: str, error: Error
) -> None:
    change = ConfigEdit(Edit.SET, key, value)
    assert code_of(lambda: edit(IMAGE, Kind.TOPIC, name, [change], CONFIG)) is error


def test_a_broker_and_all_brokers_are_edited() -> None:
    change = ConfigEdit(Edit.SET, "background.threads", "5")
    [write, note] = edit(IMAGE, Kind.BROKER, DEFAULT_BROKER, [change], CONFIG)
    assert isinstance(write, Create)
    assert isinstance(note, Create)
    assert write.path == "/config/brokers/<default>"
    assert read_config_change(note.data or b"") == ("brokers", DEFAULT_BROKER)
    image = ClusterImage(broker_configs={"0": {"background.threads": "7"}})
    [write, _] = edit(image, Kind.BROKER, "0", [change], CONFIG)
    assert isinstance(write, SetData)


@pytest.mark.parametrize("entity", ["0", DEFAULT_BROKER])
def test_what_only_a_restart_changes_is_refused(entity: str) -> None:
    configs = {"num.partitions": "5"}
    fault = code_of(lambda: replace(IMAGE, Kind.BROKER, entity, configs, CONFIG))
    assert fault is Error.INVALID_REQUEST


def test_what_was_stored_beside_another_file_does_not_hold_up_a_start() -> None:
    """A file whose buffer is too small for the threads that were asked for."""
    stored = {"0": {"log.cleaner.threads": "2"}}
    image = ClusterImage(broker_configs=stored)
    file = {"broker.id": "0", "log.cleaner.dedupe.buffer.size": "2097152"}
    broker = BrokerConfig.of(file)
    assert dynamic_config(image, broker) is broker
    larger = BrokerConfig.of({"broker.id": "0"})
    assert dynamic_config(image, larger).integer("log.cleaner.threads") == 2


@pytest.mark.parametrize(
    ("kind", "key", "value", "error"),
    [
        (Kind.GROUP, "no.such.setting", "1", Error.INVALID_CONFIG),
        (Kind.GROUP, "consumer.session.timeout.ms", "1", Error.INVALID_CONFIG),
        (Kind.METRICS, "no.such.setting", "1", Error.INVALID_REQUEST),
        (Kind.METRICS, "interval.ms", "1", Error.INVALID_REQUEST),
        (Kind.METRICS, "interval.ms", "x", Error.INVALID_CONFIG),
        (Kind.BROKER, "log.retention.ms", "x", Error.INVALID_REQUEST),
        (Kind.BROKER, "num.io.threads", "99", Error.INVALID_REQUEST),
    ],
)
def test_a_refusal_names_the_setting(
    kind: Kind, key: str, value: str, error: Error
) -> None:
    change = ConfigEdit(Edit.SET, key, value)
    with pytest.raises(ApiError, match=key.replace(".", r"\.")) as caught:
        edit(IMAGE, kind, "0", [change], CONFIG)
    assert caught.value.error is error


@pytest.mark.parametrize(
    ("release", "error"),
    [("3.2", Error.INVALID_REQUEST), ("3.3", Error.INVALID_CONFIG)],
)
def test_a_wrong_value_of_a_topic_has_the_error_of_its_release(
    release: str, error: Error
) -> None:
    config = BrokerConfig.of({}, release=release)
    wrong = (
        ConfigEdit(Edit.SET, "retention.ms", "x"),
        ConfigEdit(Edit.APPEND, "retention.ms", "1"),
    )
    for change in wrong:
        assert (
            code_of(lambda c=change: edit(IMAGE, Kind.TOPIC, "t", [c], config)) is error
        )
    unknown = ConfigEdit(Edit.SET, "shoes", "1")
    known = code_of(lambda: edit(IMAGE, Kind.TOPIC, "t", [unknown], config))
    assert known is Error.INVALID_CONFIG
