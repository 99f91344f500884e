"""Things on transparent ground, each seen from one side or several."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from tools.train.device import here

SIDE = 192
KEPT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """Views of things; those of one thing lie one after the other, the first is the one that a shop would show."""

    pixels: torch.Tensor
    """uint8, shape (views, 4, SIDE, SIDE)."""
    first: torch.Tensor
    """The place of each thing's first view, int64."""
    views: torch.Tensor
    """How many views each thing has, int64."""

    @classmethod
    def of(cls, pixels: torch.Tensor) -> Things:
        """Return things with one view each."""
        return cls(pixels=pixels, first=torch.arange(len(pixels)), views=torch.ones(len(pixels), dtype=torch.long))

    def __len__(self) -> int:
        return len(self.first)

    def pick(self, places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return two views of each of these things, different ones where there are several."""
        count = self.views[places]
        one = (torch.rand(len(places)) * count).long()
        other = (one + 1 + (torch.rand(len(places)) * (count - 1)).long()) % count
        return self.pixels[self.first[places] + one], self.pixels[self.first[places] + other]


def on_white(pixels: torch.Tensor) -> torch.Tensor:
    """Return views, uint8 of four channels, as a shop shows them: uint8 of three."""
    views = pixels.float() / 255
    return ((views[:, :3] * views[:, 3:] + 1 - views[:, 3:]) * 255).byte()


def read_things(folder: Path, *, kept: bool = False) -> Things:
    """Read every `NAME@VIEW.png` below a folder, centred on a square; views of one name belong together.

    Each eighth of the names that have several views is kept for choosing: `kept` reads these alone.
    """
    groups: dict[str, list[Path]] = {}
    for file in sorted(folder.rglob("*@*.png")):
        groups.setdefault(file.stem.rpartition("@")[0], []).append(file)
    chosen = [files for name, files in groups.items() if _is_kept(name, files) == kept]
    pixels = np.zeros((sum(map(len, chosen)), 4, SIDE, SIDE), dtype=np.uint8)
    for place, file in enumerate(tqdm([file for files in chosen for file in files], desc="read", disable=None)):
        pixels[place] = _read_square(file)
    views = torch.tensor([len(files) for files in chosen], dtype=torch.long)
    return Things(pixels=here(torch.from_numpy(pixels)), first=views.cumsum(0) - views, views=views)


def _is_kept(name: str, files: list[Path]) -> bool:
    return len(files) > 1 and crc32(name.encode()) % KEPT == 0


def _read_square(file: Path) -> np.ndarray:
    with Image.open(file) as opened:
        image = opened.convert("RGBA")
    image.thumbnail((SIDE, SIDE))
    square = Image.new("RGBA", (SIDE, SIDE))
    square.paste(image, ((SIDE - image.width) // 2, (SIDE - image.height) // 2))
    return np.asarray(square).transpose(2, 0, 1)
