"""Changes of settings as requests ask for them, and which nodes they write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, NamedTuple

from logion.cluster import znodes
from logion.cluster.image import ClusterImage
from logion.cluster.znodes import ConfigChange
from logion.config import BrokerConfig, topic_config
from logion.config_groups import check_group_overrides, check_metrics_overrides
from logion.coordination.tree import Create, Delete, Operation, SetData
from logion.protocol.errors import ApiError, Error
from logion.settings import (
    ConfigError,
    OutOfBoundsError,
    Setting,
    WrongValueError,
    broker_settings,
    group_settings,
    metrics_settings,
    minor_release,
    topic_settings,
    value_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_BROKER = "<default>"
"""Entity whose settings hold for every broker."""

WRONG_VALUES_SINCE = (3, 3)
"""First release that calls a wrong value of a topic INVALID_CONFIG."""


class Kind(Enum):
    """What has settings that can be changed, by the name of its folder of nodes."""

    TOPIC = "topics"
    BROKER = "brokers"
    """One by its number, or all as DEFAULT_BROKER."""
    GROUP = "groups"
    METRICS = "client-metrics"
    """What clients send of their metrics (KIP-714)."""


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


Configs = Mapping[str, str]


class _Rules(NamedTuple):
    """What differs between the kinds of things that have settings."""

    settings: Callable[[], Mapping[str, Setting]]
    current: Callable[[ClusterImage], Mapping[str, Configs]]
    """What has been set, by name."""
    check: Callable[[ClusterImage, str, Configs, BrokerConfig], None]
    """Raises ApiError if something cannot have just these settings."""
    is_kept_empty: bool = True
    """Whether the node stays when nothing is set any more."""


def edit(
    image: ClusterImage,
    kind: Kind,
    name: str,
    edits: Sequence[ConfigEdit],
    broker: BrokerConfig,
) -> list[Operation]:
    """Return the operations that edit the settings of something.

    `broker` has the settings of the broker's file. Raises ApiError: INVALID_REQUEST
    for a key twice or a value missing, what `replace` raises, and for words added to
    what is no list what the release says of a wrong value.
    """
    rules = _RULES[kind]
    current = rules.current(image).get(name, {})
    after = edited(current, edits, rules.settings(), broker.release)
    return replace(image, kind, name, after, broker)


def replace(
    image: ClusterImage, kind: Kind, name: str, configs: Configs, broker: BrokerConfig
) -> list[Operation]:
    """Return the operations after which something has just these settings.

    Raises ApiError for a topic that is not there (UNKNOWN_TOPIC_OR_PARTITION), and for
    settings that cannot be: INVALID_CONFIG, or INVALID_REQUEST where Kafka says so.
    """
    rules = _RULES[kind]
    rules.check(image, name, configs, broker)
    is_there = name in rules.current(image)
    path = znodes.config_path(kind.value, name)
    write: list[Operation]
    if configs or rules.is_kept_empty:
        data = znodes.write_config(configs)
        write = [SetData(path, data) if is_there else Create(path, data)]
    else:
        write = [Delete(path)] if is_there else []
    note = znodes.write_config_change(ConfigChange(kind.value, name), broker.release)
    note_path = f"{znodes.CONFIG_CHANGES}/config_change_"
    return [*write, Create(note_path, note, is_sequential=True)] if write else []


def edited(
    current: Configs,
    edits: Sequence[ConfigEdit],
    settings: Mapping[str, Setting],
    release: str,
) -> dict[str, str]:
    """Return the settings after the edits; raises ApiError as `edit` says."""
    keys = [each.key for each in edits]
    if len(set(keys)) < len(keys):
        raise ApiError(Error.INVALID_REQUEST, "a key is named more than once")
    after = dict(current)
    for kind, key, value in edits:
        if kind is Edit.DELETE:
            after.pop(key, None)
        elif value is None:
            raise ApiError(Error.INVALID_REQUEST, f"{key} has no value")
        elif kind is Edit.SET:
            after[key] = value
        else:
            each = ConfigEdit(kind, key, value)
            after[key] = _edit_list(current, each, settings, release)
    return after


def _edit_list(
    current: Configs,
    edit: ConfigEdit,
    settings: Mapping[str, Setting],
    release: str,
) -> str:
    setting = settings.get(edit.key)
    is_list = setting is not None and setting.era(release).type == "list"
    if setting is None or not is_list or settings is metrics_settings():
        text = f"{edit.key} is no list: nothing can be added or taken away"
        raise ApiError(wrong_value_error(release), text)
    held = current.get(edit.key, value_text(setting.default(release)))
    words = [word for word in (held or "").split(",") if word]
    named = (edit.value or "").split(",")
    if edit.edit is Edit.SUBTRACT:
        return ",".join(word for word in words if word not in named)
    return ",".join([*words, *(word for word in named if word not in words)])


def wrong_value_error(release: str) -> Error:
    """Return how a release calls a value that a topic's setting cannot have."""
    is_new = minor_release(release) >= WRONG_VALUES_SINCE
    return Error.INVALID_CONFIG if is_new else Error.INVALID_REQUEST


@contextmanager
def _refusing(
    error: Error, of_value: Error | None = None, of_bounds: Error | None = None
) -> Iterator[None]:
    """Turn a refused setting into ApiError `error`.

    Of a value that its rule refuses, and of one beyond bounds that others set, it may
    be another error.
    """
    try:
        yield
    except WrongValueError as refusal:
        raise ApiError(of_value or error, str(refusal)) from None
    except OutOfBoundsError as refusal:
        raise ApiError(of_bounds or error, str(refusal)) from None
    except ConfigError as refusal:
        raise ApiError(error, str(refusal)) from None


def _check_topic(
    image: ClusterImage, name: str, configs: Configs, broker: BrokerConfig
) -> None:
    if name not in image.topics:
        text = f"there is no topic {name!r}"
        raise ApiError(Error.UNKNOWN_TOPIC_OR_PARTITION, text)
    with _refusing(Error.INVALID_CONFIG, of_value=wrong_value_error(broker.release)):
        topic_config(dynamic_config(image, broker), configs)


def _check_broker(
    image: ClusterImage, name: str, configs: Configs, broker: BrokerConfig
) -> None:
    own_name = str(broker.broker_id)
    own = image.broker_configs.get(own_name, {})
    shared = image.broker_configs.get(DEFAULT_BROKER, {})
    is_default = name == DEFAULT_BROKER
    with _refusing(Error.INVALID_REQUEST):
        broker.check_changes(configs, of_all=is_default)
        after = broker.with_dynamic(
            own=own if is_default else configs,
            cluster=configs if is_default else shared,
        )
        after.check_steps_from(dynamic_config(image, broker))


def _check_group(
    image: ClusterImage, name: str, configs: Configs, broker: BrokerConfig
) -> None:
    del name
    with _refusing(Error.INVALID_CONFIG):
        check_group_overrides(dynamic_config(image, broker), configs)


def _check_metrics(
    image: ClusterImage, name: str, configs: Configs, broker: BrokerConfig
) -> None:
    del image, name
    with _refusing(
        Error.INVALID_REQUEST,
        of_value=Error.INVALID_CONFIG,
        of_bounds=Error.INVALID_REQUEST,
    ):
        check_metrics_overrides(configs, broker.release)


def dynamic_config(image: ClusterImage, broker: BrokerConfig) -> BrokerConfig:
    """Return the settings of the broker's file under those changed while running.

    What was stored and cannot be any more, in another release or beside other settings
    of the file, is passed over.
    """
    own = broker.usable(image.broker_configs.get(str(broker.broker_id), {}))
    shared = broker.usable(image.broker_configs.get(DEFAULT_BROKER, {}))
    if not own and not shared:
        return broker
    try:
        return broker.with_dynamic(own=own, cluster=shared)
    except ConfigError:
        return broker


_RULES = {
    Kind.TOPIC: _Rules(topic_settings, lambda it: it.topic_configs, _check_topic),
    Kind.BROKER: _Rules(broker_settings, lambda it: it.broker_configs, _check_broker),
    Kind.GROUP: _Rules(
        group_settings, lambda it: it.group_configs, _check_group, is_kept_empty=False
    ),
    Kind.METRICS: _Rules(
        metrics_settings,
        lambda it: it.metrics_configs,
        _check_metrics,
        is_kept_empty=False,
    ),
}
