from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Product
from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.models import SyncRequest
from visualsearch.sources import get_source

pytestmark = pytest.mark.django_db
Log = Callable[..., Client]


def panel(client: Client, product: Product) -> str:
    """Return the words of the panel on a product's page, each once between spaces; empty without a panel."""
    content = client.get(reverse("admin:catalog_product_change", args=[product.pk])).text
    _, _, content = content.partition('<section class="module vs-panel"')
    return re.sub(r"\s+", " ", content.partition("</section>")[0])


def test_searchable_picture_says_since_when_and_leads_to_a_search_with_it(admin_client: Client) -> None:
    product = add_product(draw("red"))
    sync_now()

    words = panel(admin_client, product)

    assert "<strong>Searchable</strong> since" in words
    link = re.search(r'href="(/visual-search/[^"]+)"', words)
    assert link
    assert product.title in admin_client.get(link[1]).text


def test_picture_that_was_not_looked_at_waits(admin_client: Client) -> None:
    assert "<strong>Waiting</strong>" in panel(admin_client, add_product(draw()))


def test_failed_picture_says_why_and_can_be_tried_again(admin_client: Client) -> None:
    product = add_product(draw(), b"no picture")
    sync_now()

    words = panel(admin_client, product)

    assert "<strong>Failed</strong>: Expected a picture" in words
    assert "It is tried again by itself" in words
    assert 'form="vs-reindex">Try again' in words
    assert words.count("<strong>Searchable</strong>") == 1


def test_object_that_failed_as_a_whole_says_why(admin_client: Client) -> None:
    product = add_product(draw())
    SyncRequest.objects.update(attempts=3, error="The model is not there.", due="2100-01-01T00:00Z")

    words = panel(admin_client, product)

    assert "<strong>Failed</strong> 3 times: The model is not there." in words


def test_nearest_products_lead_to_their_own_pages(admin_client: Client) -> None:
    product, twin, other = add_product(draw("red")), add_product(draw("darkred")), add_product(draw("blue"))
    sync_now()

    words = panel(admin_client, product)

    pages = [reverse("admin:catalog_product_change", args=[one.pk]) for one in (twin, other)]
    assert re.findall(r'<li><a href="([^"]+)"><img', words) == pages
    assert twin.images.get().file.url in words


def test_hidden_product_says_that_nobody_finds_it(admin_client: Client) -> None:
    product = add_product(draw())
    sync_now()
    Product.objects.update(is_active=False)

    words = panel(admin_client, product)

    assert "Shoppers may not find this" in words
    assert "<img" not in words


def test_page_stays_whole_where_the_panel_cannot_be_filled(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = add_product(draw())

    def broken(obj: Any) -> Any:
        raise OSError("The storage is down.")

    monkeypatch.setattr(get_source(PRODUCTS), "get_pictures", broken)

    assert "Not everything can be told: The storage is down." in panel(admin_client, product)


def test_panel_needs_the_permission_to_view(client_who_may: Log) -> None:
    product = add_product(draw())

    assert panel(client_who_may("change_product", "view_product"), product) == ""


def test_viewer_is_offered_no_second_try(client_who_may: Log) -> None:
    product = add_product(b"no picture")
    sync_now()

    words = panel(client_who_may("change_product", "view_product", "view_status"), product)

    assert "<strong>Failed</strong>" in words
    assert "Try again" not in words


def test_page_for_a_new_product_has_no_panel(admin_client: Client) -> None:
    response = admin_client.get(reverse("admin:catalog_product_add"))

    assert response.status_code == 200
    assert "vs-panel" not in response.text
    assert "vs-reindex" not in response.text
