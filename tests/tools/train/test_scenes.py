from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from tools.train.augment import recolour  # noqa: E402 - only where torch is
from tools.train.scenes import SIDE, scenes  # noqa: E402

BLACK = torch.zeros(3, 4, SIDE, SIDE)


def test_a_fourth_channel_says_where_the_things_are() -> None:
    torch.manual_seed(1)
    designs = torch.full((3, 4, 32, 32), 255, dtype=torch.uint8)

    seen = scenes(designs, BLACK)

    assert seen.shape == BLACK.shape
    light = seen[:, :3].mean(1) > 0.1
    assert ((seen[:, 3] > 0.5) == light).float().mean() > 0.98
    assert 0.02 < light.float().mean() < 0.98


def test_without_a_fourth_channel_the_picture_is_the_same() -> None:
    designs = torch.full((3, 4, 32, 32), 255, dtype=torch.uint8)
    torch.manual_seed(1)
    marked = scenes(designs, BLACK)
    torch.manual_seed(1)

    plain = scenes(designs, BLACK[:, :3])

    assert torch.equal(marked[:, :3], plain)


def test_other_hues_leave_grey_and_lightness_alone() -> None:
    torch.manual_seed(1)
    grey = torch.full((4, 3, 2, 2), 0.4)
    red = torch.tensor([0.5, 0.3, 0.3]).view(1, 3, 1, 1).expand(4, 3, 2, 2)

    assert torch.allclose(recolour(grey), grey, atol=1e-5)
    turned = recolour(red)
    assert torch.allclose(turned.mean(1), red.mean(1), atol=1e-5)
    assert (turned - red).abs().amax((1, 2, 3)).min() > 0.01
