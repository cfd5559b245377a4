from __future__ import annotations

from logion.log.recent import GENERATION, RecentAppends


def test_the_latest_appends_are_remembered() -> None:
    recent = RecentAppends()
    for offset in range(10 * GENERATION):
        recent.add(offset, offset * 100, 100)
        for back in range(min(offset, GENERATION)):
            assert recent.find(offset - back) == ((offset - back) * 100, 100)


def test_old_appends_are_forgotten() -> None:
    recent = RecentAppends()
    for offset in range(10 * GENERATION):
        recent.add(offset, 0, 100)
    assert sum(recent.find(o) is not None for o in range(10 * GENERATION)) <= (
        2 * GENERATION
    )


def test_an_offset_inside_an_append_is_not_known() -> None:
    recent = RecentAppends()
    recent.add(5, 0, 100)
    assert recent.find(6) is None


def test_nothing_is_known_after_clearing() -> None:
    recent = RecentAppends()
    recent.add(5, 0, 100)
    recent.clear()
    assert recent.find(5) is None
