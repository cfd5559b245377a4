"""What a tool found of each module, kept in a file of this folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar


class Judgement(Protocol):
    """A named tuple; `survivors` are the changes that no test noticed."""

    def _asdict(self) -> dict[str, Any]: ...


J = TypeVar("J", bound=Judgement)


class Record(Generic[J]):
    """The judgements of a tool, by module."""

    def __init__(self, kind: Callable[..., J], name: str) -> None:
        """Keep what `kind` makes of its fields, in the file of this name."""
        self._kind = kind
        self._file = Path(__file__).with_name(name)

    def read(self) -> dict[str, J]:
        """Return what was found of each module when it was last judged."""
        rows = json.loads(self._file.read_text()) if self._file.exists() else {}
        return {
            module: self._kind(**{**it, "survivors": tuple(it["survivors"])})
            for module, it in rows.items()
        }

    def write(self, module: str, found: J) -> None:
        """Keep what was found of a module."""
        kept = {**self.read(), module: found}
        rows = {name: it._asdict() for name, it in sorted(kept.items())}
        self._file.write_text(json.dumps(rows, indent=1) + "\n")
