"""The networks that are known, and the weights that torchvision publishes for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One of torchvision's residual networks, see https://arxiv.org/abs/1512.03385."""

    name: str
    blocks: tuple[int, int, int, int]
    """Blocks in each of the four stages."""
    convolutions: int
    """Convolutions in a block."""
    dimensions: int
    """Channels of the last map."""


ARCHITECTURES = (
    Architecture(name="resnet18", blocks=(2, 2, 2, 2), convolutions=2, dimensions=512),
    Architecture(name="resnet34", blocks=(3, 4, 6, 3), convolutions=2, dimensions=512),
    Architecture(name="resnet50", blocks=(3, 4, 6, 3), convolutions=3, dimensions=2048),
    Architecture(name="resnet101", blocks=(3, 4, 23, 3), convolutions=3, dimensions=2048),
    Architecture(name="resnet152", blocks=(3, 8, 36, 3), convolutions=3, dimensions=2048),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Weights that torchvision publishes."""

    architecture: Architecture
    weights: str
    """Their name in torchvision's enumeration."""
    digest: str
    """The first 8 hex digits of the file's SHA-256."""
    licence: str = "BSD-3-Clause"

    @property
    def file_name(self) -> str:
        return f"{self.architecture.name}-{self.digest}.pth"


# The first recipe, not the second: label smoothing and mixing of pictures win on ImageNet's own classes, but their
# features tell other things apart less well, see https://arxiv.org/abs/2010.16402.
_DIGESTS = ("f37072fd", "b627a593", "0676ba61", "63fe2227", "394f9c45")
PUBLISHED = {
    architecture.name: Published(architecture=architecture, weights="IMAGENET1K_V1", digest=digest)
    for architecture, digest in zip(ARCHITECTURES, _DIGESTS, strict=True)
}
