from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from tools.train.average import average  # noqa: E402 - only where torch is
from tools.train.network import Student  # noqa: E402
from tools.train.pupil import Pupil  # noqa: E402


class World:
    """Gives two pictures of chance at a time."""

    def views(self, **_: int) -> World:
        self.images = torch.rand(2, 3, 32, 32)
        return self


def test_the_second_gets_the_mean_of_both_and_statistics_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.train.average.SIDE", 64)
    torch.manual_seed(1)
    first, second = Pupil(Student(8)), Pupil(Student(8))
    ones = [pupil.student.state_dict()["conv1.weight"].clone() for pupil in (first, second)]
    translation = second.translations[0].weight.clone()

    average(first, second, World())

    state = second.student.state_dict()
    torch.testing.assert_close(state["conv1.weight"], (ones[0] + ones[1]) / 2)
    assert (state["bn1.running_mean"] != 0).all()
    assert state["bn1.num_batches_tracked"] == 12
    assert second.student.bn1.momentum == 0.1
    torch.testing.assert_close(second.translations[0].weight, translation)
