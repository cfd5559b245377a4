from __future__ import annotations

from logion.broker.faults.pictures import PICTURES_MAX, Pictures
from logion.cluster.image import ClusterImage
from logion.testing.clock import FakeClock


def image(number: int) -> ClusterImage:
    return ClusterImage(cluster_id=str(number))


def drawn(count: int) -> tuple[Pictures, FakeClock]:
    """Return the pictures 0 to `count`, each ten milliseconds in force but the last."""
    clock = FakeClock()
    pictures = Pictures(clock)
    for number in range(count):
        clock.advance(10)
        pictures.note(image(number), image(number + 1))
    return pictures, clock


def test_a_picture_is_found_by_how_many_changes_ago_it_was() -> None:
    pictures, _ = drawn(3)
    found = [pictures.changes_ago(count, image(3)).cluster_id for count in (1, 2, 3, 9)]
    assert found == ["2", "1", "0", "0"]


def test_a_picture_is_found_by_when_it_was() -> None:
    pictures, clock = drawn(3)
    clock.advance(5)
    found = [pictures.ms_ago(ms, image(3)).cluster_id for ms in (1, 5, 6, 15, 16, 99)]
    assert found == ["3", "3", "2", "2", "1", "0"]


def test_before_any_change_the_present_picture_is_the_only_one() -> None:
    pictures, _ = drawn(0)
    assert pictures.changes_ago(1, image(7)) == image(7)
    assert pictures.ms_ago(1, image(7)) == image(7)


def test_a_bounded_number_is_kept() -> None:
    pictures, _ = drawn(PICTURES_MAX + 5)
    assert pictures.changes_ago(99, image(99)) == image(5)
