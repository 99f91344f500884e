from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("openvino")

from tools.train.network import Student  # noqa: E402 - only where torch is
from tools.train.pupil import Pupil  # noqa: E402


def test_a_pupil_goes_on_from_what_another_knew() -> None:
    first, second = Pupil(Student(8)), Pupil(Student(8))

    second.go_on(first.state_dict())

    for key, value in first.state_dict().items():
        torch.testing.assert_close(second.state_dict()[key], value)


def test_a_pupil_of_another_teacher_keeps_its_own_head_where_it_may_begin_anew() -> None:
    first, second = Pupil(Student(8)), Pupil(Student(8, dimensions=32), channels=(24, 32, 96, 40))
    head = second.student.head.weight.detach().clone()

    second.go_on(first.state_dict(), anew=True)

    torch.testing.assert_close(second.student.head.weight, head)
    torch.testing.assert_close(second.student.conv1.weight, first.student.conv1.weight)
    torch.testing.assert_close(second.translations[0].weight, first.translations[0].weight)


def test_a_head_that_does_not_fit_is_an_error_where_it_may_not_begin_anew() -> None:
    with pytest.raises(RuntimeError, match="head"):
        Pupil(Student(8, dimensions=32)).go_on(Pupil(Student(8)).state_dict())


def test_a_student_alone_is_enough_and_a_part_of_one_is_not() -> None:
    state = {f"student.{key}": value for key, value in Student(8).state_dict().items()}
    Pupil(Student(8)).go_on(state)
    del state["student.conv1.weight"]

    with pytest.raises(RuntimeError, match=r"without \['student.conv1.weight'\]"):
        Pupil(Student(8)).go_on(state)
