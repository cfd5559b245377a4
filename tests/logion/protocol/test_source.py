"""Source that is put together line by line and then compiled."""

from __future__ import annotations

from logion.protocol.source import Source, identifier


def test_lines_stand_under_their_block() -> None:
    source = Source()
    with source.block("def f(x):"):
        with source.block("if x:"):
            source.add("return 1")
        source.add("return 2")
    assert source.text() == "def f(x):\n if x:\n  return 1\n return 2\n"
    assert source.compile("f", "test")(0) == 2


def test_constants_of_one_name_are_told_apart() -> None:
    source = Source()
    first, second = [1], [1]
    assert source.constant("x", first) == "x"
    assert source.constant("x", second) == "x_"
    assert source.constant("x", first) == "x"


def test_a_constant_is_made_once() -> None:
    source = Source()
    source.once("x", lambda: 1)
    source.once("x", lambda: 2)
    source.add("def f(): return x")
    assert source.compile("f", "test")() == 1


def test_literals_are_written_in_place_and_other_values_named() -> None:
    source = Source()
    assert [source.literal(v) for v in (None, (), 1, True, "a", b"b")] == [
        "None",
        "()",
        "1",
        "True",
        "'a'",
        "b'b'",
    ]
    assert source.literal(0.5) == "default"


def test_a_traceback_names_what_was_compiled() -> None:
    source = Source()
    source.add("def f(): pass")
    assert source.compile("f", "reader of X v1").__code__.co_filename == (
        "<reader of X v1>"
    )


def test_formats_become_identifiers() -> None:
    assert identifier("h?16s").isidentifier()
