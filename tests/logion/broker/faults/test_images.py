from __future__ import annotations

from logion.broker.faults.images import IMAGES_MAX, PastImages
from logion.cluster.image import ClusterImage
from logion.testing.clock import FakeClock


def image(number: int) -> ClusterImage:
    return ClusterImage(cluster_id=str(number))


def drawn(count: int) -> tuple[PastImages, FakeClock]:
    """Return the images 0 to `count`, each ten milliseconds in force but the last."""
    clock = FakeClock()
    images = PastImages(clock)
    for number in range(count):
        clock.advance(10)
        images.note(image(number), image(number + 1))
    return images, clock


def test_a_image_is_found_by_how_many_changes_ago_it_was() -> None:
    images, _ = drawn(3)
    found = [images.changes_ago(count, image(3)).cluster_id for count in (1, 2, 3, 9)]
    assert found == ["2", "1", "0", "0"]


def test_a_image_is_found_by_when_it_was() -> None:
    images, clock = drawn(3)
    clock.advance(5)
    found = [images.ms_ago(ms, image(3)).cluster_id for ms in (1, 5, 6, 15, 16, 99)]
    assert found == ["3", "3", "2", "2", "1", "0"]


def test_before_any_change_the_present_image_is_the_only_one() -> None:
    images, _ = drawn(0)
    assert images.changes_ago(1, image(7)) == image(7)
    assert images.ms_ago(1, image(7)) == image(7)


def test_a_bounded_number_is_kept() -> None:
    images, _ = drawn(IMAGES_MAX + 5)
    assert images.changes_ago(99, image(99)) == image(5)
