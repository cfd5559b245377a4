"""How the cluster looked before its last changes, for answers that are old."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from logion.clock import Clock
from logion.cluster.image import ClusterImage

IMAGES_MAX = 16
"""How many changes ago an answer can be: older images are not kept."""


@dataclass(slots=True)
class PastImages:
    """How the cluster looked before each of its last changes."""

    clock: Clock
    _past: deque[tuple[int, ClusterImage]] = field(
        default_factory=lambda: deque(maxlen=IMAGES_MAX)
    )
    """When each image ended, in ms since 1970, and the image; the newest last."""

    def note(self, before: ClusterImage, _after: ClusterImage) -> None:
        """Keep the image that has just ended."""
        self._past.append((self.clock.time_ms(), before))

    def changes_ago(self, count: int, now: ClusterImage) -> ClusterImage:
        """Return the image `count` changes ago, or the oldest that is kept."""
        if not self._past:
            return now
        return self._past[-min(count, len(self._past))][1]

    def ms_ago(self, duration_ms: int, now: ClusterImage) -> ClusterImage:
        """Return the image of that time, or the oldest that is kept."""
        moment = self.clock.time_ms() - duration_ms
        for ended_ms, image in self._past:
            if ended_ms > moment:
                return image
        return now
