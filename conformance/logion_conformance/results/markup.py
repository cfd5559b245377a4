"""Elements of HTML, escaped: what is no element yet is text, whoever wrote it."""

from __future__ import annotations

from html import escape
from typing import NewType

Element = NewType("Element", str)


def tag(name: str, *content: Element, **attributes: str | int | None) -> Element:
    """Return an element around others.

    In names of attributes `_` stands for `-`, at the end for nothing; an attribute
    whose value is None is left out.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Element(f"<{name}{given}>{''.join(content)}</{name}>")


def text(words: object) -> Element:
    """Return words as they are."""
    return Element(escape(str(words)))


def worded(name: str, words: object, **attributes: str | int | None) -> Element:
    """Return an element around words."""
    return tag(name, text(words), **attributes)
