from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from tools.train.rooms import furnish  # noqa: E402 - only where torch is

RED = (255, 0, 0)


def red_things(count: int = 3, side: int = 64) -> torch.Tensor:
    """Return red squares that leave a quarter of their picture transparent on each side."""
    things = torch.zeros(count, 4, side, side, dtype=torch.uint8)
    inner = slice(side // 4, -(side // 4))
    things[:, 0, inner, inner] = 255
    things[:, 3, inner, inner] = 255
    return things


def test_edges_are_where_the_things_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.train.rooms.as_phone_sees", lambda images: images)
    torch.manual_seed(1)
    blue = torch.zeros(2, 3, 32, 32, dtype=torch.uint8)
    blue[:, 2] = 255

    rooms = furnish(red_things(), blue, count=16, most=1)

    red = (rooms.images[:, 0] > 0.6) & (rooms.images[:, 1] < 0.2) & (rooms.images[:, 2] < 0.2)
    checked = 0
    for mask, edges, seen in zip(red, rooms.edges[:, 0], rooms.seen[:, 0], strict=True):
        if not seen:
            continue
        rows, columns = mask.any(1).nonzero(), mask.any(0).nonzero()
        found = torch.tensor([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) / 224
        assert torch.allclose(found, edges, atol=0.03)
        checked += 1
    assert checked > 8


def test_things_that_are_hidden_do_not_count() -> None:
    torch.manual_seed(2)
    world = torch.randint(0, 255, (2, 3, 32, 32), dtype=torch.uint8)

    rooms = furnish(red_things(), world, count=24, most=6)

    assert rooms.images.shape == (24, 3, 224, 224)
    assert rooms.edges.shape == (24, 6, 4)
    assert 24 < rooms.seen.sum() < 24 * 6
    sides = (rooms.edges[..., 2:] - rooms.edges[..., :2])[rooms.seen]
    assert (sides > 0).all()
    assert ((rooms.edges >= 0) & (rooms.edges <= 1)).all()
