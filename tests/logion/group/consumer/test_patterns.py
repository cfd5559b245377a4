"""Patterns match as those of RE2 do, however odd, in little time."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from logion.group.consumer.pattern_syntax import mask_of
from logion.group.consumer.patterns import Pattern
from logion.protocol.errors import ApiError, Error

from tests.logion.group.consumer.classic import error_of

MATCHES = [
    ("orders", "orders", "order"),
    ("a|bc|", "bc", "ab"),
    ("a|bc|", "", "b"),
    ("(ab)*c?", "ababc", "aba"),
    ("(a*)*", "aaa", "b"),
    ("a+?b", "aab", "b"),
    ("a{2}", "aa", "a"),
    ("a{2,}", "aaaa", "a"),
    ("a{1,3}b{0}", "aaa", "aaaa"),
    ("a{,2}", "a{,2}", "aa"),
    ("[a-c_]+", "ab_c", "d"),
    ("[^a-c]", "d", "a"),
    ("[]a]+", "a]", "b"),
    ("[a-]+", "a-", "b"),
    (r"[\d.]+", "1.2", "a"),
    (r"[\]\\-]+", "]\\-", "a"),
    ("[[:upper:]][[:^upper:]]+", "Abc", "ABC"),
    (r"\w+\.\d\D\S\W\s", "a_1.2xx- ", "a.2xx-_"),
    (r"\x41\x{42}\103\0", "ABC\0", "ABC"),
    (r"\t\n\Q.*\E+\Q|", "\t\n.**|", "\t\nxx|"),
    (r"\Q*", "*", ""),
    ("^a$", "a", "aa"),
    (r"\Aa\z", "a", "ba"),
    (r"a\b-\bb\B.", "a-bx", "a-b-"),
    ("(?i)aB", "Ab", "b"),
    ("(?i:a)b", "Ab", "AB"),
    ("(?i)a(?-i)b", "Ab", "AB"),
    ("(?i)[a-b]x", "BX", "cx"),
    ("((?i)a)b", "Ab", "AB"),
    ("(?P<n>a)(?<m>b)(?:c)", "abc", "ab"),
    ("(?s).(?-s:.)", "\nx", "x\n"),
    (r"\C", "x", "xx"),
    ("é|x", "x", "é"),
]


@pytest.mark.parametrize(("pattern", "good", "bad"), MATCHES)
def test_a_pattern_matches_names_whole(pattern: str, good: str, bad: str) -> None:
    compiled = Pattern(pattern)
    assert compiled.matches(good)
    assert not compiled.matches(bad)


NESTED = "invalid nested repetition operator that ends at position"

WRONG = [
    ("(", "missing ) at position 1"),
    ("a)", "unexpected ) at position 1"),
    ("*a", "missing argument to * at position 1"),
    ("a**", f"{NESTED} 3"),
    ("a++", f"{NESTED} 3"),
    ("a{2}{3}", f"{NESTED} 7"),
    ("a{1001}", "invalid repeat count {1001} at position 1"),
    ("a{1,1001}", "invalid repeat count {1,1001} at position 1"),
    ("a{3,2}", "invalid repeat count {3,2} at position 1"),
    ("[a", "missing closing ] at position 2"),
    ("[a-", "missing closing ] at position 3"),
    ("[", "missing closing ] at position 1"),
    ("[z-a]", "invalid character class range at position 4"),
    (r"[\d-z]", "invalid character class range at position 5"),
    (r"[a-\d]", "invalid character class range at position 5"),
    ("[[:what:]]", "invalid character class [:what:] at position 1"),
    ("\\", "missing character after \\ at position 1"),
    (r"\1", r"invalid escape sequence \1 at position 2"),
    (r"\pL", r"invalid escape sequence \p at position 2"),
    ("(?=a)", "invalid group syntax (? at position 2"),
    ("(?<!a)", "invalid group syntax (? at position 2"),
    ("(?x)a", "invalid group syntax (? at position 2"),
    ("(((a{100}){100}){100})", "expression too large"),
    ("(a{1000}|b)" * 20, "expression too large"),
    ("(a{1000}){4}(a{1000}|b){2}", "expression too large"),
]


@pytest.mark.parametrize(("pattern", "why"), WRONG)
def test_what_is_no_pattern_is_refused_with_the_reason(pattern: str, why: str) -> None:
    with pytest.raises(ApiError) as caught:
        Pattern(pattern)
    assert caught.value.error is Error.INVALID_REGULAR_EXPRESSION
    assert caught.value.message == (
        f"SubscribedTopicRegex `{pattern}` is not a valid regular expression: {why}."
    )


@pytest.mark.parametrize(
    ("fits", "too_large"),
    [
        ("a" * 12, "a" * 13),
        ("a{4}", "a{5}"),
        ("a{2,4}", "a{2,5}"),
        ("a{3,}", "a{4,}"),
        ("(ab){3}", "(ab){4}"),
        ("a|b|c|defg", "a|b|c|defgh"),
        ("(a*b*){1}", "(a*b*){2}"),
    ],
)
def test_a_pattern_may_have_so_many_instructions_and_no_more(
    fits: str, too_large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("logion.group.consumer.patterns.PROGRAM_SIZE_MAX", 12)
    Pattern(fits)
    with pytest.raises(ApiError, match="too large"):
        Pattern(too_large)


def test_no_pattern_keeps_the_broker_busy() -> None:
    assert not Pattern("(a+)+(a|aa)*" * 3 + "b").matches("a" * 249)


@pytest.mark.parametrize(("steps_max", "again"), [(9, 0), (2, 0), (1, 1), (0, 2)])
def test_a_pattern_remembers_so_many_steps(
    steps_max: int, again: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    def counted(character: str) -> int:
        taken.append(character)
        return mask_of(character)

    monkeypatch.setattr("logion.group.consumer.patterns.STEPS_MAX", steps_max)
    monkeypatch.setattr("logion.group.consumer.patterns.mask_of", counted)
    pattern = Pattern("ab")
    assert pattern.matches("ab")
    assert len(taken) == 2
    assert pattern.matches("ab")
    assert len(taken) == 2 + again


def test_a_pattern_forgets_no_match_when_it_remembers_no_more_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("logion.group.consumer.patterns.STEPS_MAX", 1)
    assert Pattern("(ab|ac)+").matches("abacab")


PIECES = st.recursive(
    st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", r"\w", r"\b", "^", "$"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda it: f"(?:{it[0]}|{it[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{1,2}", "{2}"])).map(
            lambda it: f"(?:{it[0]}){it[1]}"
        ),
    ),
    max_leaves=8,
)


@given(pattern=PIECES, text=st.text("abc-", max_size=6))
@example(pattern="(?:a|b)*", text="")
def test_it_matches_what_pythons_own_patterns_do(pattern: str, text: str) -> None:
    expected = re.fullmatch(pattern, text) is not None
    assert Pattern(pattern).matches(text) == expected


@given(pattern=st.text("ab()[]{}^$|*+?\\.-,:<>PiQE=!12", max_size=12))
def test_any_text_is_a_pattern_or_refused(pattern: str) -> None:
    found = error_of(lambda: Pattern(pattern).matches("ab"))
    assert found in (Error.NONE, Error.INVALID_REGULAR_EXPRESSION)
