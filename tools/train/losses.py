"""What a step of training makes smaller."""

from __future__ import annotations

import torch
from torch.nn import functional


def distance_to_teacher(own: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Return how far the directions are apart at every place of the map and in its mean; maps (n, c, rows, columns).

    0 is equal, 1 unrelated.
    """
    everywhere = 1 - functional.cosine_similarity(own, teacher, dim=1)
    pooled = 1 - functional.cosine_similarity(own.mean((2, 3)), teacher.mean((2, 3)), dim=1)
    return everywhere.mean() + 2 * pooled.mean()


def distance_on_the_way(own: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Return the mean squared distance of two maps whose channels have deviation 1; 0 is equal, 1 says nothing.

    Hints for the lower stages, which the gradient of the last one reaches late. Source: https://arxiv.org/abs/1412.6550.
    """
    return functional.mse_loss(own, teacher)


def distance_to_goals(vectors: torch.Tensor, goals: torch.Tensor) -> torch.Tensor:
    """Return how far unit vectors are from where the teacher would have them; 0 is there, 1 unrelated."""
    return 1 - (vectors * goals).sum(1).mean()


def same_neighbours(vectors: torch.Tensor, goals: torch.Tensor, heat: float = 0.1) -> torch.Tensor:
    """Return how differently unit vectors rank the other images of the batch: Kullback-Leibler of the similarities.

    Source: relational distillation, https://arxiv.org/abs/1904.05068, in the form of https://arxiv.org/abs/2101.04731.
    """
    own_logits, wanted_logits = (_without_self(values @ values.T) / heat for values in (vectors, goals))
    return functional.kl_div(
        own_logits.log_softmax(1), wanted_logits.log_softmax(1), log_target=True, reduction="batchmean"
    )


def apart(vectors: torch.Tensor, labels: torch.Tensor, heat: float = 0.08) -> torch.Tensor:
    """Return the supervised contrastive loss: images of one label close, others far; a label of -1 takes no part.

    Source: SupCon, https://arxiv.org/abs/2004.11362, equation 2.
    """
    logits = _without_self(vectors @ vectors.T / heat)
    same = (labels[:, None] == labels[None, :]) & (labels[:, None] >= 0)
    same.fill_diagonal_(False)
    has_partner = same.any(1)
    log_share = logits.log_softmax(1)
    mean = torch.where(same, log_share, 0.0).sum(1)[has_partner] / same.sum(1)[has_partner]
    return -mean.mean() if has_partner.any() else logits.new_zeros(())


def _without_self(similarities: torch.Tensor) -> torch.Tensor:
    return similarities - 1e4 * torch.eye(len(similarities))
