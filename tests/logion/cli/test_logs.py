from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from logion.cli.logs import to_stderr

Capsys = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def logger() -> Iterator[logging.Logger]:
    """The logger of everything, as it was before each test, and after."""
    root = logging.getLogger("logion")
    before = (root.handlers, root.level, root.propagate)
    yield root.getChild("some.module")
    root.handlers, root.level, root.propagate = before


def test_people_get_time_level_place_and_text(
    logger: logging.Logger, capsys: Capsys
) -> None:
    to_stderr(level="warning", form="text")
    logger.warning("closing %s", "1.2.3.4:5")
    logger.info("not asked for")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith(" WARNING logion.some.module: closing 1.2.3.4:5\n")
    assert err.count("\n") == 1


def test_machines_get_one_object_a_line(logger: logging.Logger, capsys: Capsys) -> None:
    to_stderr(level="info", form="json")
    logger.info('a "quoted"\ntext')
    entry = json.loads(capsys.readouterr().err)
    assert entry.pop("time")
    assert entry == {
        "level": "info",
        "logger": "logion.some.module",
        "message": 'a "quoted"\ntext',
    }


def test_a_traceback_stays_in_its_line(logger: logging.Logger, capsys: Capsys) -> None:
    to_stderr(level="error", form="json")
    try:
        int("x")
    except ValueError:
        logger.exception("failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError: invalid literal" in json.loads(line)["traceback"]


def test_asking_twice_says_nothing_twice(
    logger: logging.Logger, capsys: Capsys
) -> None:
    to_stderr(level="error", form="text")
    to_stderr(level="error", form="text")
    logger.error("once")
    assert capsys.readouterr().err.count("once") == 1
