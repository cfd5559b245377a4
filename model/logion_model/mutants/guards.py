"""Finds the guards of a specification: conditions without which there are more steps.

A condition under which alone steps are yielded, or that leads past what follows (its
branch ends with `continue`, `break` or `return`), or that filters what steps are made
of; and what an answer of yes or no is made of. Each part of an `and` or `or` is a guard
of its own. A choice between two ways (`if ... else`) is none; nor are the bounds of the
explored world, which name its scope or are asked apart from the steps.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

from logion_model.kernel.spec import Spec
from logion_model.mutants.change import Change, text_of

STATES_MAX = 2_000
"""So many states are gone on from to see which functions a specification asks."""

_YIELDING = re.compile(r"Steps|Changes|Iterator")
"""What functions return that yield steps, or what steps are made of."""


class _Condition(NamedTuple):
    """A part of a function's text, and what it always is once it is switched off."""

    node: ast.expr
    value: bool


def guards(specs: Iterable[Spec[Any]]) -> tuple[Change, ...]:
    """Return the change that switches off each guard of a specification's steps.

    Of several scopes of the same, as some of its steps need a larger world. In the
    order of the modules' names and their text.
    """
    found = {function for spec in specs for function in functions(spec)}
    ordered = sorted(found, key=_place)
    return tuple(change for function in ordered for change in _guards_of(function))


def _place(function: FunctionType) -> tuple[str, int]:
    return function.__module__, function.__code__.co_firstlineno


def functions(spec: Spec[Any]) -> set[FunctionType]:
    """Return the functions of specifications that are called to find the steps."""
    called: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            called.add(frame.f_code)

    def noted(state: Any) -> list[Any]:
        before = sys.getprofile()
        sys.setprofile(note)
        try:
            return [after for _, after in spec.next(state)]
        finally:
            sys.setprofile(before)

    for _ in islice(_walk(spec, noted), STATES_MAX):
        pass
    return set(filter(None, map(_function, called)))


def _walk(spec: Spec[Any], steps: Callable[[Any], list[Any]]) -> Iterator[Any]:
    """Yield the states of a world, breadth first, after they were gone on from."""
    seen, level = set(spec.initial), list(spec.initial)
    for state in level:
        for after in steps(state) if spec.within(state) else ():
            if after not in seen:
                seen.add(after)
                level.append(after)
        yield state


def _function(code: CodeType) -> FunctionType | None:
    """Return the function with this code, None if it belongs to no specification."""
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) == code.co_filename:
            is_ours = name.startswith("logion_model.") and ".kernel." not in name
            return _named(module, code.co_qualname) if is_ours else None
    return None


def _named(module: object, qualified: str) -> FunctionType | None:
    found = module
    for name in qualified.split("."):
        found = getattr(found, name, None)
    found = found.fget if isinstance(found, property) else found
    return found if isinstance(found, FunctionType) else None


def _guards_of(function: FunctionType) -> Iterator[Change]:
    text = text_of(function)
    seen = Counter[str]()
    for condition in sorted(_conditions(_node(ast.parse(text), function)), key=_order):
        written = ast.unparse(condition.node)
        if "scope" in written:
            continue
        name = f"{function.__qualname__}: {written}"
        seen[name] += 1
        numbered = name if seen[name] == 1 else f"{name} ({seen[name]})"
        yield Change(numbered, function, _with(text, condition))


def _order(condition: _Condition) -> tuple[int, int]:
    return condition.node.lineno, condition.node.col_offset


def _node(tree: ast.Module, function: FunctionType) -> ast.FunctionDef:
    first = function.__code__.co_firstlineno
    return next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and first == min([node.lineno, *(it.lineno for it in node.decorator_list)])
    )


def _with(text: str, condition: _Condition) -> str:
    """Return a module's text in which a condition is as if switched off."""
    node, lines = condition.node, text.splitlines(keepends=True)
    assert node.end_lineno is not None
    head = lines[node.lineno - 1].encode()[: node.col_offset].decode()
    tail = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode()
    changed = f"{head}{condition.value}{tail}"
    return "".join((*lines[: node.lineno - 1], changed, *lines[node.end_lineno :]))


def _conditions(function: ast.FunctionDef) -> Iterator[_Condition]:
    """Yield the conditions of a function that are guards."""
    returned = ast.unparse(function.returns) if function.returns else ""
    for node in ast.walk(function):
        if isinstance(node, ast.If) and not node.orelse:
            yield from _of_if(node)
        elif isinstance(node, ast.comprehension) and _YIELDING.match(returned):
            for part in node.ifs:
                yield from _parts(part, ast.And, value=True)
        elif returned == "bool" and isinstance(node, ast.Return):
            yield from _of_answer(node.value)


def _of_if(node: ast.If) -> Iterator[_Condition]:
    leads_past = isinstance(node.body[-1], ast.Continue | ast.Break | ast.Return)
    if any(isinstance(it, ast.Yield | ast.YieldFrom) for it in ast.walk(node)):
        yield from _parts(node.test, ast.And, value=True)
    elif leads_past:
        yield from _parts(node.test, ast.Or, value=False)


def _of_answer(answer: ast.expr | None) -> Iterator[_Condition]:
    if answer is not None and not isinstance(answer, ast.Constant):
        yield from _parts(answer, ast.And, value=True)


def _parts(
    test: ast.expr, kind: type[ast.boolop], *, value: bool
) -> Iterator[_Condition]:
    """Yield the parts of an `and`, or of an `or`; all of anything else."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, kind):
        for part in test.values:
            yield from _parts(part, kind, value=value)
    else:
        yield _Condition(test, value)
