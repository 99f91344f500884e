"""Third stage: where in a picture an object is, of whatever kind; read off the maps of the finished network.

Drawn goods and shop pictures are put into scenes, so that it is known where they are.
"""

from __future__ import annotations

import torch
from torch.nn import functional
from tqdm import tqdm

from tools.train.augment import as_phone_sees
from tools.train.network import Student
from tools.train.scenes import SIDE, grounds, scenes

PICTURES, AT_ONCE = 1600, 40
SHARES = (1.0, 0.6, 0.4)
"""Of pictures with one kind of thing, with a second, with a third."""


def learn_objectness(student: Student, designs: torch.Tensor, world: torch.Tensor, side: int) -> float:
    """Fit the student's objectness; returns the share of unseen places that it gets right, each side weighing half.

    `designs` are uint8 (n, 4, side, side), transparent where the thing is not; `world` are photos for the grounds,
    seen so close that they show surfaces.
    """
    student.eval()
    batches = [
        _places(student, designs, world, side) for _ in tqdm(range(PICTURES // AT_ONCE), desc="places", disable=None)
    ]
    values, covered = (torch.cat(part) for part in zip(*batches, strict=True))
    known = (covered < 0.2) | (covered > 0.6)
    values, wanted = values[known], (covered[known] > 0.5).float()
    unseen = len(wanted) // 5
    weight, bias = _fit_logistic(values[unseen:], wanted[unseen:])
    with torch.no_grad():
        student.objectness.weight.copy_(weight[None, :, None, None])
        student.objectness.bias.copy_(bias)
    said = values[:unseen] @ weight + bias > 0
    right = [(said[wanted[:unseen] == kind] == bool(kind)).float().mean() for kind in (0, 1)]
    return float(torch.stack(right).mean())


@torch.inference_mode()
def _places(
    student: Student, designs: torch.Tensor, world: torch.Tensor, side: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what the maps say at every place of some pictures, (places, channels), and how far it is covered."""
    images = torch.cat([grounds(world, AT_ONCE, area=(0.005, 0.08)), torch.zeros(AT_ONCE, 1, SIDE, SIDE)], dim=1)
    for share in SHARES:
        chosen = designs[torch.randint(len(designs), (AT_ONCE,))]
        part = torch.rand(AT_ONCE) < share
        images[part] = scenes(chosen[part], images[part])
    cover = images[:, 3:]
    seen = functional.interpolate(as_phone_sees(images[:, :3]), side, mode="bilinear", antialias=True)
    both = student.last_maps(student.maps(seen))
    covered = functional.interpolate(cover, both.shape[2:], mode="area")
    return both.permute(0, 2, 3, 1).flatten(0, 2), covered.flatten()


def _fit_logistic(values: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return weight and bias; each channel is scaled while it is fitted, both answers weigh the same."""
    scale = values.std(0) + 1e-4
    weight = torch.zeros(values.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=60, line_search_fn="strong_wolfe")
    balance = torch.where(wanted == 1, 0.5 / wanted.mean(), 0.5 / (1 - wanted.mean()))
    scaled = values / scale

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        logits = scaled @ weight + bias
        loss = functional.binary_cross_entropy_with_logits(logits, wanted, balance) + 1e-3 * weight.square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)  # type: ignore[arg-type]
    return (weight / scale).detach(), bias.detach()
