from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count, islice

import pytest

torch = pytest.importorskip("torch")

from tools.train.feed import AT_ONCE, Lesson, echo, feed  # noqa: E402 - only where torch is
from tools.train.views import Batch  # noqa: E402


def lessons() -> Iterator[Lesson]:
    for number in count():
        image, place = torch.full((1, 3, 2, 2), float(number)), torch.tensor([number])
        yield Lesson(images=image, wanted=[image[:, :1]], goals=image[:, 0, 0, :1], things=place, types=-place)


def test_each_lesson_is_learnt_from_about_as_often_as_is_asked() -> None:
    taken = Counter(
        int(number) for lesson in islice(echo(lessons(), times=5, among=30), 500) for number in lesson.things
    )

    assert sum(taken.values()) == 500 * AT_ONCE
    assert set(taken) == set(range(max(taken) + 1))
    assert 4 < sum(taken.values()) / len(taken) < 6


def test_what_belongs_together_stays_together() -> None:
    for lesson in islice(echo(lessons(), times=3, among=20), 50):
        assert lesson.images[:, 0, 0, 0].tolist() == lesson.things.tolist()
        assert lesson.goals[:, 0].tolist() == lesson.things.tolist()
        assert lesson.wanted[0][:, 0, 0, 0].tolist() == (-lesson.types).tolist()


class Teacher:
    """Sees the mean colour of every place, and says it."""

    def look(self, images: torch.Tensor) -> list[torch.Tensor]:
        return [torch.nn.functional.avg_pool2d(images, step) for step in (4, 8, 16, 32)]

    def place(self, last: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.normalize(last.mean((2, 3)))


def test_all_views_of_a_thing_have_one_goal_by_what_each_counts_and_other_pictures_their_own() -> None:
    torch.manual_seed(1)
    images = torch.rand(4, 3, 1, 1).expand(4, 3, 64, 64)
    counts = torch.tensor([1.0, 0.3, 1, 1])
    batch = Batch(images=images, things=torch.tensor([7, 7, -1, -1]), types=torch.full((4,), -1), counts=counts)

    goals = next(feed(lambda: batch, Teacher(), side=32)).goals.float()

    own = torch.nn.functional.normalize(images[:, :, 0, 0])
    between = torch.nn.functional.normalize(own[0] + 0.3 * own[1], dim=0)
    assert torch.allclose(goals, torch.stack([between, between, own[2], own[3]]), atol=0.01)
