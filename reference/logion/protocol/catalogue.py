"""Every declared message by its name, of today or of an older release.

Modules are imported when a name of theirs is asked for. `apis` knows requests and
responses; what belongs to no API is found in the modules listed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from logion.protocol.apis import APIS, api_named, request_class, response_class
from logion.protocol.schema import Schema

OTHER_MODULES = (
    "consumer_protocol",
    "control_records",
    "default_principal",
    "group_records",
    "headers",
    "producer_snapshot",
    "transaction_records",
)
"""Modules of messages that are neither request nor response."""

FORMER_FIELDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "ListClientMetricsResourcesResponse": MappingProxyType(
            {  # until 4.0
                "clientMetricsResources": "configResources",
                "name": "resourceName",
            }
        ),
    }
)
"""Former JSON names of fields, and the present ones, by former name of the message."""


def message_named(name: str) -> type[Any]:
    """Return the class of a message: `FetchRequest`, `RequestHeader`, ...

    Former names of APIs count too. KeyError if nothing is called so.
    """
    for suffix, find in (("Request", request_class), ("Response", response_class)):
        if name.endswith(suffix):
            return find(api_named(name.removesuffix(suffix)).key)
    for cls in _others():
        if cls.__name__ == name:
            return cls
    raise KeyError(name)


def all_messages() -> Iterator[type[Any]]:
    """Yield every declared message: requests and responses by key, then the others."""
    for key in APIS:
        yield request_class(key)
        yield response_class(key)
    yield from _others()


def _others() -> Iterator[type[Any]]:
    for name in OTHER_MODULES:
        module = import_module(f"logion.protocol.messages.{name}")
        for value in vars(module).values():
            schema = getattr(value, "__wire__", None)
            if isinstance(schema, Schema) and schema.kind == "message":
                yield value
