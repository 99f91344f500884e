"""First stage: what pictures show in general: from a teacher, from types of garments, from two views of one thing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

import torch
from tqdm import tqdm

from tools.train.feed import Lesson, echo, feed
from tools.train.pupil import Pupil
from tools.train.store import Store
from tools.train.teacher import Teacher
from tools.train.things import Things
from tools.train.views import Batch, join, strange_views, thing_views, two_views

KEPT = 200
"""Lessons that are kept to be learnt from again, fewer where each has more views."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How long and how hard a part of the training is."""

    minutes: float
    rate: float
    side: int
    """Pixels each way that the student sees."""
    falls_to: float = 0.02
    """Share of the rate that is left at the end, on half a cosine."""
    weights: tuple[float, ...] = (1.0, 0.2, 0.15, 0.1, 1.0, 3.0)
    """Of the losses: to the teacher, its neighbours, things, types, on the way, to the goals."""
    echoes: int = 5
    """How often each batch is learnt from."""
    warm_up: int = 50
    """Steps in which the rate rises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What general lessons are made of."""

    garments: Store
    scenery: Store
    """Garments and whatever else photos show."""
    things: Things
    designs: Things
    times: int = 1
    """How many times as many views a lesson has."""

    def views(self, garments: int, scenery: int, things: int, designs: int, strange: int) -> Batch:
        """Return a batch of so many of each; each thing has a number of its own."""
        first = len(self.scenery)
        return join(
            two_views(self.garments, garments, self.scenery),
            two_views(self.scenery, scenery, self.scenery),
            thing_views(self.things, self.scenery, things, first),
            thing_views(self.designs, self.scenery, designs, first + len(self.things)),
            strange_views(self.scenery, self.things, strange),
        )

    def lesson(self, **counts: int) -> Batch:
        """Return a batch of so many of each, or as many times as many as a lesson has."""
        return self.views(**{name: count * self.times for name, count in counts.items()})

    @property
    def size(self) -> int:
        """How many numbers of things are taken."""
        return len(self.scenery) + len(self.things) + len(self.designs)


def pretrain(pupil: Pupil, teacher: Teacher, world: World, stage: Stage, out: Path) -> None:
    """Train until the time is over, storing the pupil every five minutes."""
    make = partial(world.lesson, garments=6, scenery=5, things=11, designs=3, strange=8)
    lessons = feed(make, teacher, side=stage.side)
    learn(pupil, echo(lessons, stage.echoes, KEPT // world.times), stage, out)


def learn(pupil: Pupil, lessons: Iterator[Lesson], stage: Stage, out: Path) -> None:
    """Take lessons until the time is over."""
    optimiser = torch.optim.AdamW(pupil.parameters(), lr=stage.rate, weight_decay=0.03)
    pupil.train()
    begun, stored, step = monotonic(), monotonic(), 0
    with tqdm(total=round(stage.minutes * 60), unit="s", mininterval=20) as bar:
        while (share := (monotonic() - begun) / (stage.minutes * 60)) < 1:
            fall = stage.falls_to + (1 - stage.falls_to) * 0.5 * (1 + math.cos(math.pi * share))
            for group in optimiser.param_groups:
                group["lr"] = stage.rate * fall * min((step + 1) / stage.warm_up, 1)
            losses = pupil.losses(next(lessons))
            optimiser.zero_grad()
            torch.stack([weight * one for weight, one in zip(stage.weights, losses, strict=True)]).sum().backward()
            torch.nn.utils.clip_grad_norm_(pupil.parameters(), 3.0)
            optimiser.step()
            step += 1
            bar.update(round(monotonic() - begun) - bar.n)
            bar.set_postfix_str(f"{step} " + " ".join(f"{one.item():.3f}" for one in losses))
            if monotonic() - stored > 300:
                stored = monotonic()
                torch.save(pupil.state_dict(), out)
    torch.save(pupil.state_dict(), out)
