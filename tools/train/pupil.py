"""A student with what only its training needs."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from tools.train.device import fast_numbers
from tools.train.feed import Lesson
from tools.train.losses import apart, distance_on_the_way, distance_to_goals, distance_to_teacher, same_neighbours
from tools.train.network import Student
from tools.train.teacher import Teacher

TYPES = 20
"""Most classes that a label of the garments may name."""


class Pupil(nn.Module):
    """A student with a translation of each stage to the teacher's channels, and one vector a type of garment."""

    def __init__(self, student: Student, channels: tuple[int, ...] = Teacher.channels) -> None:
        super().__init__()
        self.student = student
        widths = [student.head.in_features // 12 * times for times in (1, 2, 4, 8)]
        self.translations = nn.ModuleList(
            nn.Conv2d(width, count, 1) for width, count in zip(widths, channels, strict=True)
        )
        self.types = nn.Parameter(torch.randn(TYPES, student.head.out_features) * 0.1)

    def go_on(self, state: dict[str, torch.Tensor], *, anew: bool = False) -> None:
        """Take what another pupil knew, or a student alone; `anew` leaves out what has other dimensions.

        Raises RuntimeError where the student does not fit, unless it may begin anew.
        """
        own = self.state_dict()
        fitting = {key: value for key, value in state.items() if key not in own or value.shape == own[key].shape}
        missing, unknown = self.load_state_dict(fitting if anew else state, strict=False)
        lost = [key for key in missing if key.startswith("student.")]
        if unknown or (lost and not anew):
            raise RuntimeError(f"Expected the state of such a pupil: without {lost}, with {unknown}.")

    def losses(self, lesson: Lesson) -> list[torch.Tensor]:
        """Return the losses of one batch: to the teacher, its neighbours, things, types, on the way, to the goals."""
        with fast_numbers():
            maps = self.student.maps(lesson.images)
            said = [translate(values).float() for translate, values in zip(self.translations, maps, strict=True)]
        vectors = self.student.embed([values.float() for values in maps])
        wanted = [level.float() for level in lesson.wanted]
        goals = lesson.goals.float()
        hints = [distance_on_the_way(own, level) for own, level in zip(said[:-1], wanted[:-1], strict=True)]
        return [
            distance_to_teacher(said[-1], wanted[-1]),
            same_neighbours(vectors, goals),
            apart(vectors, lesson.things),
            self._kind_loss(vectors, lesson.types),
            torch.stack(hints).mean(),
            distance_to_goals(vectors, goals),
        ]

    def _kind_loss(self, vectors: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        known = types >= 0
        if not known.any():
            return vectors.new_zeros(())
        logits = vectors[known] @ functional.normalize(self.types).T * 12
        return functional.cross_entropy(logits, types[known])
