"""A place in the text of a specification that says something else."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from types import CodeType, FunctionType

from logion_model.kernel.spec import Action, S, Spec


@dataclass(frozen=True)
class Change:
    """A function that is written otherwise, and what the change is called."""

    name: str
    function: FunctionType
    text: str
    """The whole module, with the change."""

    @cached_property
    def code(self) -> CodeType:
        """Return what the function does after the change."""
        module = compile(self.text, self.function.__code__.co_filename, "exec")
        return next(_named(self.function.__code__.co_qualname, module))

    @contextmanager
    def made(self) -> Iterator[None]:
        """Have the function do the other thing for a while, whoever calls it."""
        before = self.function.__code__
        self.function.__code__ = self.code
        try:
            yield
        finally:
            self.function.__code__ = before


def text_of(function: FunctionType) -> str:
    """Return the text of the module that a function is written in."""
    return inspect.getsource(sys.modules[function.__module__])


def _named(name: str, code: CodeType) -> Iterator[CodeType]:
    if code.co_qualname == name:
        yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _named(name, inner)


def rewritten(
    name: str, function: Callable[..., object], *parts: tuple[str, str]
) -> Change:
    """Return the change of parts of a function's text, each to another text.

    Raises ValueError if the function does not have such a part exactly once.
    """
    assert isinstance(function, FunctionType)
    whole, own = text_of(function), inspect.getsource(function)
    after = own
    for old, new in parts:
        if own.count(old) != 1:
            raise ValueError(f"{name}: {function.__qualname__} must have one {old!r}")
        after = after.replace(old, new)
    return Change(name, function, whole.replace(own, after))


def changed(spec: Spec[S], change: Change) -> Spec[S]:
    """Return the specification with the change in its steps, not in its promises.

    Both may ask the same function, and a judge must stay as it was.
    """

    def steps(state: S) -> list[tuple[Action, S]]:
        with change.made():
            return list(spec.next(state))

    return replace(spec, name=f"{spec.name} with {change.name}", next=steps)
