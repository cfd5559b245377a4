"""The page: every step, what it changed, and controls that say what they are."""

from __future__ import annotations

import re

from logion_model.pictures.page import page_of

from tests.logion_model.pictures.test_svg import STORY

PAGE = page_of(STORY)


def test_every_step_has_a_section_and_a_line_in_words() -> None:
    assert re.findall(r'id="(step-\d+)"', PAGE) == [f"step-{n}" for n in range(4)]
    assert '<li><a href="#step-1">The client sends</a> <code>send()</code></li>' in PAGE
    assert "<td>state</td><td>0</td><td>1</td>" in PAGE


def test_ids_are_there_once() -> None:
    ids = re.findall(r' id="([^"]+)"', PAGE)
    assert len(ids) == len(set(ids))


def test_controls_have_names() -> None:
    assert 'aria-label="step of the trace"' in PAGE
    for name in ("First", "Back", "Next", "Last"):
        assert re.search(rf"<button[^>]*>[^<]*{name}[^<]*</button>", PAGE)


def test_the_end_is_told_in_the_first_lines() -> None:
    ending = '<p class="ending">violates few (the test): the broker has two</p>'
    assert f"<h1>a model</h1>{ending}" in PAGE
