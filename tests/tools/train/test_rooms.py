from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from tools.train.rooms import furnish  # noqa: E402 - only where torch is


def red_things(count: int = 3, side: int = 64) -> torch.Tensor:
    """Return red squares that leave a quarter of their picture transparent on each side."""
    things = torch.zeros(count, 4, side, side, dtype=torch.uint8)
    inner = slice(side // 4, -(side // 4))
    things[:, 0, inner, inner] = 255
    things[:, 3, inner, inner] = 255
    return things


def grey() -> torch.Tensor:
    return torch.full((2, 3, 32, 32), 128, dtype=torch.uint8)


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


def test_things_that_would_lie_on_others_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    # So large that any two of them lie on each other.
    monkeypatch.setattr("tools.train.rooms.SIZES", (1.6, 1.6, 1.6))
    torch.manual_seed(2)

    rooms = furnish(red_things(), grey(), count=12, most=4)

    assert rooms.seen[:, 0].all()
    assert (rooms.seen.sum(1) == 1).all()


def test_things_that_others_hide_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.train.rooms.SIZES", (1.6, 1.6, 1.6))
    monkeypatch.setattr("tools.train.rooms._hidden_by", lambda mask, owner: torch.zeros(len(mask)))
    torch.manual_seed(2)

    rooms = furnish(red_things(), grey(), count=12, most=4)

    # The last one lies on the others; of those below, hardly one shows half of itself.
    assert 12 <= rooms.seen.sum() < 20


def test_edges_lie_in_the_room() -> None:
    torch.manual_seed(2)

    rooms = furnish(red_things(), grey(), count=24, most=6)

    assert rooms.images.shape == (24, 3, 224, 224)
    assert rooms.edges.shape == (24, 6, 4)
    assert rooms.seen.sum() > 24
    assert ((rooms.edges[..., 2:] - rooms.edges[..., :2])[rooms.seen] > 0).all()
    assert ((rooms.edges >= 0) & (rooms.edges <= 1)).all()
