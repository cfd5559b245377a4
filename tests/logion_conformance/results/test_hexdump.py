from __future__ import annotations

from logion_conformance.results.hexdump import lines

TWENTY = bytes(range(20)).hex()


def test_bytes_stand_in_lines_of_sixteen() -> None:
    assert [str(line) for line in lines(TWENTY)] == [
        "00000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
        "00000010  10 11 12 13",
    ]


def test_what_is_marked_stands_in_brackets_across_lines() -> None:
    assert [str(line) for line in lines(TWENTY, (14, 18))] == [
        "00000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d [0e 0f]",
        "00000010  [10 11] 12 13",
    ]


def test_no_bytes_are_no_lines() -> None:
    assert list(lines("")) == []
