"""Makes the lessons that the network learns from, and lets it learn from each several times."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import torch
from torch.nn import functional

from tools.train.teacher import Teacher
from tools.train.views import Batch

AT_ONCE = 3
"""Lessons in one step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A batch as the student gets it: the views at its size, and what the teacher says of them."""

    images: torch.Tensor
    wanted: list[torch.Tensor]
    """The teacher's maps at the student's size, float16, each of shape (views, channels, rows, columns)."""
    goals: torch.Tensor
    """Where the teacher would have the vectors, one place for all views of a thing: float16, (views, dimensions)."""
    things: torch.Tensor
    types: torch.Tensor


def feed(make: Callable[[], Batch], teacher: Teacher, *, side: int) -> Iterator[Lesson]:
    """Yield lessons without end: views, and what the teacher says of them."""
    while True:
        batch = make()
        maps = teacher.look(batch.images)
        goals = _shared(teacher.place(maps[-1]), batch.things, batch.counts)
        wanted = [
            functional.interpolate(values, -(-side // step), mode="bilinear", antialias=True).half().clone()
            for values, step in zip(maps, (4, 8, 16, 32), strict=True)
        ]
        small = functional.interpolate(batch.images, side, mode="bilinear", antialias=True)
        yield Lesson(images=small, wanted=wanted, goals=goals.half(), things=batch.things, types=batch.types)


def _shared(vectors: torch.Tensor, things: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """Return the mean direction of each thing's views, for each of them; an image of no thing keeps its own."""
    same = (things[:, None] == things[None, :]) & (things[:, None] >= 0)
    same.fill_diagonal_(True)
    return functional.normalize((same * counts) @ vectors)


def echo(lessons: Iterator[Lesson], times: int, among: int) -> Iterator[Lesson]:
    """Yield three lessons as one, of up to `among` that are kept: each is learnt from some `times`, mirrored or not.

    Making a lesson is as dear as learning from it. Source: data echoing, https://arxiv.org/abs/1907.05550.
    """
    kept: list[Lesson] = []
    for turn in count():
        fresh = len(kept) < min(6, among) or turn * AT_ONCE % times < AT_ONCE
        if fresh:
            if len(kept) == among:
                kept.pop(random.randrange(among))
            kept.append(next(lessons))
        # The newest is taken for sure: none goes unseen.
        yield _together(kept[-1] if fresh else random.choice(kept), *random.choices(kept, k=AT_ONCE - 1))


def _together(*lessons: Lesson) -> Lesson:
    lessons = tuple(_mirrored(one) if random.random() < 0.5 else one for one in lessons)
    return Lesson(
        images=torch.cat([one.images for one in lessons]),
        wanted=[torch.cat(levels) for levels in zip(*(one.wanted for one in lessons), strict=True)],
        goals=torch.cat([one.goals for one in lessons]),
        things=torch.cat([one.things for one in lessons]),
        types=torch.cat([one.types for one in lessons]),
    )


def _mirrored(lesson: Lesson) -> Lesson:
    return replace(lesson, images=lesson.images.flip(3), wanted=[values.flip(3) for values in lesson.wanted])


def seed_everything(seed: int) -> None:
    """Make a run repeatable, as far as threads allow."""
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)
