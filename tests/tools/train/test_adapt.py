"""What the second stage's lessons are made of."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("openvino")

from tools.train.adapt import Goods, goods_views, mixed_views, photo_views  # noqa: E402 - only where torch is
from tools.train.pretrain import World  # noqa: E402
from tools.train.store import SIDE, Store  # noqa: E402
from tools.train.things import Things  # noqa: E402


def store(colours: list[tuple[int, int, int]], labels: list[int]) -> Store:
    pixels = torch.tensor(colours, dtype=torch.uint8).view(-1, 3, 1, 1).expand(-1, 3, SIDE, SIDE).contiguous()
    return Store(pixels=pixels, aspects=torch.ones(len(labels)), labels=torch.tensor(labels))


def test_goods_belong_where_the_teacher_would_have_their_shop_picture() -> None:
    torch.manual_seed(1)
    white, green, grey = (255, 255, 255), (0, 255, 0), (90, 90, 90)
    goods = Goods.of(store([white] * 2, [0, 1]), store([green] * 4, [0, 0, 1, 1]))

    batch = goods_views(goods, store([grey] * 3, [-1] * 3), 2, first=100)

    of_shop = batch.counts == 1
    assert sorted(batch.things[of_shop].tolist()) == [100, 101]
    # White in all channels, as no photo is.
    assert (batch.images[of_shop].mean((2, 3)).amin(1) > 0.3).all()
    assert (batch.counts[~of_shop] == 0).all()
    assert sorted(batch.things.tolist()) == [100] * 4 + [101] * 4


def test_photos_are_also_learnt_from_for_the_teacher_s_word_on_each_alone() -> None:
    torch.manual_seed(1)

    batch = photo_views(store([(0, 255, 0), (255, 0, 0)], [0, 0]), 2)

    assert len(batch.images) == 2
    assert batch.things.tolist() == batch.types.tolist() == [-1, -1]
    assert batch.counts.tolist() == [1, 1]
    assert {int(picture.mean((1, 2)).argmax()) for picture in batch.images} == {0, 1}


def test_a_lesson_has_as_many_times_as_many_views_as_is_asked_for() -> None:
    pixels = torch.randint(256, (24, 4, SIDE, SIDE), dtype=torch.uint8)
    goods = Goods.of(store([(255, 255, 255)] * 12, list(range(12))), store([(0, 255, 0)] * 24, list(range(12)) * 2))
    scenery, things = store([(90, 90, 90)] * 12, [-1] * 12), Things.of(pixels)

    once, twice = (
        mixed_views(goods, World(garments=scenery, scenery=scenery, things=things, designs=things, times=times))
        for times in (1, 2)
    )

    assert len(twice.images) == 2 * len(once.images)
