"""Makes the next batches in a process of its own while the network learns from this one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import multiprocessing
from torch.nn import functional

from tools.train.network import Teacher
from tools.train.views import Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A batch as the student gets it: the views at its size, and what the teacher says of them."""

    images: torch.Tensor
    wanted: list[torch.Tensor]
    """The teacher's maps, float16, each of shape (views, channels, rows, columns)."""
    things: torch.Tensor
    types: torch.Tensor


@contextmanager
def feed(
    make: Callable[[], Batch], teacher: Teacher, *, side: int, teacher_side: int, seed: int
) -> Iterator[Iterator[Lesson]]:
    """Yield an endless stream of lessons; `make` must be picklable, its tensors lie in shared memory."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue(maxsize=2)
    process = context.Process(target=_produce, args=(queue, make, teacher, side, teacher_side, seed), daemon=True)
    process.start()
    try:
        yield iter(lambda: Lesson(**queue.get()), None)  # type: ignore[arg-type]
    finally:
        process.kill()
        process.join()


def echo(lessons: Iterator[Lesson], times: int, among: int = 12) -> Iterator[Lesson]:
    """Yield each lesson so many times, mirrored or not, others in between: making one is as dear as learning from it.

    Source: data echoing, https://arxiv.org/abs/1907.05550.
    """
    waiting: list[Lesson] = []
    for lesson in lessons:
        waiting += [lesson] * times
        while len(waiting) > among * times:
            taken = waiting.pop(random.randrange(len(waiting)))
            yield _mirrored(taken) if random.random() < 0.5 else taken


def _mirrored(lesson: Lesson) -> Lesson:
    return replace(lesson, images=lesson.images.flip(3), wanted=[values.flip(3) for values in lesson.wanted])


def seed_everything(seed: int) -> None:
    """Make a run repeatable, as far as threads allow."""
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)


def _produce(queue, make, teacher, side, teacher_side, seed) -> None:  # type: ignore[no-untyped-def]
    seed_everything(seed)
    torch.set_num_threads(1)
    while True:
        batch = make()
        seen = functional.interpolate(batch.images, teacher_side, mode="bilinear", antialias=True)
        # Small parts stay in the processor's cache.
        parts = [teacher(part) for part in seen.split(16)]
        wanted = [torch.cat(level).half() for level in zip(*parts, strict=True)]
        small = functional.interpolate(batch.images, side, mode="bilinear", antialias=True)
        queue.put(
            {
                "images": small,
                "wanted": [level.clone() for level in wanted],
                "things": batch.things,
                "types": batch.types,
            }
        )
