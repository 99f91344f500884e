from __future__ import annotations

from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")

from tools.train.average import BATCHES, average, take_statistics  # noqa: E402 - only where torch is
from tools.train.network import Student  # noqa: E402
from tools.train.pupil import Pupil  # noqa: E402


class World:
    """Gives two pictures of chance at a time."""

    def views(self, **_: int) -> SimpleNamespace:
        return SimpleNamespace(images=torch.rand(2, 3, 32, 32))


def test_the_second_counts_by_its_share() -> None:
    torch.manual_seed(1)
    first, second = Pupil(Student(8)), Pupil(Student(8))
    torch.nn.init.constant_(second.student.bn1.running_mean, 2.0)
    one, other = (pupil.student.conv1.weight.detach().clone() for pupil in (first, second))
    translation = second.translations[0].weight.clone()

    average(first.state_dict(), second, 0.75)

    torch.testing.assert_close(second.student.conv1.weight, (one + 3 * other) / 4)
    assert (second.student.bn1.running_mean == 1.5).all()
    torch.testing.assert_close(second.translations[0].weight, translation)


def test_a_head_of_other_dimensions_stays_the_seconds() -> None:
    first, second = Pupil(Student(8)), Pupil(Student(8, dimensions=32))
    head, mean = (
        second.student.head.weight.detach().clone(),
        torch.lerp(first.student.conv1.weight.detach(), second.student.conv1.weight.detach(), 0.5),
    )

    average(first.state_dict(), second)

    torch.testing.assert_close(second.student.head.weight.detach(), head)
    torch.testing.assert_close(second.student.conv1.weight.detach(), mean)


def test_statistics_are_those_of_the_world_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.train.average.SIDE", 64)
    torch.manual_seed(1)
    student = Student(8)
    torch.nn.init.constant_(student.bn1.running_mean, 1000.0)

    take_statistics(student, World())

    assert (student.bn1.running_mean.abs() < 10).all()
    assert student.bn1.num_batches_tracked == BATCHES
    assert student.bn1.momentum == 0.1
