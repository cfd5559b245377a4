"""Every field of every message has a text, and it can be shown."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from logion.protocol.catalogue import all_messages
from logion.protocol.documentation import field_texts, history_text
from logion.protocol.messages.metadata import MetadataRequest
from logion.protocol.schema import INT8, Array, schema_of, struct, wire


@struct
class Silent:
    """A struct whose fields say little."""

    first: int = wire(INT8)
    second: int = wire(INT8)
    """Said of the second."""
    SIZE = 2
    """Said of no field."""


def structs_of(cls: type[Any]) -> set[type[Any]]:
    """Return a declared class and the structs it is made of."""
    found = {cls}
    for field in schema_of(cls).fields:
        inner = field.type.element if isinstance(field.type, Array) else field.type
        if isinstance(inner, type):
            found |= structs_of(inner)
    return found


def test_a_field_is_documented_under_its_declaration() -> None:
    texts = field_texts(MetadataRequest)
    assert list(texts) == [field.name for field in schema_of(MetadataRequest).fields]
    assert texts["topics"].startswith("Topics to describe.")


def test_a_field_without_a_text_is_left_out() -> None:
    assert field_texts(Silent) == {"second": "Said of the second."}


@pytest.mark.slow
def test_every_field_says_what_it_is() -> None:
    for message in all_messages():
        for cls in structs_of(message):
            texts = field_texts(cls)
            missing = [f.name for f in schema_of(cls).fields if f.name not in texts]
            assert not missing, cls
            assert not [name for name in texts if "TODO" in texts[name]], cls
        assert not history_text(message).startswith("TODO"), message


def test_a_history_names_the_versions() -> None:
    assert history_text(MetadataRequest).startswith("Metadata (API 3): ")


def test_without_source_there_are_no_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[MetadataRequest.__module__]
    monkeypatch.setattr(module, "__file__", None)
    assert field_texts(MetadataRequest) == {}
    monkeypatch.setattr(module, "__file__", __file__)
    assert field_texts(MetadataRequest) == {}
