from __future__ import annotations

from logion.cli.tables import table


def test_columns_stand_below_each_other() -> None:
    assert table([("key", "name"), (1, "Fetch"), (18, "")]) == [
        "key  name",
        "1    Fetch",
        "18",
    ]


def test_no_rows_are_no_lines() -> None:
    assert table([]) == []
