from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count, islice

import pytest

torch = pytest.importorskip("torch")

from tools.train.feed import AT_ONCE, Lesson, echo  # noqa: E402 - only where torch is


def lessons() -> Iterator[Lesson]:
    for number in count():
        image, place = torch.full((1, 3, 2, 2), float(number)), torch.tensor([number])
        yield Lesson(images=image, wanted=[image[:, :1]], things=place, types=-place)


def test_each_lesson_is_learnt_from_about_as_often_as_is_asked() -> None:
    taken = Counter(
        int(number) for lesson in islice(echo(lessons(), times=5, among=30), 500) for number in lesson.things
    )

    assert sum(taken.values()) == 500 * AT_ONCE
    assert set(taken) == set(range(max(taken) + 1))
    assert 4 < sum(taken.values()) / len(taken) < 6


def test_what_belongs_together_stays_together() -> None:
    for lesson in islice(echo(lessons(), times=3), 50):
        assert lesson.images[:, 0, 0, 0].tolist() == lesson.things.tolist()
        assert lesson.wanted[0][:, 0, 0, 0].tolist() == (-lesson.types).tolist()
