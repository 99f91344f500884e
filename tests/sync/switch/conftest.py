from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Product
from tests.drawing import draw_mosaic
from tests.goods import add_product, sync_now


@pytest.fixture(autouse=True)
def _small_batches(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "BATCH_SIZE": 2}


@pytest.fixture
def goods() -> list[Product]:
    products = [add_product(draw_mosaic(number)) for number in range(7)]
    sync_now()
    return products
