"""A trace as a space-time picture: lanes, messages as arrows, logs as cells.

It stands alone: no font, script or style from elsewhere, black on pale colours.
"""

from __future__ import annotations

from collections.abc import Iterator

from logion_model.pictures.layout import (
    ARROW,
    ARROW_AT,
    CELL,
    GAP,
    LETTER_BOLD,
    LINE,
    MARGIN,
    PAD,
    STEP_LETTERS,
    Layout,
    Row,
    box_height,
    laid_out,
)
from logion_model.pictures.markup import tag, words, wrapped
from logion_model.pictures.scene import Cell, Lane, Message
from logion_model.pictures.story import Story

INK, PALE, LINE_INK = "#1a1f29", "#ffffff", "#8a94a6"
MESSAGE, BLAME, BLAME_FILL = "#1d4ed8", "#b42318", "#fef3f2"
TINTS = ("#dbeafe", "#d1fae5", "#fef3c7", "#f3e8ff", "#ffe4e6", "#e5e7eb")
FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"
END_LETTER = 8.2
"""Width of a letter of the text at the end, about."""


def picture_of(
    story: Story, *, name: str = "trace", columns: Story | None = None
) -> str:
    """Return the picture; `name` tells its ids from those of other pictures.

    `columns` is a story of which this is a part: lanes stand where they do there.
    """
    layout = laid_out(story, columns)
    ending = _ending_lines(story, int((layout.width - 2 * MARGIN) / END_LETTER))
    height = layout.height + MARGIN
    if ending:
        height += LINE * len(ending) + 2 * PAD + MARGIN
    return tag(
        "svg",
        tag(
            "title",
            words(f"{story.title}: {story.ending}".rstrip(": ")),
            id=f"{name}-title",
        ),
        tag("desc", words(told(story)), id=f"{name}-told"),
        _arrowheads(name),
        tag("rect", width="100%", height="100%", fill=PALE),
        "" if columns else _text(MARGIN, 34, story.title, size=20, weight=600),
        *_heads(layout),
        *(_rule(layout, row) for row in layout.rows),
        *(_late(layout, row, name) for row in layout.rows),
        *(_row(story, layout, row, name) for row in layout.rows),
        _ending(story, layout, ending),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {layout.width:g} {height:g}",
        width=layout.width,
        height=height,
        role="img",
        aria_labelledby=f"{name}-title {name}-told",
        font_family=FONT,
        font_size=12,
        fill=INK,
    )


def told(story: Story) -> str:
    """Return the story in sentences, for those who do not see the picture."""
    steps = [f"{it.number}. {it.event.sentence}." for it in story.frames[1:]]
    return " ".join([*steps, *_ending_lines(story, 10**6)])


def _ending_lines(story: Story, letters: int) -> list[str]:
    if not story.ending:
        return []
    lines = wrapped(("✗ " if story.is_violation else "✓ ") + story.ending, letters)
    if story.blame is not None:
        lines += wrapped(story.blame.sentence, letters)
    return lines


def _text(
    x: float, y: float, text: str, *, size: int = 12, weight: int = 400, **more: object
) -> str:
    return tag(
        "text", words(text), x=x, y=y, font_size=size, font_weight=weight, **more
    )


def _arrowheads(name: str) -> str:
    head = tag("path", d="M0 0 L8 4 L0 8 z", fill=MESSAGE)
    return tag(
        "defs",
        tag(
            "marker",
            head,
            id=f"{name}-head",
            markerWidth=8,
            markerHeight=8,
            refX=8,
            refY=4,
            orient="auto",
            markerUnits="userSpaceOnUse",
        ),
    )


def _heads(layout: Layout) -> Iterator[str]:
    """Yield the names of the lanes and the lines below them."""
    for name, x in layout.centers.items():
        width = layout.widths[name]
        yield tag(
            "rect",
            x=x - width / 2,
            y=layout.head - 40,
            width=width,
            height=26,
            rx=6,
            fill=INK,
        )
        yield _text(
            x,
            layout.head - 22,
            name,
            size=13,
            weight=600,
            text_anchor="middle",
            fill=PALE,
        )
        yield tag(
            "line",
            x1=x,
            y1=layout.head - 14,
            x2=x,
            y2=layout.height,
            stroke=LINE_INK,
            stroke_width=1.5,
            stroke_dasharray="2 4",
        )


def _placed(row: Row) -> Iterator[tuple[Message, float]]:
    """Yield the messages of a step, each with how far down its arrow ends."""
    for at, message in enumerate(row.frame.event.messages):
        yield message, row.top + PAD + ARROW_AT + ARROW * at


def _step(row: Row, *content: str) -> str:
    """Return what belongs to a step: a page dims what has not happened yet."""
    return tag("g", *content, class_="step", data_step=row.frame.number)


def _late(layout: Layout, row: Row, name: str) -> str:
    """Return the arrows that began in an earlier step: they pass below all boxes."""
    arrows = [
        _arrow(layout, it, y, name)
        for it, y in _placed(row)
        if layout.sent_at(it, y) is not None
    ]
    return _step(row, *arrows)


def _row(story: Story, layout: Layout, row: Row, name: str) -> str:
    frame = row.frame
    is_last = frame is story.frames[-1]
    blamed = story.blame.lanes if is_last and story.blame else frozenset()
    boxes = [
        _box(layout, lane, row.boxes, is_blamed=lane.name in blamed)
        for lane in frame.lanes
        if lane.name in frame.shown and box_height(lane)
    ]
    messages = list(_placed(row))
    arrows = [
        _arrow(layout, it, y, name)
        for it, y in messages
        if layout.sent_at(it, y) is None
    ]
    labels = [_label(layout, it, y) for it, y in messages]
    return _step(row, *_caption(row), *boxes, *arrows, *labels)


def _rule(layout: Layout, row: Row) -> str:
    y = row.top - PAD / 2
    return tag(
        "line", x1=MARGIN, y1=y, x2=layout.width - MARGIN, y2=y, stroke="#e5e7eb"
    )


def _caption(row: Row) -> Iterator[str]:
    frame, y = row.frame, row.top + LINE + 2
    yield tag("circle", cx=MARGIN + 12, cy=y - 4, r=12, fill=INK)
    yield _text(
        MARGIN + 12, y, str(frame.number), weight=600, text_anchor="middle", fill=PALE
    )
    for line in wrapped(frame.event.sentence, STEP_LETTERS):
        yield _text(MARGIN + 32, y, line, weight=600)
        y += LINE
    if frame.action and frame.action != frame.event.sentence:
        yield _text(MARGIN + 32, y, frame.action, size=11, fill="#4b5563")


def _arrow(layout: Layout, message: Message, y: float, name: str) -> str:
    """Return an arrow that ends here; a dot for what somebody did alone."""
    start, end = (layout.centers[it] for it in (message.source, message.target))
    sent = layout.sent_at(message, y)
    if start == end:
        return tag("circle", cx=end, cy=y, r=4, fill=MESSAGE)
    return tag(
        "line",
        x1=start,
        y1=y if sent is None else sent,
        x2=end,
        y2=y,
        stroke=MESSAGE,
        stroke_width=2,
        marker_end=f"url(#{name}-head)",
    )


def _label(layout: Layout, message: Message, y: float) -> str:
    """Return a message's text: above its arrow, or beside the end of a late one."""
    start, end = (layout.centers[it] for it in (message.source, message.target))
    x, drop, anchor = (start + end) / 2, -9.0, "middle"
    if layout.sent_at(message, y) is not None:
        is_beyond = end + GAP + len(message.text) * LETTER_BOLD > layout.width
        goes_right = start < end and not is_beyond
        x = end + (GAP / 2 if goes_right else -GAP / 2)
        drop = 2 if goes_right or start > end else drop
        anchor = "start" if goes_right else "end"
    return _text(
        x,
        y + drop,
        message.text,
        text_anchor=anchor,
        fill=MESSAGE,
        stroke=PALE,
        stroke_width=4,
        paint_order="stroke",
        weight=600,
    )


def _box(layout: Layout, lane: Lane, y: float, *, is_blamed: bool) -> str:
    """Return what is known of a lane after a step."""
    width = layout.widths[lane.name]
    x = layout.centers[lane.name] - width / 2
    frame = tag(
        "rect",
        x=x,
        y=y,
        width=width,
        height=box_height(lane),
        rx=6,
        fill=BLAME_FILL if is_blamed else PALE,
        stroke=BLAME if is_blamed else LINE_INK,
        stroke_width=2.5 if is_blamed else 1,
    )
    lines = [
        _text(x + PAD, y + PAD + LINE * (at + 0.75), line)
        for at, line in enumerate(lane.lines)
    ]
    top = y + PAD + LINE * len(lane.lines) + PAD / 2
    return frame + "".join(lines) + "".join(_cells(lane, x + PAD, top))


def _cells(lane: Lane, x: float, y: float) -> Iterator[str]:
    if lane.cells is None:
        return
    if not lane.cells:
        yield _text(x + PAD, y + CELL / 2 + 4, "empty log", fill="#4b5563")
    for at, cell in enumerate(lane.cells):
        yield from _cell(cell, x + at * CELL, y)
    if lane.mark is not None:
        below = x + lane.mark * CELL
        yield tag(
            "line",
            x1=below,
            y1=y - 3,
            x2=below,
            y2=y + CELL + 3,
            stroke=INK,
            stroke_width=3.5,
        )


def _cell(cell: Cell, x: float, y: float) -> Iterator[str]:
    yield tag(
        "rect",
        x=x,
        y=y,
        width=CELL,
        height=CELL,
        fill=TINTS[cell.tint % len(TINTS)],
        stroke=INK,
    )
    middle = x + CELL / 2
    drop = 14.0 if cell.note else CELL / 2 + 4
    yield _text(middle, y + drop, cell.text, weight=600, text_anchor="middle")
    if cell.note:
        yield _text(middle, y + 28, cell.note, size=11, text_anchor="middle")


def _ending(story: Story, layout: Layout, lines: list[str]) -> str:
    if not story.ending:
        return ""
    y, height = layout.height + MARGIN / 2, LINE * len(lines) + 2 * PAD
    colour = BLAME if story.is_violation else INK
    box = tag(
        "rect",
        x=MARGIN,
        y=y,
        width=layout.width - 2 * MARGIN,
        height=height,
        rx=6,
        fill=BLAME_FILL if story.is_violation else PALE,
        stroke=colour,
        stroke_width=2,
    )
    said = [
        _text(
            MARGIN + GAP / 2,
            y + PAD + LINE * (at + 0.8),
            line,
            size=13,
            weight=600,
            fill=colour,
        )
        for at, line in enumerate(lines)
    ]
    return tag("g", box, *said, class_="ending")
