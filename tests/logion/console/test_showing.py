"""Bytes as people can read them, whoever wrote them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.console.showing import dump, pretty_json, shown, visible


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        (None, "null", ""),
        (b"", "empty", ""),
        (b"hello", "text", "hello"),
        ("grüße 日本".encode(), "text", "grüße 日本"),
        (b"two\nlines\tand a tab", "text", "two\nlines\tand a tab"),
        (b'{"a":1}', "JSON", '{\n  "a": 1\n}'),
        (b'{"a":', "text", '{"a":'),
        (b"17", "text", "17"),
        (
            b"\x00\x01A\xff",
            "hex",
            f"000000  {'00 01 41 ff':47}  ..A.",
        ),
    ],
)
def test_bytes_are_shown_as_what_they_are(
    data: bytes | None, kind: str, text: str
) -> None:
    told = shown(data)
    assert (told.kind, told.text, told.is_cut) == (kind, text, False)
    assert told.size == (None if data is None else len(data))


def test_long_text_is_cut_and_its_size_told() -> None:
    told = shown(b"x" * 5000, 100)
    assert (told.text, told.size, told.is_cut) == ("x" * 100, 5000, True)


def test_a_cut_within_a_character_leaves_whole_characters() -> None:
    for size in range(7, 11):
        told = shown("日本語日本語".encode(), size)
        assert told.kind == "text"
        assert "日本語日本語".startswith(told.text)
        assert len(told.text) == size // 3


def test_bytes_that_are_no_text_at_the_end_are_no_text() -> None:
    assert shown(b"abc\xe6\x97").kind == "hex"


def test_what_was_cut_is_not_taken_for_json() -> None:
    assert shown(b"[1]" + b" " * 100, 3).kind == "text"


def test_characters_that_control_are_told_by_number() -> None:
    told = shown("safe text here, \u202eand more of it \x1b[31m".encode())
    assert told.text == "safe text here, \\u{202e}and more of it \\u{1b}[31m"


def test_text_that_is_mostly_control_characters_is_dumped() -> None:
    assert shown(b"\x01\x02\x03abc").kind == "hex"


def test_a_dump_has_sixteen_bytes_a_line() -> None:
    lines = dump(bytes(range(0x41, 0x41 + 18))).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("000000  41 42 43")
    assert lines[0].endswith("  ABCDEFGHIJKLMNOP")
    assert lines[1].startswith("000010  51 52 ")


def test_a_dump_of_much_is_cut() -> None:
    told = shown(b"\xff" * 300_000, 256 * 1024)
    assert (told.kind, told.is_cut, told.size) == ("hex", True, 300_000)
    assert len(told.text) < 100_000


def test_json_keeps_its_numbers_and_escapes_as_written() -> None:
    text = '{"n":1.10,"e":1e999,"s":"\\u00e4\\"{,","dup":1,"dup":2,"o":{},"l":[]}'
    pretty = pretty_json(text)
    assert pretty is not None
    assert pretty.splitlines() == [
        "{",
        '  "n": 1.10,',
        '  "e": 1e999,',
        '  "s": "\\u00e4\\"{,",',
        '  "dup": 1,',
        '  "dup": 2,',
        '  "o": {},',
        '  "l": []',
        "}",
    ]


def test_json_that_would_be_mostly_indentation_is_left_as_it_is() -> None:
    assert pretty_json("[" * 400 + "]" * 400) is None
    assert pretty_json("[" * 100_000) is None


def test_json_of_very_many_elements_is_left_as_it_is() -> None:
    assert pretty_json(f"[{'1,' * 20_000}1]") is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda it: st.lists(it) | st.dictionaries(st.text(), it),
        max_leaves=8,
    ).filter(lambda it: isinstance(it, dict | list))
)
def test_pretty_json_says_the_same(value: object) -> None:
    pretty = pretty_json(json.dumps(value))
    assert pretty is None or json.loads(pretty) == value


@given(st.text())
def test_what_is_visible_has_nothing_that_controls(text: str) -> None:
    told = visible(text)
    assert not any(0x202A <= ord(it) <= 0x202E or it == "\x1b" for it in told)


@given(st.binary(max_size=300), st.integers(1, 100))
def test_any_bytes_can_be_shown(data: bytes, size_max: int) -> None:
    told = shown(data, size_max)
    assert told.size == len(data)
    assert len(told.text) <= 40 * size_max + 200
