from __future__ import annotations

import pytest
from django.db.models import QuerySet

from catalog.models import Product
from catalog.visual_sources import ProductSource
from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, found, sync_now
from visualsearch.page.shown import searchable
from visualsearch.sources import get_source
from visualsearch.sources.shown import count_shown, each_shown
from visualsearch.sync import do_batch, get_progress, reconcile, start_job, verify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _doubling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the shop's queryset give a product once for each of its pictures."""

    def get_queryset(self: ProductSource) -> QuerySet[Product]:
        return Product.objects.filter(is_active=True, images__position__gte=0).order_by("images__position")

    monkeypatch.setattr(ProductSource, "get_queryset", get_queryset)


def test_object_that_a_join_doubles_counts_once() -> None:
    source = get_source(PRODUCTS)
    products = [add_product(draw("red"), draw("blue"), draw("green")), add_product(draw("pink"))]
    sync_now()

    assert source.get_queryset().count() == 4
    assert [obj.pk for obj in each_shown(source, chunk=2)] == [product.pk for product in products]
    assert count_shown(source) == 2
    assert get_progress(source).wanted == 4
    assert searchable(source) == (2, 2)
    assert verify(source).objects == 2
    assert reconcile(source) == 0
    assert found(draw("red")) == [product.sku for product in products]


def test_job_looks_at_a_doubled_object_once() -> None:
    source = get_source(PRODUCTS)
    add_product(draw("red"), draw("blue"), draw("green"))
    add_product(draw("pink"))
    sync_now()

    job = start_job(source)
    assert job.total == 2
    turn = do_batch(job.pk, 0)
    assert turn is not None
    do_batch(job.pk, turn)

    job.refresh_from_db()
    assert (job.done, job.total, job.state) == (2, 2, "done")
