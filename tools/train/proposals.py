"""Third stage: where in a picture objects are, of whatever kind; read off the maps of the finished network.

Things are put into rooms, so that it is known where they are.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import monotonic

import torch
from torch.nn import functional
from tqdm import tqdm

from tools.train.device import fast_numbers
from tools.train.network import Student
from tools.train.rooms import Rooms, furnish

AT_ONCE, MOST = 32, 6
STEPS, AMONG = 6, 400
"""Steps that each new batch is followed by, and how many batches they are drawn from."""
RATE = 2e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the network makes of some rooms, and where things are in them."""

    maps: torch.Tensor
    """The last two maps, float16, (rooms, channels, rows, columns)."""
    rooms: Rooms
    """Without their images, which would fill the memory."""


def learn_proposals(
    student: Student, things: torch.Tensor, kept: torch.Tensor, world: torch.Tensor, *, side: int, minutes: float
) -> float:
    """Teach the student to propose regions; return how wrong it is about things that it has not seen.

    `things`, and `kept` which are not learnt from, are uint8 (n, 4, side, side), transparent where the thing is not;
    `world` are photos for the surfaces.
    """
    student.eval()
    layers = student.proposals.requires_grad_(True)
    optimiser = torch.optim.AdamW(layers.parameters(), lr=RATE, weight_decay=0.02)
    pool: list[Seen] = []
    begun = monotonic()
    with tqdm(total=round(minutes * 60), unit="s", desc="regions", mininterval=10) as bar:
        while (share := (monotonic() - begun) / (minutes * 60)) < 1:
            if len(pool) == AMONG:
                pool.pop(random.randrange(AMONG))
            pool.append(_look(student, furnish(things, world, AT_ONCE, MOST), side))
            for group in optimiser.param_groups:
                group["lr"] = RATE * (1 - share)
            for one in [pool[-1], *random.choices(pool, k=STEPS - 1)]:
                optimiser.zero_grad()
                loss = proposal_loss(layers(one.maps.float()).sigmoid(), one.rooms)
                loss.backward()
                optimiser.step()
            bar.update(round(monotonic() - begun) - bar.n)
            bar.set_postfix_str(f"{loss.item():.3f}")
    layers.requires_grad_(False)
    unseen = [_look(student, furnish(kept, world, AT_ONCE, MOST), side) for _ in range(12)]
    return sum(float(proposal_loss(layers(one.maps.float()).sigmoid(), one.rooms)) for one in unseen) / len(unseen)


def take_proposals(student: Student, state: Mapping[str, torch.Tensor]) -> None:
    """Let the student propose regions as another of the same start does, which has learnt it, to save the time."""
    own = "proposals."
    student.proposals.load_state_dict(
        {key.removeprefix(own): value for key, value in state.items() if key.startswith(own)}
    )


def proposal_loss(said: torch.Tensor, rooms: Rooms) -> torch.Tensor:
    """Return how wrong the proposals of each place are; `said` is 0 to 1, (rooms, 5, rows, columns).

    A place in a thing is to name the thing's edges, that of the smallest where there are several, and how good the
    region is: its intersection over union with the thing. Source: FCOS, https://arxiv.org/abs/1904.01355, with the
    quality in place of the distance from the centre, https://arxiv.org/abs/2006.04388.
    """
    wanted, inside = _wanted(rooms, *said.shape[2:])
    overlap = _intersection_over_union(said[:, 1:], wanted)
    quality = (overlap.detach() * inside).clamp(0, 1)
    score = said[:, 0]
    doubt = functional.binary_cross_entropy(score, quality, reduction="none") * (score - quality).detach().abs() ** 2
    edges = -(overlap.clamp(min=1e-3).log() * inside).sum() / inside.sum().clamp(min=1)
    return 4 * doubt.sum() / inside.sum().clamp(min=1) + edges


@torch.inference_mode()
def _look(student: Student, rooms: Rooms, side: int) -> Seen:
    images = functional.interpolate(rooms.images, side, mode="bilinear", antialias=True)
    with fast_numbers():
        maps = student.maps(images)
    return Seen(
        maps=student.last_maps([values.float() for values in maps]).half().clone(),
        rooms=replace(rooms, images=torch.empty(0)),
    )


def _wanted(rooms: Rooms, rows: int, columns: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return how far the edges of the thing are at each place, (rooms, 4, rows, columns), and whether one is there."""
    x = ((torch.arange(columns) + 0.5) / columns).expand(rows, columns)
    y = ((torch.arange(rows) + 0.5) / rows)[:, None].expand(rows, columns)
    left, top, right, bottom = rooms.edges[..., None, None].unbind(2)
    distances = torch.stack([x - left, y - top, right - x, bottom - y], dim=2)
    inside = (distances > 0).all(2) & rooms.seen[..., None, None]
    area = torch.where(inside, (right - left) * (bottom - top), torch.inf)
    smallest = area.argmin(1)[:, None, None].expand(-1, 1, 4, -1, -1)
    return distances.gather(1, smallest)[:, 0].clamp(min=0), inside.any(1).float()


def _intersection_over_union(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Return it of regions around the same places, given by the distances of their edges, (n, 4, rows, columns)."""
    common = torch.minimum(one, other)
    areas = [(part[:, 0] + part[:, 2]) * (part[:, 1] + part[:, 3]) for part in (common, one, other)]
    return areas[0] / (areas[1] + areas[2] - areas[0]).clamp(min=1e-6)
