"""How well photos find their shop picture, and garments their type."""

from __future__ import annotations

import torch
from torch.nn import functional

from tools.train.network import Student
from tools.train.store import Store


@torch.inference_mode()
def embed_all(student: Student, store: Store, side: int) -> torch.Tensor:
    """Return the vector of every picture, squeezed to `side` pixels each way."""
    student.eval()
    parts = []
    for pixels in store.pixels.split(64):
        small = functional.interpolate(pixels.float() / 255, side, mode="bilinear", antialias=True)
        parts.append(student.embed(student.maps(small)))
    return torch.cat(parts)


def recall(
    photos: torch.Tensor, right: torch.Tensor, shop: torch.Tensor, ranks: tuple[int, ...] = (1, 5)
) -> list[float]:
    """Return the share of photos whose right shop picture is among the first, for each rank."""
    order = (photos @ shop.T).argsort(dim=1, descending=True)
    place = (order == right[:, None]).float().argmax(dim=1)
    return [round(float((place < rank).float().mean()), 4) for rank in ranks]


def type_recall(queries: torch.Tensor, wanted: torch.Tensor, pool: torch.Tensor, labels: torch.Tensor) -> float:
    """Return how often the nearest picture of the pool has the same label."""
    known, usable = wanted >= 0, labels >= 0
    nearest = (queries[known] @ pool[usable].T).argmax(dim=1)
    return round(float((labels[usable][nearest] == wanted[known]).float().mean()), 4)
