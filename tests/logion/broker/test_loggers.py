from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from logion.broker.loggers import TRACE, Loggers, level_name
from logion.cluster.configs import ConfigEdit, Edit
from logion.config_entries import Source
from logion.protocol.errors import ApiError, Error
from logion.protocol.releases import release

NAME = "logion.tests.of.loggers"


@pytest.fixture
def loggers() -> Iterator[Loggers]:
    logging.getLogger(NAME)
    found = Loggers(release("4.3"))
    yield found
    found.restore()


def levels(loggers: Loggers) -> dict[str, str | None]:
    return {it.name: it.value for it in loggers.entries()}


def test_each_logger_is_told_with_the_level_in_force(loggers: Loggers) -> None:
    loggers.edit([ConfigEdit(Edit.SET, "root", "ERROR")])
    assert levels(loggers)["root"] == levels(loggers)[NAME] == "ERROR"
    found = loggers.entries()[0]
    assert found.source is Source.DYNAMIC_BROKER_LOGGER_CONFIG
    assert [it.name for it in loggers.entries()] == loggers.names()


def test_a_level_is_set_and_taken_back(loggers: Loggers) -> None:
    before = levels(loggers)[NAME]
    loggers.edit([ConfigEdit(Edit.SET, NAME, "TRACE")])
    assert levels(loggers)[NAME] == "TRACE"
    assert logging.getLogger(NAME).level == TRACE
    loggers.edit([ConfigEdit(Edit.DELETE, NAME)])
    assert levels(loggers)[NAME] == before


def test_what_is_only_checked_changes_nothing(loggers: Loggers) -> None:
    before = levels(loggers)
    loggers.edit([ConfigEdit(Edit.SET, NAME, "FATAL")], validate_only=True)
    assert levels(loggers) == before


def test_levels_end_with_the_broker(loggers: Loggers) -> None:
    before = levels(loggers)
    loggers.edit([ConfigEdit(Edit.SET, it, "FATAL") for it in ("root", NAME)])
    loggers.restore()
    assert levels(loggers) == before


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        (ConfigEdit(Edit.SET, "logion.nobody", "INFO"), Error.INVALID_CONFIG),
        (ConfigEdit(Edit.SET, NAME, "LOUD"), Error.INVALID_CONFIG),
        (ConfigEdit(Edit.SET, NAME, "info"), Error.INVALID_CONFIG),
        (ConfigEdit(Edit.SET, NAME), Error.INVALID_REQUEST),
        (ConfigEdit(Edit.APPEND, NAME, "INFO"), Error.INVALID_REQUEST),
        (ConfigEdit(Edit.DELETE, "root"), Error.INVALID_REQUEST),
    ],
)
def test_nothing_is_changed_where_one_change_cannot_be(
    loggers: Loggers, edit: ConfigEdit, error: Error
) -> None:
    before = levels(loggers)
    with pytest.raises(ApiError) as caught:
        loggers.edit([ConfigEdit(Edit.SET, "root", "FATAL"), edit])
    assert caught.value.error is error
    assert edit.key in (caught.value.message or "")
    assert levels(loggers) == before


def test_before_3_2_an_unknown_logger_was_an_invalid_request() -> None:
    with pytest.raises(ApiError) as caught:
        Loggers(release("3.1")).edit([ConfigEdit(Edit.SET, "nobody", "INFO")])
    assert caught.value.error is Error.INVALID_REQUEST


def test_levels_between_kafkas_have_the_next_name() -> None:
    assert level_name(logging.DEBUG + 1) == "INFO"
    assert level_name(logging.NOTSET) == "TRACE"
    assert level_name(logging.CRITICAL + 1) == "FATAL"
