"""What a broker's loggers write, told and changed by Kafka's names of levels (KIP-412).

A logger here is one of Python's, below `logion`; `root` stands for that one. A change
lasts until the broker stops, as Kafka's does.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from logion.cluster.configs import ConfigEdit, Edit
from logion.config_entries import UNKNOWN_TYPE, ConfigEntry, Source
from logion.protocol.errors import ApiError, Error
from logion.protocol.releases import Release, release

TRACE = 5
"""Below Python's levels, as Kafka's TRACE is below DEBUG."""

LEVELS = {
    "FATAL": logging.CRITICAL,
    "ERROR": logging.ERROR,
    "WARN": logging.WARNING,
    "INFO": logging.INFO,
    "DEBUG": logging.DEBUG,
    "TRACE": TRACE,
}
"""Python's level of each of Kafka's."""

INVALID_CONFIG_SINCE = release("3.2")
"""First release that has an error of its own for a logger that there is not."""

ROOT = "root"
OURS = "logion"
"""The logger above all others of a broker."""


class Loggers:
    """The loggers of a broker, and the levels they had before anybody changed them."""

    def __init__(self, played: Release) -> None:
        """Change nothing yet."""
        self._before: dict[str, int] = {}
        self._unknown = (
            Error.INVALID_CONFIG
            if played >= INVALID_CONFIG_SINCE
            else Error.INVALID_REQUEST
        )

    def names(self) -> list[str]:
        """Return the names of all loggers, sorted."""
        known = logging.Logger.manager.loggerDict
        return sorted([ROOT, *(it for it in known if it.startswith(f"{OURS}."))])

    def entries(self) -> list[ConfigEntry]:
        """Return each logger with the level that is in force, by name."""
        return [
            ConfigEntry(
                name,
                level_name(_logger(name).getEffectiveLevel()),
                UNKNOWN_TYPE,
                Source.DYNAMIC_BROKER_LOGGER_CONFIG,
                is_read_only=False,
                is_sensitive=False,
                synonyms=(),
                doc=None,
            )
            for name in self.names()
        ]

    def edit(self, edits: Sequence[ConfigEdit], *, validate_only: bool = False) -> None:
        """Set levels, or take them back; all of them or none.

        Raises ApiError INVALID_REQUEST for a list operation, a level missing and the
        root's taken back; for a logger or a level that there is not INVALID_CONFIG,
        or what the release said before that.
        """
        known = set(self.names())
        for each in edits:
            _check(each, known, self._unknown)
        for _, name, level in () if validate_only else edits:
            self._set(name, logging.NOTSET if level is None else LEVELS[level])

    def restore(self) -> None:
        """Give every logger the level that it had."""
        for name, level in self._before.items():
            _logger(name).setLevel(level)
        self._before.clear()

    def _set(self, name: str, level: int) -> None:
        self._before.setdefault(name, _logger(name).level)
        _logger(name).setLevel(level)


def level_name(level: int) -> str:
    """Return Kafka's name of one of Python's levels, or of the next above it."""
    found = [name for name, number in LEVELS.items() if number >= level]
    return found[-1] if found else "FATAL"


def _logger(name: str) -> logging.Logger:
    return logging.getLogger(OURS if name == ROOT else name)


def _check(each: ConfigEdit, known: set[str], unknown: Error) -> None:
    if each.edit in {Edit.APPEND, Edit.SUBTRACT}:
        text = f"{each.key}: a logger has a level, to which nothing can be added"
        raise ApiError(Error.INVALID_REQUEST, text)
    if each.edit is Edit.SET and each.value is None:
        raise ApiError(Error.INVALID_REQUEST, f"{each.key} has no value")
    if each.key not in known:
        raise ApiError(unknown, f"there is no logger {each.key!r}")
    if each.edit is Edit.DELETE and each.key == ROOT:
        text = "the level of the root logger cannot be taken back"
        raise ApiError(Error.INVALID_REQUEST, text)
    if each.edit is Edit.SET and each.value not in LEVELS:
        text = f"{each.key}: {each.value!r} is no level, one of {', '.join(LEVELS)} is"
        raise ApiError(unknown, text)
