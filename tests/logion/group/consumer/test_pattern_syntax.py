"""Patterns of RE2 as trees."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from logion.group.consumer.pattern_syntax import (
    ALL,
    DIGIT,
    NEWLINE,
    Alternatives,
    Assertion,
    Characters,
    Node,
    Repeat,
    Sequence,
    both_cases,
    mask_of,
    parse,
)

A, B = Characters(mask_of("a")), Characters(mask_of("b"))


def test_what_stands_side_by_side_follows_and_bars_divide() -> None:
    assert parse("ab|b") == Alternatives((Sequence((A, B)), B))


def test_repetitions_say_from_how_many_to_how_many() -> None:
    assert parse("a*") == Repeat(A, 0, None)
    assert parse("a+?") == Repeat(A, 1, None), "greed makes no difference"
    assert parse("a{2,3}") == Repeat(A, 2, 3)
    assert parse("a{2}") == Repeat(A, 2, 2)


def test_sets_are_masks_of_characters() -> None:
    assert parse("[ab]") == Characters(mask_of("ab"))
    assert parse("[^ab]") == Characters(ALL & ~mask_of("ab"))
    assert parse(r"\d") == parse("[[:digit:]]") == Characters(DIGIT)
    assert parse(r"\D") == Characters(ALL & ~DIGIT)
    assert parse(".") == Characters(ALL & ~NEWLINE)


def test_flags_hold_to_the_end_of_their_group() -> None:
    assert parse("(?i:a)b") == Sequence((Characters(mask_of("aA")), B))
    assert both_cases(mask_of("aZ0")) == mask_of("aAzZ0")


def test_places_in_the_text_are_no_characters() -> None:
    assert parse(r"\Aa") == Sequence((Assertion("start"), A))


@pytest.mark.parametrize("pattern", ["(", ")", "[a", "*a", "a{1001}", r"\8", "a\\"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(pattern)


NOTHING = Sequence(())


def chars(characters: str) -> Characters:
    return Characters(mask_of(characters))


@pytest.mark.parametrize(
    ("pattern", "tree"),
    [
        ("", NOTHING),
        ("a|", Alternatives((A, NOTHING))),
        ("(a)", A),
        ("(a|b)", Alternatives((A, B))),
        ("()", NOTHING),
        ("(?:a)b", Sequence((A, B))),
        ("(?P<name>a)", A),
        ("(?<name>a)", A),
        ("(?i)a", Sequence((NOTHING, chars("aA")))),
        ("(?i)", NOTHING),
        ("(?i:a(?-i:a)a)", Sequence((chars("aA"), A, chars("aA")))),
        ("(?is-s:.)", Characters(ALL & ~NEWLINE)),
        ("(?s:.)", Characters(ALL)),
        ("(?U)a*", Sequence((NOTHING, Repeat(A, 0, None)))),
        ("(?P<name>(?i)a)a", Sequence((Sequence((NOTHING, chars("aA"))), A))),
        ("((?i)a)a", Sequence((Sequence((NOTHING, chars("aA"))), A))),
    ],
)
def test_groups_hold_together_what_stands_in_them(pattern: str, tree: Node) -> None:
    assert parse(pattern) == tree


@pytest.mark.parametrize(
    ("pattern", "tree"),
    [
        ("a?", Repeat(A, 0, 1)),
        ("a??", Repeat(A, 0, 1)),
        ("a+", Repeat(A, 1, None)),
        ("a{0}", Repeat(A, 0, 0)),
        ("a{2,}", Repeat(A, 2, None)),
        ("a{2,2}?b", Sequence((Repeat(A, 2, 2), B))),
        ("a{1000}", Repeat(A, 1000, 1000)),
        ("a{0,1000}", Repeat(A, 0, 1000)),
        ("(a*)*", Repeat(Repeat(A, 0, None), 0, None)),
        ("a{,2}", Sequence(tuple(map(chars, "a{,2}")))),
        ("a{x", Sequence(tuple(map(chars, "a{x")))),
        ("^*", Repeat(Assertion("start"), 0, None)),
    ],
)
def test_a_repetition_is_of_what_stands_before_it(pattern: str, tree: Node) -> None:
    assert parse(pattern) == tree


@pytest.mark.parametrize(
    ("pattern", "tree"),
    [
        (r"\Qab\E*", Sequence((A, Repeat(B, 0, None)))),
        (r"\Qa\Eb", Sequence((A, B))),
        (r"\Qa|)", Sequence((A, chars("|"), chars(")")))),
        (r"\Q\Ea", A),
        (r"a\Q\E*", Repeat(A, 0, None)),
        (r"(?i:\Qa\E)", chars("aA")),
    ],
)
def test_what_is_quoted_stands_for_itself(pattern: str, tree: Node) -> None:
    assert parse(pattern) == tree


@pytest.mark.parametrize(
    ("pattern", "characters"),
    [
        (r"\x41", "A"),
        (r"\x{42}", "B"),
        (r"\x{00007f}", "\x7f"),
        (r"\x{80}", ""),
        (r"\103", "C"),
        (r"\0", "\0"),
        (r"\07", "\7"),
        (r"\177", "\x7f"),
        (r"\a", "\a"),
        (r"\f", "\f"),
        (r"\t", "\t"),
        (r"\n", "\n"),
        (r"\r", "\r"),
        (r"\v", "\v"),
        (r"\.", "."),
        (r"\\", "\\"),
        (r"\s", "\t\n\f\r "),
        ("\x7f", "\x7f"),
        ("\x80", ""),
        ("(?i:\\x41)", "aA"),
    ],
)
def test_an_escape_is_the_character_that_it_names(
    pattern: str, characters: str
) -> None:
    assert parse(pattern) == chars(characters)


@pytest.mark.parametrize(
    ("pattern", "mask"),
    [
        ("[]a]", mask_of("]a")),
        ("[^]a]", ALL & ~mask_of("]a")),
        ("[a-c]", mask_of("abc")),
        ("[a-a]", mask_of("a")),
        ("[a-]", mask_of("a-")),
        ("[-a]", mask_of("-a")),
        ("[+--]", mask_of("+,-")),
        (r"[\x41-\103]", mask_of("ABC")),
        (r"[\d.]", DIGIT | mask_of(".")),
        (r"[\D]", ALL & ~DIGIT),
        ("[[:^digit:]]", ALL & ~DIGIT),
        ("[^[:digit:]x]", ALL & ~DIGIT & ~mask_of("x")),
        ("[[:blank:]-]", mask_of("\t -")),
        ("[[a]", mask_of("[a")),
        ("[a^]", mask_of("a^")),
        ("(?i:[a-bX])", mask_of("aAbBxX")),
        ("(?i:[^a])", ALL & ~mask_of("aA")),
        ("[[:ascii:]]", ALL),
        ("[[:xdigit:]]", mask_of("0123456789abcdefABCDEF")),
        ("[[:punct:]]", mask_of("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")),
        ("[[:cntrl:]]", mask_of("".join(map(chr, range(32))) + "\x7f")),
    ],
)
def test_a_set_is_of_all_that_stands_in_it(pattern: str, mask: int) -> None:
    assert parse(pattern) == Characters(mask)


def ascii_where(holds: Callable[[str], bool]) -> Characters:
    return chars("".join(it for it in map(chr, range(128)) if holds(it)))


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("alnum", str.isalnum),
        ("alpha", str.isalpha),
        ("blank", lambda it: it in "\t "),
        ("cntrl", lambda it: it < " " or it == "\x7f"),
        ("digit", str.isdigit),
        ("graph", lambda it: "!" <= it <= "~"),
        ("lower", str.islower),
        ("print", str.isprintable),
        ("punct", lambda it: "!" <= it <= "~" and not it.isalnum()),
        ("space", lambda it: it in "\t\n\v\f\r "),
        ("upper", str.isupper),
        ("word", lambda it: it.isalnum() or it == "_"),
    ],
)
def test_a_named_set_is_of_the_characters_of_ascii_that_are_so(
    name: str, holds: Callable[[str], bool]
) -> None:
    assert parse(f"[[:{name}:]]") == ascii_where(holds)


@pytest.mark.parametrize("letter", ["A", "z", "b", "B"])
def test_a_letter_after_a_backslash_may_be_a_place(letter: str) -> None:
    kind = {"A": "start", "z": "end"}.get(letter, letter)
    assert parse(f"\\{letter}a") == Sequence((Assertion(kind), A))  # type: ignore[arg-type]


def test_groups_stand_in_each_other_so_deep_and_beside_each_other_freely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("logion.group.consumer.pattern_syntax.DEPTH_MAX", 5)
    assert parse("(((((a)))))") == A
    assert parse("(a)" * 6) == Sequence((A,) * 6)
    assert parse("(a)(((((b)))))") == Sequence((A, B))
    with pytest.raises(ValueError, match="in each other at position 9"):
        parse("(a)((((((b))))))")
    with pytest.raises(ValueError, match="more than 5 groups in each other") as caught:
        parse("((((((a))))))")
    assert str(caught.value) == "more than 5 groups in each other at position 6"


def test_what_has_no_other_meaning_stands_for_itself() -> None:
    special = "\\^$.[|()*+?"
    for character in map(chr, range(128)):
        if character not in special:
            assert parse(character) == chars(character)
        if not character.isalnum():
            assert parse(f"\\{character}") == chars(character)


def test_any_character_at_all_is_one_character() -> None:
    assert parse(r"\Ca") == Sequence((Characters(ALL), A))


def test_letters_alone_have_two_cases() -> None:
    every = mask_of("".join(map(chr, range(128))))
    assert both_cases(every) == every == ALL
    assert both_cases(mask_of("@`[{")) == mask_of("@`[{")
