from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.models import Embedding, UnmetSearch, current_space

pytestmark = pytest.mark.django_db
ADDRESS = reverse("admin:visualsearch_unmetsearch_changelist")
Log = Callable[..., Client]


def test_groups_stand_beside_the_nearest_objects(client_who_may: Log, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "KEEP_QUERY_VECTORS": True}
    product = add_product(draw("red"))
    sync_now()
    vector = Embedding.objects.get().vector
    UnmetSearch.objects.create(source=PRODUCTS, fingerprint=current_space(PRODUCTS).fingerprint, vector=vector)

    page = client_who_may("view_status").get(ADDRESS).text

    assert "one search" in page
    assert reverse("admin:catalog_product_change", args=[product.pk]) in page
    assert "kept for 30 days" in page


def test_page_says_that_nothing_is_kept(client_who_may: Log) -> None:
    assert "KEEP_QUERY_VECTORS" in client_who_may("view_status").get(ADDRESS).text


def test_nobody_without_the_permission_sees_it(client_who_may: Log) -> None:
    client = client_who_may()

    assert client.get(ADDRESS).status_code == 403
    assert ADDRESS not in client.get("/admin/").text
