"""Changes of settings as requests ask for them, and which nodes they write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from logion.cluster import znodes
from logion.cluster.image import ClusterImage
from logion.cluster.znodes import ConfigChange
from logion.config import BrokerConfig, ConfigError, topic_config
from logion.coordination.tree import Create, Operation, SetData
from logion.protocol.errors import ApiError, Error
from logion.settings import Setting, broker_settings, topic_settings, value_text

DEFAULT_BROKER = "<default>"
"""Entity whose settings hold for every broker."""


class Edit(IntEnum):
    """What IncrementalAlterConfigs does to one setting (KIP-339)."""

    SET = 0
    DELETE = 1
    APPEND = 2
    SUBTRACT = 3


class ConfigEdit(NamedTuple):
    """One edit of one setting."""

    edit: Edit
    key: str
    value: str | None = None


def edited(
    current: Mapping[str, str],
    edits: Sequence[ConfigEdit],
    settings: Mapping[str, Setting],
    release: str,
) -> dict[str, str]:
    """Return the settings after the edits.

    Raises ApiError INVALID_REQUEST for a key twice or a value missing, INVALID_CONFIG
    for an unknown key or words added to what is no list.
    """
    keys = [edit.key for edit in edits]
    if len(set(keys)) < len(keys):
        raise ApiError(Error.INVALID_REQUEST, "a key is named more than once")
    after = dict(current)
    for edit, key, value in edits:
        if edit is Edit.DELETE:
            after.pop(key, None)
        elif value is None:
            raise ApiError(Error.INVALID_REQUEST, f"{key} has no value")
        elif edit is Edit.SET:
            after[key] = value
        else:
            after[key] = _edit_list(
                current, ConfigEdit(edit, key, value), settings, release
            )
    return after


def _edit_list(
    current: Mapping[str, str],
    edit: ConfigEdit,
    settings: Mapping[str, Setting],
    release: str,
) -> str:
    setting = settings.get(edit.key)
    if setting is None or setting.era(release).type != "list":
        text = f"{edit.key} is no list: nothing can be added or taken away"
        raise ApiError(Error.INVALID_CONFIG, text)
    held = current.get(edit.key, value_text(setting.default(release)))
    words = [word for word in (held or "").split(",") if word]
    named = (edit.value or "").split(",")
    if edit.edit is Edit.SUBTRACT:
        return ",".join(word for word in words if word not in named)
    return ",".join([*words, *(word for word in named if word not in words)])


def edit_topic(
    image: ClusterImage, name: str, edits: Sequence[ConfigEdit], broker: BrokerConfig
) -> list[Operation]:
    """Return the operations that edit a topic's settings.

    Raises ApiError UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST or INVALID_CONFIG.
    """
    current = image.config_of(name)
    after = edited(current, edits, topic_settings(), broker.release)
    return replace_topic(image, name, after, broker)


def replace_topic(
    image: ClusterImage, name: str, configs: Mapping[str, str], broker: BrokerConfig
) -> list[Operation]:
    """Return the operations after which a topic has just these settings.

    Raises ApiError UNKNOWN_TOPIC_OR_PARTITION or INVALID_CONFIG.
    """
    if name not in image.topics:
        text = f"there is no topic {name!r}"
        raise ApiError(Error.UNKNOWN_TOPIC_OR_PARTITION, text)
    _check(lambda: topic_config(broker, configs), Error.INVALID_CONFIG)
    path = znodes.topic_config_path(name)
    change = ConfigChange("topics", name)
    return _write(path, name in image.topic_configs, configs, change, broker.release)


def edit_broker(
    image: ClusterImage, entity: str, edits: Sequence[ConfigEdit], broker: BrokerConfig
) -> list[Operation]:
    """Return the operations that edit what was set for a broker id or all brokers.

    `broker` has the settings from its file. Raises ApiError INVALID_REQUEST, and
    INVALID_CONFIG for words added to what is no list.
    """
    current = image.broker_configs.get(entity, {})
    after = edited(current, edits, broker_settings(), broker.release)
    return replace_broker(image, entity, after, broker)


def replace_broker(
    image: ClusterImage, entity: str, configs: Mapping[str, str], broker: BrokerConfig
) -> list[Operation]:
    """Return the operations after which a broker id, or all, have just these.

    Raises ApiError INVALID_REQUEST: a topic's wrong setting has an error of its own.
    """
    is_default = entity == DEFAULT_BROKER
    own = {} if is_default else configs
    shared = configs if is_default else image.broker_configs.get(DEFAULT_BROKER, {})
    _check(lambda: broker.with_dynamic(own=own, cluster=shared), Error.INVALID_REQUEST)
    path = znodes.broker_config_path(entity)
    change = ConfigChange("brokers", entity)
    is_there = entity in image.broker_configs
    return _write(path, is_there, configs, change, broker.release)


def _check(make: Callable[[], object], error: Error) -> None:
    """Raise ApiError `error` if what is made refuses a setting."""
    try:
        make()
    except ConfigError as refusal:
        raise ApiError(error, str(refusal)) from None


def _write(
    path: str,
    is_there: bool,  # noqa: FBT001 - a fact of the tree, read off where it is called
    configs: Mapping[str, str],
    change: ConfigChange,
    release: str,
) -> list[Operation]:
    """Return the write of the settings, and of the note that tells all brokers."""
    data = znodes.write_config(configs)
    write: Operation = SetData(path, data) if is_there else Create(path, data)
    note = znodes.write_config_change(change, release)
    note_path = f"{znodes.CONFIG_CHANGES}/config_change_"
    return [write, Create(note_path, note, is_sequential=True)]
