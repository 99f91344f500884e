"""The networks that are known, and the weights that are published for them or shipped with this package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

EXPANSION = {2: 1, 3: 4}
"""How many times more channels a block gives than its convolutions have, by their number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One of torchvision's residual networks, see https://arxiv.org/abs/1512.03385, perhaps with narrower stages."""

    name: str
    blocks: tuple[int, int, int, int]
    """Blocks in each of the four stages."""
    convolutions: int
    """Convolutions in a block."""
    width: int = 64
    """Channels of the first convolution and of the first stage; each later stage has twice as many."""

    @property
    def channels(self) -> tuple[int, int, int, int]:
        """Channels of each stage's map."""
        first = self.width * EXPANSION[self.convolutions]
        return first, 2 * first, 4 * first, 8 * first


ARCHITECTURES = (
    Architecture(name="resnet18", blocks=(2, 2, 2, 2), convolutions=2),
    Architecture(name="resnet34", blocks=(3, 4, 6, 3), convolutions=2),
    Architecture(name="resnet50", blocks=(3, 4, 6, 3), convolutions=3),
    Architecture(name="resnet101", blocks=(3, 4, 23, 3), convolutions=3),
    Architecture(name="resnet152", blocks=(3, 8, 36, 3), convolutions=3),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Weights that torchvision publishes."""

    architecture: Architecture
    digest: str
    """The first 8 hex digits of the file's SHA-256."""
    licence: str = "BSD-3-Clause"

    @property
    def file_name(self) -> str:
        return f"{self.architecture.name}-{self.digest}.pth"

    @property
    def url(self) -> str:
        return f"https://download.pytorch.org/models/{self.file_name}"


# The first recipe, not the second: label smoothing and mixing of pictures win on ImageNet's own classes, but their
# features tell other things apart less well, see https://arxiv.org/abs/2010.16402.
_DIGESTS = ("f37072fd", "b627a593", "0676ba61", "63fe2227", "394f9c45")
PUBLISHED = {
    architecture.name: Published(architecture=architecture, digest=digest)
    for architecture, digest in zip(ARCHITECTURES, _DIGESTS, strict=True)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """Weights that lie in this package, with a model card beside them.

    A name means the same vectors for ever: better weights get another name.
    """

    name: str
    dimensions: int
    licence: str

    @property
    def path(self) -> Path:
        return Path(__file__).parent / "shipped" / f"{self.name}.safetensors"


SHIPPED = {"products-4": Shipped(name="products-4", dimensions=256, licence="MIT")}
"""By name; `tools/train` makes them."""
