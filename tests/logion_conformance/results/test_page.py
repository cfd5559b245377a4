from __future__ import annotations

from html.parser import HTMLParser

from logion_conformance.results.page import page

from tests.logion_conformance.results.made import EARLY, MIXED, case, report, trial

OTHER = report(case("produce.broken", trial("PASS", 3)), name="<other>")
SINGLE = ("meta", "input")


class Reader(HTMLParser):
    """What a page consists of."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in SINGLE:
            self.open.append(tag)
        if tag != "a":
            self.addresses += [found[it] or "" for it in ("src", "href") if it in found]
        self.ids += [found["id"] or ""] if "id" in found else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(text: str) -> Reader:
    found = Reader()
    found.feed(text)
    assert found.open == []
    return found


def test_a_page_is_whole_and_asks_nobody_for_more() -> None:
    found = parsed(page((MIXED, OTHER)))
    assert found.addresses == []
    ids = [it for it in found.ids if it != "detail-title"]
    assert len(ids) == len(set(ids))
    assert {"differing", "matrix", "produce.broken/0", "produce.broken/1"} <= set(ids)


def test_differences_come_before_all_cases() -> None:
    made = page((MIXED, OTHER))
    assert 0 < made.index('id="differing"') < made.index('id="matrix"')
    assert "6 of 6 cases differ." in made


def test_one_target_has_no_differences() -> None:
    assert "differing" not in parsed(page((MIXED,))).ids


def test_names_are_words() -> None:
    assert "<other>" not in page((MIXED, OTHER))


def test_a_target_that_did_not_start_says_why() -> None:
    made = page((report(name="apache-0.7", trouble="no such release"),))
    assert "apache-0.7 was not judged: no such release" in made


def test_a_run_that_ended_early_is_no_fine_one() -> None:
    made = page((EARLY,))
    assert '<p class="conclusion trouble">' in made
    assert "ended early: 5 of 40 cases judged" in made


def test_each_table_says_what_its_signs_mean() -> None:
    made = page((MIXED, OTHER))
    assert made.count("\N{CHECK MARK}\N{NO-BREAK SPACE}PASS") == 2
