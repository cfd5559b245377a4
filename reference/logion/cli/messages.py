"""Messages as documentation: the list of all, and each field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches
from inspect import cleandoc
from itertools import islice
from typing import Any

from logion.cli.tables import Row, table
from logion.names import format_uuid
from logion.protocol.apis import APIS, FORMER_NAMES, api_named
from logion.protocol.catalogue import all_messages, message_named
from logion.protocol.documentation import field_texts, history_text
from logion.protocol.schema import (
    REQUIRED,
    Array,
    Field,
    Schema,
    schema_of,
    type_name,
    versions_text,
)

INDENT = "    "


class UnknownMessage(Exception):  # noqa: N818 - named for what it finds
    """No message is called so or has such a version; the text says what there is."""


def message_called(name: str) -> type[Any]:
    """Return the message of this name; else UnknownMessage, which names near ones."""
    try:
        return message_named(name)
    except KeyError:
        raise _unknown(name) from None


def shown_messages(name: str, version: int | None) -> list[type[Any]]:
    """Return the message of this name, or both of the API of this name.

    Raises UnknownMessage if there is none, or none in `version`.
    """
    if name in {api.name for api in APIS.values()} | FORMER_NAMES.keys():
        present = api_named(name).name
        found = [message_named(f"{present}{kind}") for kind in ("Request", "Response")]
    else:
        found = [message_called(name)]
    if version is not None:
        for cls in found:
            version_of(cls, version)
    return found


def version_of(cls: type[Any], version: int) -> int:
    """Return `version` if the message has it; UnknownMessage if not."""
    versions = schema_of(cls).versions
    if version not in versions:
        has = versions_text(versions)
        raise UnknownMessage(f"{cls.__name__} has versions {has}, not {version}")
    return version


def catalogue_lines() -> Iterator[str]:
    """Yield a table of all APIs, and one of the messages that belong to none."""
    rows: list[Row] = [("key", "API", "versions", "flexible", "spoken by")]
    for api in APIS.values():
        flexible = "never" if api.flexible is None else f"{api.flexible}+"
        versions = versions_text(api.versions)
        rows.append((api.key, api.name, versions, flexible, api.scope))
    yield from table(rows)
    yield ""
    rows = [("other message", "versions", "flexible")]
    for cls in islice(all_messages(), 2 * len(APIS), None):
        schema = schema_of(cls)
        versions = versions_text(schema.versions)
        rows.append((schema.name, versions, _flexible_text(schema)))
    yield from table(rows)


def shown_lines(cls: type[Any], version: int | None) -> Iterator[str]:
    """Yield a message as documentation, in all its versions or in one."""
    yield _title(cls, version)
    yield ""
    yield from cleandoc(cls.__doc__ or "").splitlines()
    yield ""
    yield from _fields(cls, version, "")


def history_lines(cls: type[Any]) -> list[str]:
    """Return what the versions of a message, and of its like, have brought."""
    return history_text(cls).splitlines()


def _title(cls: type[Any], version: int | None) -> str:
    schema = schema_of(cls)
    name = schema.name if schema.api is None else f"{schema.name} (API {schema.api})"
    if version is None:
        versions = versions_text(schema.versions)
        return f"{name}, versions {versions}, flexible {_flexible_text(schema)}"
    form = "flexible" if version in schema.flexible else "not flexible"
    return f"{name}, version {version}, {form}"


def _flexible_text(schema: Schema) -> str:
    return versions_text(schema.flexible) if schema.flexible else "never"


def _fields(cls: type[Any], version: int | None, indent: str) -> Iterator[str]:
    texts = field_texts(cls)
    for field in schema_of(cls).fields:
        if version is not None and version not in field.versions:
            continue
        yield f"{indent}{field.json}: {_type_text(field, version)}"
        for line in texts.get(field.name, "").strip().splitlines():
            yield f"{indent}{INDENT}{line}".rstrip()
        inner = field.type.element if isinstance(field.type, Array) else field.type
        if isinstance(inner, type):
            yield from _fields(inner, version, indent + INDENT)


def _type_text(field: Field, version: int | None) -> str:
    """Return type, versions, nullability, tag and default of a field, in short."""
    facts = (type_name(field.type), *_travels(field, version))
    default = "" if field.default is REQUIRED else f", default {_default_text(field)}"
    return ", ".join(facts) + default


def _travels(field: Field, version: int | None) -> Iterator[str]:
    if version is None:
        yield f"versions {versions_text(field.versions)}"
        if field.nullable:
            yield f"nullable {versions_text(field.nullable)}"
        if field.tag is not None:
            yield f"tag {field.tag} in {versions_text(field.tagged)}"
        return
    if version in field.nullable:
        yield "nullable"
    if field.is_tagged(version):
        yield f"tag {field.tag}"


def _default_text(field: Field) -> str:
    if isinstance(field.default, bytes):
        return format_uuid(field.default)
    if isinstance(field.type, type) and field.default is not None:
        return "a struct of defaults"
    return json.dumps(field.default)


def _unknown(name: str) -> UnknownMessage:
    """Return the error for a name that is none, with those it may stand for."""
    known = {cls.__name__.lower(): cls.__name__ for cls in all_messages()}
    kinds = (f"{name}{kind}".lower() for kind in ("", "Request", "Response"))
    near = [known[kind] for kind in kinds if kind in known]
    close = get_close_matches(name.lower(), known, n=3)
    near = near or [known[each] for each in close]
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return UnknownMessage(f"no message is called {name!r}{hint}")
