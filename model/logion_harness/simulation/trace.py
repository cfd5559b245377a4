"""Everything that happens in a run, line by line, and a hash that tells runs apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import trio


@dataclass(slots=True)
class Trace:
    """What has happened so far."""

    lines: list[str] = field(default_factory=list)
    """In order, each with its virtual time."""

    def note(self, what: str) -> None:
        """Add a line for what happens now."""
        self.lines.append(f"{trio.current_time():.6f} {what}")

    @property
    def hash(self) -> str:
        """Return what two runs have in common if and only if they are the same."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()
