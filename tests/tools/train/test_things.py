from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from tools.train.things import SIDE, on_white, read_things  # noqa: E402 - only where torch is


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 things seen from three sides, each in its own red and each side in its own green, and one seen once."""
    folder = tmp_path_factory.mktemp("things")
    for thing in range(40):
        for view in range(3):
            Image.new("RGBA", (60, 30), (thing, view, 0, 255)).save(folder / f"thing-{thing}@{view}.png")
    Image.new("RGBA", (60, 30), (99, 0, 0, 255)).save(folder / "alone@0.png")
    return folder


def test_two_different_sides_of_one_thing_are_seen(folder: Path) -> None:
    things = read_things(folder)

    one, other = (views[:, :2, SIDE // 2, SIDE // 2] for views in things.pick(torch.arange(len(things)).repeat(20)))

    assert torch.equal(one[:, 0], other[:, 0])
    several = one[:, 0] < 99
    assert (one[several, 1] != other[several, 1]).all()
    assert set(one[several, 1].tolist()) == {0, 1, 2}


def test_what_is_kept_for_choosing_is_not_learnt_from(folder: Path) -> None:
    learnt, kept = read_things(folder), read_things(folder, kept=True)

    reds = [set(things.pixels[:, 0, SIDE // 2, SIDE // 2].tolist()) for things in (learnt, kept)]

    assert reds[0] | reds[1] == {*range(40), 99}
    assert not reds[0] & reds[1]
    assert 99 in reds[0]
    assert len(kept) > 0


def test_a_thing_keeps_its_shape_on_a_transparent_square(folder: Path) -> None:
    opaque = read_things(folder).pixels[0, 3] > 0

    assert opaque.sum() == 60 * 30
    assert opaque[SIDE // 2 - 15 : SIDE // 2 + 15].sum() == 60 * 30


def test_on_white_what_is_not_there_is_white_and_what_is_half_there_half() -> None:
    views = torch.tensor([10, 20, 30, 0, 10, 20, 30, 255, 0, 0, 0, 128], dtype=torch.uint8).view(3, 4, 1, 1)

    pictures = on_white(views)

    assert pictures.dtype == torch.uint8
    wanted = torch.tensor([[255, 255, 255], [10, 20, 30], [127, 127, 127]], dtype=torch.uint8)
    torch.testing.assert_close(pictures.flatten(1), wanted, atol=1, rtol=0)
