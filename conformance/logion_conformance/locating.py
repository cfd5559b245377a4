"""Which field of an answer a judgement is about, and which bytes it is.

A case compares values and does not say where it took them from. The field is found by
its value and by its name, which has a word in common with what the case says it looked
at; where no field fits, none is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from logion.client.connection import Exchange
from logion.protocol.codec import decode_from
from logion.protocol.errors import ProtocolError
from logion.protocol.explain import places_in
from logion.protocol.headers import response_header_version
from logion.protocol.messages.headers import ResponseHeader
from logion.protocol.schema import schema_of

from logion_conformance.expect import Broken


class Place(NamedTuple):
    """A field of an answer."""

    path: str
    begin: int
    end: int
    """Bytes of the frame, the end excluded."""


def located(exchange: Exchange, error: BaseException) -> Place | None:
    """Return the field of an exchange's answer that an error is about, if one is."""
    if isinstance(error, Broken) and is_message(exchange.answer):
        return differing(exchange, error)
    return None


def is_message(value: object) -> bool:
    """Whether a value is a message, or a part of one."""
    return hasattr(type(value), "__wire__")


def differing(exchange: Exchange, error: Broken) -> Place | None:
    """Return the innermost field that has the value that came, and a fitting name."""
    fitting = [
        path
        for path, value in fields_of(exchange.answer)
        if type(value) is type(error.value)
        and value == error.value
        and is_named(path, error.what)
    ]
    places = places_of(exchange)
    found = [path for path in fitting if path in places]
    if not found:
        return None
    path = max(found, key=lambda it: it.count("."))
    return Place(path, *places[path])


def fields_of(message: Any, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield the fields of a message with their paths, as Kafka's JSON names them."""
    for field in schema_of(type(message)).fields:
        value = getattr(message, field.name)
        where = f"{path}.{field.json}".removeprefix(".")
        yield where, value
        if is_message(value):
            yield from fields_of(value, where)
        elif isinstance(value, tuple) and value and is_message(value[0]):
            for at, each in enumerate(value):
                yield from fields_of(each, f"{where}[{at}]")


def is_named(path: str, what: str) -> bool:
    """Whether what was looked at is called by a word of a field's name."""
    name = path.rpartition(".")[2]
    words = {it.lower() for it in re.findall(r"[A-Z]?[a-z]+", name)}
    return bool(words & set(re.findall(r"[a-z]+", what.lower())))


def places_of(exchange: Exchange) -> dict[str, tuple[int, int]]:
    """Return where the fields of an answer stand in its frame."""
    kind = type(exchange.answer)
    key = schema_of(kind).api
    if key is None or not exchange.came:
        return {}
    header = response_header_version(key, exchange.version)
    try:
        body = decode_from(ResponseHeader, header, exchange.came, 0)[1]
    except ProtocolError:
        return {}
    return places_in(kind, exchange.version, exchange.came, body)
