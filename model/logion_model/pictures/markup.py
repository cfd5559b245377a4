"""Elements of SVG and HTML as text, escaped."""

from __future__ import annotations

from html import escape


def tag(name: str, *content: str, **attributes: object) -> str:
    """Return an element around markup.

    In names of attributes `_` stands for `-`, at the end for nothing.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
    )
    inside = "".join(content)
    return f"<{name}{given}>{inside}</{name}>"


def words(text: str) -> str:
    """Return text as markup."""
    return escape(text)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def wrapped(text: str, width: int) -> list[str]:
    """Return text in lines of at most `width` letters, broken between words."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
