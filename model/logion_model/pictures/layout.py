"""Where everything stands in a picture: time goes down, lanes stand side by side."""

from __future__ import annotations

from typing import NamedTuple

from logion_model.pictures.markup import wrapped
from logion_model.pictures.scene import Lane, Message
from logion_model.pictures.story import Frame, Story

LETTER = 6.6
"""Width of a letter of the small text, in pixels, about."""

LETTER_BOLD = 7.2

LINE = 16
CELL = 34
MARGIN = 20
STEP_WIDTH = 250
STEP_LETTERS = 34
LANE_MIN, LANE_MAX = 170, 640
GAP = 24
HEADLINE, HEAD = 40, 52
"""Heights of the title and of the lanes' names."""

ARROW, ARROW_AT = 34, 24
"""Height of a message, and where its arrow is in it."""

PAD = 8


class Row(NamedTuple):
    """A step and its place."""

    frame: Frame
    top: float
    boxes: float
    """Where the boxes of its lanes begin, below its messages."""
    end: float


class Layout(NamedTuple):
    """The places of lanes and steps, and how large it all is."""

    centers: dict[str, float]
    """Lane, to the middle of its column."""
    widths: dict[str, float]
    rows: tuple[Row, ...]
    head: float
    """Where the steps begin."""
    width: float
    height: float
    """Without the ending."""
    moments: tuple[tuple[str, float], ...]
    """Names of moments, and how far down they are, from top to bottom."""

    def sent_at(self, message: Message, y: float) -> float | None:
        """Return where a message was sent that arrives at `y`, if that was earlier."""
        named = [at for name, at in self.moments if name == message.sent_at]
        return max((at for at in named if at < y), default=None)


def laid_out(story: Story, columns: Story | None = None) -> Layout:
    """Return where everything of a story stands.

    `columns` is a story whose columns are to be taken over: then there is no title.
    """
    widths = widths_of(columns or story)
    head = float(HEAD if columns else HEADLINE + HEAD)
    centers, x = {}, float(MARGIN + STEP_WIDTH + GAP)
    for name, width in widths.items():
        centers[name] = x + width / 2
        x += width + GAP
    rows, y = [], head
    for frame in story.frames:
        rows.append(_row(frame, y))
        y = rows[-1].end + PAD
    moments = tuple(
        (row.frame.event.moment, row.top + PAD + ARROW_AT)
        for row in rows
        if row.frame.event.moment
    )
    width = x - GAP + MARGIN
    return Layout(centers, widths, tuple(rows), head, width, y, moments)


def widths_of(story: Story) -> dict[str, float]:
    """Return how wide each lane must be."""
    found: dict[str, float] = {}
    for frame in story.frames:
        for lane in frame.lanes:
            found[lane.name] = max(found.get(lane.name, LANE_MIN), _width(lane))
        for message in frame.event.messages:
            if message.source == message.target:
                alone = len(message.text) * LETTER_BOLD
                found[message.source] = max(found.get(message.source, 0), alone)
    return {name: min(width, LANE_MAX) for name, width in found.items()}


def _width(lane: Lane) -> float:
    longest = max(map(len, (lane.name, *lane.lines)))
    cells = 0 if lane.cells is None else len(lane.cells)
    return 2 * PAD + max(longest * LETTER, cells * CELL)


def _row(frame: Frame, top: float) -> Row:
    sentence = LINE * (len(wrapped(frame.event.sentence, STEP_LETTERS)) + 1)
    boxes = top + PAD + ARROW * len(frame.event.messages)
    heights = [box_height(lane) for lane in frame.lanes if lane.name in frame.shown]
    end = max(boxes + max(heights, default=0), top + sentence) + PAD
    return Row(frame, top, boxes, end)


def box_height(lane: Lane) -> float:
    """Return the height of a lane's box; none if nothing is known of it."""
    if not lane.lines and lane.cells is None:
        return 0
    cells = 0 if lane.cells is None else CELL + PAD
    return 2 * PAD + LINE * len(lane.lines) + cells
