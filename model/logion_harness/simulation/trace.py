"""Everything that happens in a run, line by line, and a hash that tells runs apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import trio


@dataclass(slots=True)
class Trace:
    """What has happened so far, each line with its virtual time."""

    lines: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)
    """Those that a reader of a failure needs: what clients did, and what went wrong."""

    def note(self, what: str, *, is_detail: bool = False) -> None:
        """Add a line for what happens now."""
        line = f"{trio.current_time():.6f} {what}"
        self.lines.append(line)
        if not is_detail:
            self.story.append(line)

    @property
    def hash(self) -> str:
        """Return what two runs have in common if and only if they are the same."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()
