"""Where a defect is put in: functions of the broker, requests heard, answers told.

What puts one in returns a `Defect`. Nothing is changed until that is entered, and all
is as before afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from pkgutil import resolve_name
from typing import Any, TypeVar

from logion.broker.context import Context
from logion.broker.dispatch import HANDLERS, Handler
from logion.broker.faults.naming import ERROR_FIELDS
from logion.broker.state import BrokerState
from logion.protocol.apis import api_named
from logion.protocol.errors import Error
from logion.protocol.schema import Array, Field, replace, schema_of

from logion_harness.miniatures.miniature import Defect

LOOKUP = "logion.broker.connection:handler"
"""What looks up who answers an API."""

Message = TypeVar("Message")

Change = Callable[[Any], Any]
"""From a value to what stands there instead."""


def swapped(target: str, by: Callable[[Any], Any]) -> Defect:
    """Put `by(original)` in the place of `target`: "package.module:Class.name"."""
    return Defect((target,), lambda: _swap(target, by))


@contextmanager
def _swap(target: str, by: Callable[[Any], Any]) -> Iterator[None]:
    module, _, path = target.partition(":")
    holder, _, name = path.rpartition(".")
    owner = resolve_name(f"{module}:{holder}" if holder else module)
    original = vars(owner)[name]
    setattr(owner, name, by(original))
    try:
        yield
    finally:
        setattr(owner, name, original)


def together(*defects: Defect) -> Defect:
    """Put several in, where one rule stands in several places."""

    @contextmanager
    def put_in() -> Iterator[None]:
        with ExitStack() as stack:
            for each in defects:
                stack.enter_context(each.put_in())
            yield

    return Defect(tuple(it for each in defects for it in each.targets), put_in)


def instead(value: Any) -> Callable[[Any], Any]:
    """Return what makes of any function one that returns `value`."""
    return lambda _: lambda *_, **__: value


def always(value: Any) -> Change:
    """Return the change of anything to `value`."""
    return lambda _: value


# --- what handlers hear and tell ------------------------------------------------------


def handled(api: str, by: Callable[[Handler], Handler]) -> Defect:
    """Answer an API with `by(handler)`, asked for once, in place of its handler."""
    key = api_named(api).key

    def lookup(original: Callable[[int], Handler]) -> Callable[[int], Handler]:
        wrong = by(original(key))
        return lambda asked: wrong if asked == key else original(asked)

    return Defect((handler_of(api),), swapped(LOOKUP, lookup).put_in)


def handler_of(api: str) -> str:
    """Return which function answers an API: "package.module:handle"."""
    return f"logion.broker.handlers.{HANDLERS[api_named(api).key]}:handle"


def answering(api: str, change: Callable[[Any, Any, Context], Any]) -> Defect:
    """Answer an API with `change(request, answer, context)`."""

    def by(handle: Handler) -> Handler:
        async def wrong(broker: BrokerState, context: Context, request: Any) -> Any:
            answer = await handle(broker, context, request)
            return None if answer is None else change(request, answer, context)

        return wrong

    return handled(api, by)


def tells(api: str, path: str, change: Change) -> Defect:
    """Change one field of an API's answers: "topics.partitions.offset"."""
    names = path.split(".")
    return answering(api, lambda _, answer, __: changed(answer, names, change))


def hears(api: str, path: str, change: Change) -> Defect:
    """Change one field of an API's requests before they are handled."""
    names = path.split(".")

    def by(handle: Handler) -> Handler:
        @wraps(handle)
        async def wrong(broker: BrokerState, context: Context, request: Any) -> Any:
            return await handle(broker, context, changed(request, names, change))

        return wrong

    return handled(api, by)


def one_for_all(api: str, *path: str) -> Defect:
    """Tell the first error of any element at `path` of an API's answers for all."""
    names = (*path, "error_code")

    def change(_: Any, answer: Any, __: Context) -> Any:
        first = next(filter(None, values(answer, names)), None)
        return answer if first is None else changed(answer, names, always(first))

    return answering(api, change)


def unsaid(api: str, error: Error, instead_of_it: Error = Error.NONE) -> Defect:
    """Tell of no such error, or of another one in place of it: as if not checked."""
    return answering(
        api, lambda _, answer, __: without_error(answer, error, instead_of_it)
    )


def changed(message: Message, path: Sequence[str], change: Change) -> Message:
    """Return a message with a field changed, in every element of arrays on the way."""
    name, *rest = path
    value = getattr(message, name)
    if not rest:
        return replace(message, **{name: change(value)})
    if value is None:
        return message
    if isinstance(value, tuple):
        return replace(
            message, **{name: tuple(changed(it, rest, change) for it in value)}
        )
    return replace(message, **{name: changed(value, rest, change)})


def values(message: Any, path: Sequence[str]) -> Iterator[Any]:
    """Yield a field of a message, of every element of arrays on the way."""
    name, *rest = path
    value = getattr(message, name)
    if not rest:
        yield value
    else:
        for each in value:
            yield from values(each, rest)


def without_error(message: Any, error: Error, instead_of_it: Error) -> Any:
    """Return a message with another error wherever it has `error`."""
    changes: dict[str, Any] = {}
    for field in schema_of(type(message)).fields:
        value = getattr(message, field.name)
        if field.name in ERROR_FIELDS and value == error:
            changes[field.name] = instead_of_it
        elif value and is_of_structs(field):
            changes[field.name] = tuple(
                without_error(it, error, instead_of_it) for it in value
            )
    return replace(message, **changes) if changes else message


def is_of_structs(field: Field) -> bool:
    """Whether a field is an array of structs."""
    return isinstance(field.type, Array) and isinstance(field.type.element, type)
