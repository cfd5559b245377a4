"""Every message is declared as Kafka declares it, and says what it means."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import logion.protocol.messages
import pytest
from logion.protocol.apis import APIS, Api
from logion.protocol.releases import RELEASES, release
from logion.protocol.schema import (
    Array,
    Field,
    default_of,
    parse_versions,
    schema_of,
    type_name,
)

from tests.shared import SHARED, needs_shared, shared

SOURCES = sorted(Path(logion.protocol.messages.__path__[0]).glob("[!_]*.py"))
FACTS = "spec/protocol"
FOLDERS = ("messages", "internal/group-coordinator", "internal/transaction-coordinator")


def classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    return (node for node in tree.body if isinstance(node, ast.ClassDef))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_module_class_and_field_says_what_it_means(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    for cls in classes(tree):
        assert ast.get_docstring(cls), cls.name
        for field, text in zip(cls.body[1::2], cls.body[2::2], strict=True):
            assert isinstance(field, ast.AnnAssign)
            assert isinstance(field.target, ast.Name)
            assert isinstance(text, ast.Expr), field.target.id
            assert isinstance(text.value, ast.Constant), field.target.id
            assert str(text.value.value).strip().endswith("."), field.target.id


def test_the_docs_of_an_api_begin_with_its_name_and_key() -> None:
    for api in APIS.values():
        doc = import_module(f"logion.protocol.messages.{api.module}").__doc__
        assert doc is not None
        assert doc.startswith(f"{api.name} (API {api.key}): ")


def told_versions(api: Api) -> list[tuple[int, str]]:
    """Return the versions that the docs of an API tell of, each with its release."""
    doc = str(import_module(f"logion.protocol.messages.{api.module}").__doc__)
    words = [line.split() for line in doc.splitlines() if line[:1] == "v"]
    return [(int(version[1:]), since) for version, since, *_ in words]


@pytest.mark.parametrize("api", APIS.values(), ids=lambda api: api.name)
def test_the_docs_of_an_api_tell_of_versions_in_their_order(api: Api) -> None:
    told = [version for version, _ in told_versions(api)]
    assert told == sorted(set(told))
    assert told[0] == 0
    assert told[-1] in api.versions


def first_release(key: int, version: int) -> str:
    """Return the release that first advertised a version anywhere; "-" if none has."""
    for name in RELEASES:
        of = release(name)
        for table in (of.versions, of.kraft_versions, of.controller_versions):
            first, last = table.get(key, (0, -1))
            if first <= version <= last:
                return name
    return "-"


TELEMETRY = {71: "3.7", 72: "3.7"}
"""Only brokers with a receiver of metrics advertise these: the tables lack them."""


@pytest.mark.parametrize("api", APIS.values(), ids=lambda api: api.name)
def test_the_docs_of_an_api_name_the_release_of_each_version(api: Api) -> None:
    for version, since in told_versions(api):
        assert since == TELEMETRY.get(api.key, first_release(api.key, version)), version


@cache
def declared() -> dict[str, type]:
    """Return every message by its name."""
    modules = [import_module(f"logion.protocol.messages.{p.stem}") for p in SOURCES]
    found = [cls for module in modules for cls in vars(module).values()]
    return {
        cls.__name__: cls
        for cls in found
        if isinstance(cls, type)
        and "__wire__" in cls.__dict__
        and schema_of(cls).kind != "struct"
    }


def test_there_are_two_messages_per_api_and_eleven_others_of_the_protocol() -> None:
    stored = [name for name in declared() if name.endswith(("Key", "Value"))]
    others = len(declared()) - 2 * len(APIS) - len(stored) - len(["ProducerSnapshot"])
    assert (others, len(stored)) == (11, 20)


class Leaf(NamedTuple):
    """A field at its place in the message, with what matters of it on the wire."""

    path: str
    type: str
    versions: tuple[int, ...]
    nullable: tuple[int, ...]
    tag: int | None
    tagged: tuple[int, ...]
    default: Any
    ignorable: bool
    is_flexible: bool


def in_both(some: range, others: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(version for version in others if version in some)


def declared_leaves(
    cls: type, versions: tuple[int, ...], path: str = ""
) -> Iterator[Leaf]:
    for field in schema_of(cls).fields:
        at = in_both(field.versions, versions)
        element = field.type.element if isinstance(field.type, Array) else field.type
        is_struct = isinstance(element, type)
        name = f"{path}/{field.json}"
        yield Leaf(
            name,
            "[]" * isinstance(field.type, Array)
            + ("struct" if is_struct else type_name(element)),
            at,
            in_both(field.nullable, at),
            field.tag,
            in_both(field.tagged, at) if field.tag is not None else (),
            plain(field),
            field.ignorable,
            field.is_flexible,
        )
        if isinstance(element, type):
            yield from declared_leaves(element, at, name)


def plain(field: Field) -> Any:
    """Return the default as JSON has it: a struct's are those of its fields."""
    default = default_of(field)
    if isinstance(field.type, type) and default is not None:
        assert default == field.type(
            **{f.name: default_of(f) for f in schema_of(field.type).fields}
        )
        return "struct of defaults"
    return default


ZERO: dict[str, Any] = {"string": "", "bool": False, "float64": 0.0, "bytes": b""}
ZERO |= {"uuid": bytes(16), "records": None, "struct": "struct of defaults"}


def expected_leaves(
    fields: list[dict[str, Any]],
    common: dict[str, Any],
    versions: tuple[int, ...],
    path: str = "",
) -> Iterator[Leaf]:
    for fact in fields:
        since = fact.get("versions", fact.get("taggedVersions"))
        at = in_both(parse_versions(since), versions)
        mark, _, base = fact["type"].rpartition("[]")
        mark = "[]" if base != fact["type"] else mark
        parts = fact.get("fields", common.get(base))
        kind = "struct" if parts else base
        zero = () if mark else ZERO.get(kind, 0)
        name = f"{path}/{fact['name'][0].lower()}{fact['name'][1:]}"
        yield Leaf(
            name,
            mark + kind,
            at,
            in_both(parse_versions(fact.get("nullableVersions", "none")), at),
            fact.get("tag"),
            in_both(parse_versions(fact.get("taggedVersions", "none")), at),
            fact.get("default", zero),
            fact.get("ignorable", False),
            fact.get("flexibleVersions") != "none",
        )
        if parts:
            yield from expected_leaves(parts, common, at, name)


def fact_files() -> list[Path]:
    if SHARED is None:
        return []
    found = [p for f in FOLDERS for p in (SHARED / FACTS / f).glob("*.json")]
    found.append(SHARED / FACTS / "internal/storage/ProducerSnapshot.json")
    return sorted(
        path
        for path in found
        if path.name != "SOURCES.json"
        and not (path.parent.name != "messages" and "ShareGroup" in path.name)
    )


NEWER_MESSAGES = {
    "ConsumerGroupRegularExpressionKey",
    "ConsumerGroupRegularExpressionValue",
}
"""Messages that came after the facts were collected."""

NEWER_FIELDS: dict[str, dict[str, Any]] = {
    "ConsumerGroupMetadataValue": {
        "name": "MetadataHash",
        "type": "int64",
        "versions": "0+",
        "taggedVersions": "0+",
        "tag": 0,
    },
    "ConsumerGroupTargetAssignmentMetadataValue": {
        "name": "AssignmentTimestamp",
        "type": "int64",
        "versions": "0+",
        "taggedVersions": "0+",
        "tag": 0,
        "ignorable": True,
    },
    "TopicPartitions of ConsumerGroupCurrentMemberAssignmentValue": {
        "name": "AssignmentEpochs",
        "type": "[]int32",
        "versions": "0+",
        "nullableVersions": "0+",
        "taggedVersions": "0+",
        "tag": 0,
        "default": None,
    },
}
"""The last field of these structs: of Kafka 4.1 to 4.3, as its own definitions say."""


EMPTY_BY_DEFAULT = {"ClassicMemberMetadata"}
"""Structs that Kafka's definitions let be null by default, and its generated classes
empty: those are what writes the bytes."""


def with_newer(name: str, fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = [
        {k: v for k, v in it.items() if k != "default"}
        if it["name"] in EMPTY_BY_DEFAULT
        else it
        for it in fields
    ]
    return [*known, NEWER_FIELDS[name]] if name in NEWER_FIELDS else known


@needs_shared
def test_every_message_of_the_facts_is_declared() -> None:
    facts = {path.stem for path in fact_files()}
    assert facts | NEWER_MESSAGES == set(declared())
    assert sum(path.parent.name == "messages" for path in fact_files()) == 197
    assert shared(FACTS).is_dir()


@needs_shared
@pytest.mark.parametrize("path", fact_files(), ids=lambda path: path.stem)
def test_a_declaration_says_of_every_field_what_kafkas_does(path: Path) -> None:
    fact = json.loads(path.read_text())
    cls = declared()[fact["name"]]
    schema = schema_of(cls)
    assert schema.api == fact.get("apiKey")
    assert schema.versions == parse_versions(fact["validVersions"])
    assert schema.flexible == parse_versions(fact["flexibleVersions"])
    common = {
        each["name"]: with_newer(f"{each['name']} of {fact['name']}", each["fields"])
        for each in fact.get("commonStructs", ())
    }
    versions = tuple(schema.versions)
    fields = with_newer(fact["name"], fact["fields"])
    assert list(declared_leaves(cls, versions)) == list(
        expected_leaves(fields, common, versions)
    )
