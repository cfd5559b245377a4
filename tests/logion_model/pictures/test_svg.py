"""A picture: lanes, messages, logs, who is to blame; and in words for who sees none."""

from __future__ import annotations

from xml.etree import ElementTree

from logion_model.kernel import Action, Step, Violation
from logion_model.pictures.layout import laid_out
from logion_model.pictures.scene import (
    PLAIN,
    Blame,
    Cell,
    Drawing,
    Event,
    Lane,
    Message,
)
from logion_model.pictures.story import Story, example_of, story_of
from logion_model.pictures.svg import BLAME, picture_of

SVG = "{http://www.w3.org/2000/svg}"


def lanes(state: int) -> tuple[Lane, ...]:
    cells = tuple(Cell(f"r{n}", "e0", n) for n in range(state))
    return Lane("client"), Lane("<broker>", (f"has {state}",), cells, min(state, 1))


def event(action: Action, before: int, _after: int) -> Event:
    if action.name == "send":
        own = Message("client", "client", "sends")
        return Event("The client sends", (own,), "sent")
    late = Message("client", "<broker>", f"r{before}", "sent")
    answer = Message("<broker>", "client", "ok")
    return Event("It arrives & is answered", (late, answer))


def blame(broken: str, state: int) -> Blame | None:
    return Blame(frozenset({"<broker>"}), "the broker has two") if state == 2 else None


STEPS = (
    Step(None, 0),
    Step(Action("send"), 0),
    Step(Action("arrive"), 1),
    Step(Action("arrive"), 2),
)
VIOLATION = Violation("few", "the test", STEPS)
DRAWING = Drawing(lanes, event, blame)
STORY = story_of("a model", VIOLATION, DRAWING)


def drawn(story: Story) -> ElementTree.Element:
    return ElementTree.fromstring(picture_of(story))


def texts(picture: ElementTree.Element) -> list[str]:
    return [it.text or "" for it in picture.iter(f"{SVG}text")]


def test_everything_is_in_the_picture() -> None:
    said = texts(drawn(STORY))
    assert {"client", "<broker>", "sends", "r0", "ok", "has 2", "empty log"} <= set(
        said
    )
    assert "It arrives & is answered" in said
    assert said[-2:] == ["✗ violates few (the test)", "the broker has two"]


def test_who_cannot_see_it_is_told_the_same() -> None:
    picture = drawn(STORY)
    assert picture.get("role") == "img"
    names = (picture.get("aria-labelledby") or "").split()
    told = {it.get("id"): it.text for it in picture if it.get("id") in names}
    whole = (
        "1. The client sends. 2. It arrives & is answered."
        " 3. It arrives & is answered. ✗ violates few (the test) the broker has two"
    )
    assert list(told.values()) == ["a model: violates few (the test)", whole]


def test_a_late_message_comes_from_where_it_was_sent() -> None:
    arrows = [it for it in drawn(STORY).iter(f"{SVG}line") if it.get("marker-end")]
    slopes = [float(it.get("y2") or 0) - float(it.get("y1") or 0) for it in arrows]
    assert sorted(slope > 0 for slope in slopes) == [False, False, True, True]


def test_a_message_comes_from_the_last_moment_of_its_name_before_it() -> None:
    again = (*STEPS, Step(Action("send"), 2), Step(Action("arrive"), 3))
    story = story_of("a model", Violation("few", "the test", again), DRAWING)
    layout = laid_out(story)
    message = story.frames[2].event.messages[0]
    sends = [row.top for row in layout.rows if row.frame.event.moment]
    found = [layout.sent_at(message, row.end) for row in layout.rows]
    assert found[0] is None
    assert [bool(it and it > sends[1]) for it in found[1:]] == [False] * 3 + [True] * 2


def test_only_who_changed_is_drawn_and_who_is_to_blame() -> None:
    assert [sorted(frame.shown) for frame in STORY.frames] == [
        ["<broker>", "client"],
        [],
        ["<broker>"],
        ["<broker>"],
    ]
    framed = [it for it in drawn(STORY).iter(f"{SVG}rect") if it.get("stroke") == BLAME]
    assert len(framed) == 2  # the broker, and the text at the end


def test_a_specification_without_a_drawing_shows_its_fields() -> None:
    said = texts(drawn(story_of("plain", VIOLATION, PLAIN)))
    assert {"what changes", "state: 0", "state: 0 -> 1", "arrive()"} <= set(said)


def test_a_long_field_is_cut() -> None:
    steps = (Step(None, "x"), Step(Action("grow"), "x" * 200))
    said = texts(drawn(story_of("long", Violation("b", "s", steps), PLAIN)))
    assert max(map(len, said)) == 90


def test_what_is_as_it_should_be_is_not_red() -> None:
    picture = picture_of(example_of("good", VIOLATION, DRAWING))
    assert BLAME not in picture
    assert "✓ shows that few (the test)" in picture
