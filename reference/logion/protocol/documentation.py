"""What the declarations say in words: the texts that stand under their fields.

Python keeps the text of a class but not of a field, so the source is read again. Only
tools that show documentation need this.
"""

from __future__ import annotations

import ast
import sys
from inspect import cleandoc
from itertools import pairwise
from pathlib import Path
from typing import Any

from logion.protocol.schema import schema_of


def field_texts(cls: type[Any]) -> dict[str, str]:
    """Return the text of each field of a declared class, by the field's name.

    A field without a text is left out; so is every one if there is no source.
    """
    names = {field.name for field in schema_of(cls).fields}
    texts = {}
    for field, text in pairwise(_body_of(cls)):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            said = _text_of(text)
            if said is not None and field.target.id in names:
                texts[field.target.id] = said
    return texts


def history_text(cls: type[Any]) -> str:
    """Return the text of the module of a declared class: its versions, one by one."""
    return cleandoc(sys.modules[cls.__module__].__doc__ or "")


def _body_of(cls: type[Any]) -> list[ast.stmt]:
    file = sys.modules[cls.__module__].__file__
    if file is None or not Path(file).exists():
        return []
    for statement in ast.parse(Path(file).read_text("utf-8")).body:
        if isinstance(statement, ast.ClassDef) and statement.name == cls.__name__:
            return statement.body
    return []


def _text_of(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        value = statement.value.value
        return cleandoc(value) if isinstance(value, str) else None
    return None
