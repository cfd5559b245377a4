"""What a client's program does in transactions, and what readers must see of it."""

from __future__ import annotations

import base64
from typing import Any

from tests.integration.corpus import Record
from tests.integration.programs import Program, Step


def numbered(*numbers: int) -> list[Record]:
    """Return records whose values are numbers."""
    return [Record(None, b"%d" % it) for it in numbers]


def numbers_in(records: list[dict[str, Any]]) -> list[int]:
    """Return the numbers that consumed records hold."""
    return [int(base64.b64decode(it["value"])) for it in records]


def commit_abort_and_be_fenced(client: Program, bootstrap: str, release: str) -> None:
    """Check what readers see of ended transactions, and that a zombie is fenced."""
    topic = f"transactions-{client.client.name}"
    steps = [
        Step(numbered(0, 1), commit=True),
        Step(numbered(2, 3), commit=False),
        Step(numbered(4), commit=True),
    ]
    fenced = client.transact(
        bootstrap, topic, steps, release=release, rivalled=numbered(9)
    )
    assert fenced, "the older of two producers could commit"
    committed = client.consume(
        bootstrap, topic, 3, release=release, isolation="read_committed"
    )
    assert numbers_in(committed) == [0, 1, 4]
    every = client.consume(bootstrap, topic, 6, release=release)
    assert numbers_in(every) == [0, 1, 2, 3, 4, 9]


def read_process_and_write(client: Program, bootstrap: str, release: str) -> None:
    """Check that what is copied in transactions is there once, if in two goes."""
    topic = f"relayed-{client.client.name}"
    client.produce(bootstrap, topic, numbered(*range(50)), release=release)
    to = f"{topic}-to"
    assert client.relay(bootstrap, topic, to, 50, release=release) == 50
    client.produce(bootstrap, topic, numbered(*range(50, 60)), release=release)
    assert client.relay(bootstrap, topic, to, 10, release=release) == 10
    copied = client.consume(
        bootstrap, to, 60, release=release, isolation="read_committed"
    )
    assert numbers_in(copied) == list(range(60))
