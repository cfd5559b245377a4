"""What two broker settings may not say together, and how a listener is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from logion.settings import (
    ConfigError,
    Value,
    base_name,
    broker_settings,
    minor_release,
    value_text,
)


class Config(Protocol):
    """What a rule reads of a broker's settings."""

    release: str
    """Release whose defaults hold."""

    def __getitem__(self, key: str) -> Value:
        """Return the value of `key`."""

    def integer(self, key: str) -> int:
        """Return a whole number."""

    def flag(self, key: str) -> bool:
        """Return a boolean."""

    def text(self, key: str) -> str:
        """Return the value as text."""

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list."""

    def given(self, key: str) -> str | None:
        """Return what someone set."""


PLAINTEXT = "PLAINTEXT"
"""The security protocol that is none."""

_LISTENER = re.compile(r"([A-Za-z0-9_.-]+)://\[?([^\[\]/\s]*?)\]?:(\d+)")


def listener(key: str, text: str) -> tuple[str, str, int]:
    """Return name, host and port of `NAME://host:port`; an IPv6 host in brackets.

    Raises ConfigError for any other form.
    """
    found = _LISTENER.fullmatch(text)
    if found is None or int(found[3]) > 65535:
        raise ConfigError(key, text, "expected NAME://host:port")
    return found[1].upper(), found[2], int(found[3])


def _refuse_listeners(config: Config) -> None:
    """Names differ; so do ports, but for 0 and the two families of one port."""
    for key in ("listeners", "advertised.listeners"):
        if config.given(key) is None:
            continue
        found = [listener(key, text) for text in config.words(key)]
        names = [name for name, _, _ in found]
        if len(set(names)) < len(names):
            reason = "Each listener must have a different name"
            raise ConfigError(key, config.text(key), reason)
        _refuse_unmapped(config, key, names)
    _refuse_shared_ports(config)


def _refuse_shared_ports(config: Config) -> None:
    seen: set[tuple[bool, int]] = set()
    for text in config.words("listeners"):
        _, host, port = listener("listeners", text)
        place = (":" in host, port)
        if port and place in seen:
            reason = "Each listener must have a different port"
            raise ConfigError("listeners", config.text("listeners"), reason)
        seen.add(place)


def _security_protocols(config: Config) -> dict[str, str]:
    """Return the security protocol of each listener's name, in capitals."""
    key = "listener.security.protocol.map"
    pairs = config.words(key) or tuple(config.text(key).split(","))
    split = (pair.upper().partition(":") for pair in pairs)
    return {name.strip(): protocol.strip() for name, _, protocol in split}


def _refuse_unmapped(config: Config, key: str, names: list[str]) -> None:
    mapped = set(_security_protocols(config))
    if config.given("listener.security.protocol.map") is None:
        mapped |= set(config.words("controller.listener.names"))
    for name in names:
        if name not in mapped:
            reason = (
                f"no security protocol for {name} in listener.security.protocol.map"
            )
            raise ConfigError(key, config.text(key), reason)


def _refuse_security(config: Config) -> None:
    """Security is not built: what should be secret must not go out in plain text."""
    if config.given("listeners") is None:
        return
    protocols = _security_protocols(config)
    for text in config.words("listeners"):
        name, _, _ = listener("listeners", text)
        protocol = protocols.get(name, PLAINTEXT)
        if protocol != PLAINTEXT:
            reason = (
                f"listener {name} asks for {protocol}, and only {PLAINTEXT} is built"
            )
            raise ConfigError("listeners", config.text("listeners"), reason)


def _refuse_unadvertised(config: Config) -> None:
    if config.given("advertised.listeners") is None:
        return
    key = "advertised.listeners"
    names = {listener(key, text)[0] for text in config.words(key)}
    bound = {listener("listeners", text)[0] for text in config.words("listeners")}
    if config.given("listeners") is not None and not names <= bound:
        reason = "must be among the listeners"
        raise ConfigError(key, config.text(key), reason)


def _at_most(low: str, high: str) -> Callable[[Config], None]:
    """Refuse a pair of settings where the first is above the second."""

    def refuse(config: Config) -> None:
        if config.given(low) is None and config.given(high) is None:
            return
        if config.integer(low) > config.integer(high):
            reason = f"must not be above {high}, {config.integer(high)}"
            raise ConfigError(low, str(config.integer(low)), reason)

    return refuse


def _refuse_fetch_below_message(config: Config) -> None:
    """Until 0.10.0 a follower could not fetch what did not fit in one fetch."""
    if minor_release(config.release) < (0, 10, 1):
        _at_most("message.max.bytes", "replica.fetch.max.bytes")(config)


def _refuse_retention(config: Config) -> None:
    for key in ("log.retention.ms", "log.retention.minutes", "log.retention.hours"):
        if config[key] == 0:
            raise ConfigError(key, "0", "must be -1 (unlimited) or at least 1")


def _refuse_broker_id(config: Config) -> None:
    """Ids above the reserved ones are for generation (0.9 to 3.9, ZooKeeper)."""
    if config.given("broker.id") is None or config.given("process.roles"):
        return
    broker_id, highest = config.integer("broker.id"), "reserved.broker.max.id"
    generated = config.flag("broker.id.generation.enable")
    if not generated and broker_id < 0:
        raise ConfigError("broker.id", str(broker_id), "must be 0 or more")
    is_limited = (0, 9, 0) <= minor_release(config.release) < (4, 0)
    if is_limited and generated and not -1 <= broker_id <= config.integer(highest):
        raise ConfigError(
            "broker.id",
            str(broker_id),
            f"must be -1 to {highest}, {config.integer(highest)}",
        )


def _refuse_two_ids(config: Config) -> None:
    node, broker = config.given("node.id"), config.given("broker.id")
    if None not in {node, broker} and config["node.id"] != config["broker.id"]:
        raise ConfigError("node.id", node, f"differs from broker.id, {broker}")


def _refuse_commit_acks(config: Config) -> None:
    key = "offsets.commit.required.acks"
    highest = config.integer("offsets.topic.replication.factor")
    if config.given(key) and not -1 <= config.integer(key) <= highest:
        reason = f"must be -1 to offsets.topic.replication.factor, {highest}"
        raise ConfigError(key, config.given(key), reason)


def _refuse_dedupe_buffer(config: Config) -> None:
    key = "log.cleaner.dedupe.buffer.size"
    threads = max(1, config.integer("log.cleaner.threads"))
    if config.given(key) and config.integer(key) // threads <= 1 << 20:
        raise ConfigError(
            key, config.given(key), "must be above 1048576 for each cleaner thread"
        )


def _refuse_newer_format(config: Config) -> None:
    """The brokers' protocol must be able to carry the message format (KIP-32)."""
    if not (0, 10, 0) <= minor_release(config.release) < (3, 0):
        return
    format_key, protocol_key = (
        "log.message.format.version",
        "inter.broker.protocol.version",
    )
    protocol = config.text(protocol_key)
    if minor_release(config.text(format_key)) > minor_release(protocol):
        raise ConfigError(
            format_key,
            value_text(config[format_key]),
            f"cannot be used when {protocol_key} is set to {protocol}",
        )


def _refuse_queue_bytes(config: Config) -> None:
    key, request = "queued.max.request.bytes", "socket.request.max.bytes"
    if 0 < config.integer(key) < config.integer(request):
        reason = f"must be -1 or at least {request}, {config.integer(request)}"
        raise ConfigError(key, config.given(key), reason)


def check_listener_prefix(key: str, text: str) -> None:
    """Raise ConfigError for keys and trust that would change for all listeners."""
    setting = broker_settings().get(key)
    is_own = setting is not None and setting.eras[0].update == "per-broker"
    if is_own and key.startswith("ssl."):
        reason = f"can be changed for one listener only: listener.name.NAME.{key}"
        raise ConfigError(key, text, reason)


def check_shared(key: str, text: str, release: str) -> None:
    """Raise ConfigError for what each broker has for itself."""
    setting = broker_settings().get(base_name(key))
    era = None if setting is None else setting.era(release)
    if era is not None and era.update == "per-broker" and not era.hidden:
        raise ConfigError(key, text, "cannot be set for all brokers: name one")


THREADS = (
    "background.threads",
    "log.cleaner.threads",
    "num.io.threads",
    "num.network.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
)
"""Pools that a running broker does not more than double, or halve, at once."""


def check_threads(now: Config, then: Config) -> None:
    """Raise ConfigError where a step from `now` to `then` is too large."""
    for key in THREADS:
        count, wanted = now.integer(key), then.integer(key)
        if wanted != count and not count / 2 <= wanted <= count * 2:
            reason = f"must be at least half and at most double of {count}, as it is"
            raise ConfigError(key, str(wanted), reason)


RULES: tuple[Callable[[Config], None], ...] = (
    _refuse_listeners,
    _refuse_unadvertised,
    _refuse_security,
    _at_most("replica.fetch.wait.max.ms", "replica.socket.timeout.ms"),
    _at_most("replica.fetch.wait.max.ms", "replica.lag.time.max.ms"),
    _refuse_fetch_below_message,
    _refuse_retention,
    _refuse_broker_id,
    _refuse_two_ids,
    _refuse_commit_acks,
    _refuse_dedupe_buffer,
    _refuse_newer_format,
    _refuse_queue_bytes,
    _at_most("group.min.session.timeout.ms", "group.max.session.timeout.ms"),
    _at_most(
        "group.consumer.min.session.timeout.ms", "group.consumer.max.session.timeout.ms"
    ),
    _at_most(
        "group.consumer.min.heartbeat.interval.ms",
        "group.consumer.max.heartbeat.interval.ms",
    ),
)
"""Every rule raises ConfigError, or does nothing."""
