"""Python source in the making: how the codecs write their functions.

`Source` collects lines at the right depth and gives names to the values they use.
What it compiles is made of declarations alone, never of bytes a peer sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Source:
    """The lines of one function, and the constants they refer to."""

    __slots__ = ("_constants", "_depth", "_lines")

    def __init__(self) -> None:
        """Start empty."""
        self._lines: list[str] = []
        self._depth = 0
        self._constants: dict[str, Any] = {}

    def add(self, *lines: str) -> None:
        """Append lines at the present depth."""
        indent = " " * self._depth
        self._lines.extend(indent + line for line in lines)

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """Append `header` and put what is added inside the block under it."""
        self.add(header)
        self._depth += 1
        yield
        self._depth -= 1

    def constant(self, name: str, value: Any) -> str:
        """Return a name for `value`: `name`, made distinct if another value has it."""
        known = self._constants
        unique = name
        while unique in known and known[unique] is not value:
            unique += "_"
        known[unique] = value
        return unique

    def once(self, name: str, make: Callable[[], Any]) -> str:
        """Return `name`, which stands for what `make()` returned the first time."""
        if name not in self._constants:
            self._constants[name] = make()
        return name

    def literal(self, value: Any) -> str:
        """Return an expression for a default value."""
        if value is None or value == () or type(value) in (bool, int, str, bytes):
            return repr(value)
        return self.constant("default", value)

    def text(self) -> str:
        """Return the source as it stands."""
        return "\n".join(self._lines) + "\n"

    def compile(self, name: str, title: str) -> Any:
        """Return the function called `name`; tracebacks call its file `title`."""
        namespace = dict(self._constants)
        exec(compile(self.text(), f"<{title}>", "exec"), namespace)  # noqa: S102 - our text
        return namespace[name]


def identifier(fmt: str) -> str:
    """Return a `struct` format as part of a Python name."""
    return fmt.replace("?", "o")
