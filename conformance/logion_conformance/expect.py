"""What came against what was expected: every judgement of a case is made here.

The text of a `Broken` is what its reader gets to see, beside the case's own words and
the exchange with the broker.
"""

from __future__ import annotations

from collections.abc import Collection

from logion.protocol.errors import Error


class Broken(AssertionError):  # noqa: N818 - named for what happened
    """A broker did not keep the promise of a case."""

    def __init__(
        self, what: str, *, expected: str, came: str, value: object = None
    ) -> None:
        """Say what was looked at, what it had to be and what it was.

        `value` is what came itself, by which its bytes are found in the answer.
        """
        super().__init__(f"{what}: expected {expected}; came {came}")
        self.what = what
        self.expected = expected
        self.came = came
        self.value = value


def expect(what: str, came: object, expected: object) -> None:
    """Nothing if the two are equal; Broken if not."""
    if came != expected:
        raise Broken(what, expected=shown(expected), came=shown(came), value=came)


def expect_error(came: int, *allowed: Error, what: str = "the error code") -> None:
    """Nothing if the code is one of `allowed`; Broken if not."""
    if came not in allowed:
        expected = " or ".join(map(shown, allowed))
        raise Broken(what, expected=expected, came=shown(error_of(came)), value=came)


def expect_success(came: int, what: str = "the error code") -> None:
    """Nothing if the code is 0; Broken if not."""
    expect_error(came, Error.NONE, what=what)


def expect_in(what: str, came: object, allowed: Collection[object]) -> None:
    """Nothing if it is one of `allowed`; Broken if not."""
    if came not in allowed:
        expected = " or ".join(map(shown, allowed))
        raise Broken(what, expected=expected, came=shown(came), value=came)


def expect_that(what: str, *, holds: bool, expected: str, came: object) -> None:
    """Nothing if it holds; Broken if not."""
    if not holds:
        raise Broken(what, expected=expected, came=shown(came), value=came)


def expect_wait(took_s: float, *, ms_min: float = 0, ms_max: float) -> None:
    """Nothing if an answer took so long, the upper bound excluded; Broken if not."""
    expect_that(
        "the wait",
        holds=ms_min <= took_s * 1000 < ms_max,
        expected=f"{ms_min:.0f} to {ms_max:.0f} ms",
        came=f"{took_s:.3f} s",
    )


def error_of(code: int) -> Error | int:
    """Return the error that a code stands for, or the code if none does."""
    try:
        return Error(code)  # type: ignore[call-arg]  # by value
    except ValueError:
        return code


def shown(value: object, size_max: int = 400) -> str:
    """Return a value as its reader sees it, cut if it is long."""
    if isinstance(value, Error):
        return f"{value.name} ({value.value})"
    text = repr(value)
    return text if len(text) <= size_max else f"{text[:size_max]}... ({len(text)})"


def only_leaf(error: BaseException) -> BaseException:
    """Return the one exception within groups of one; a group of several as it is.

    Where one of several is a KeyboardInterrupt, that is meant: the others came of it.
    """
    if isinstance(error, BaseExceptionGroup) and error.subgroup(KeyboardInterrupt):
        return KeyboardInterrupt()
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
