"""A photo that nothing is close to, from the shopper's request to the admin and to its end."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from tests.browsing import Visitor
from tests.drawing import draw, draw_mosaic
from tests.goods import PRODUCTS, add_product, sync_now
from tests.processes import wait_until
from visualsearch.models import Embedding, SearchRecord, UnmetSearch, current_space
from visualsearch.sources import get_source
from visualsearch.tasks import forget_old_behaviour
from visualsearch.unmet import get_unmet

UNMET = reverse("admin:visualsearch_unmetsearch_changelist")
SECONDS = 20.0
DASHBOARD = reverse("admin:app_list", args=["visualsearch"])


@pytest.fixture
def keeping(settings: Any) -> None:
    """Let the shop keep the vectors of what it does not have, which is all but its own pictures."""
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "KEEP_QUERY_VECTORS": True, "NO_MATCH_BELOW": 1.0}


def status() -> dict[str, Any]:
    out = io.StringIO()
    call_command("visualsearch_status", "--json", stdout=out)
    return dict(json.loads(out.getvalue())["unmet"][PRODUCTS])


@pytest.mark.usefixtures("transactional_db", "keeping")
def test_what_is_searched_over_http_is_shown_to_the_buyer_and_deleted_in_time(live_server: Any) -> None:
    add_product(draw("red"), title="A red cup", sku="CUP")
    sync_now()
    User.objects.create_superuser("buyer", password="secret")
    with Visitor(live_server.url) as shopper, Visitor(live_server.url) as buyer:
        buyer.submit("/admin/login/", {"username": "buyer", "password": "secret", "next": "/admin/"})
        shopper.search(draw("red"), PRODUCTS)
        assert not UnmetSearch.objects.exists()
        shopper.search(draw("blue", "rectangle"), PRODUCTS)
        shopper.titles_on_page(draw("navy", "rectangle"))

        # Written when the answer has gone.
        wait_until(lambda: SearchRecord.objects.count() == 3, SECONDS, "every search has its row")
        assert UnmetSearch.objects.count() == 2
        page = buyer.read(UNMET)
        assert "2 searches" in page
        assert "A red cup" in page
        assert "2 searches without a close answer are kept" in buyer.read(DASHBOARD)
        (group,) = status()["groups"]
        assert (group["count"], [one["key"] for one in group["nearest"]]) == (2, ["CUP"])

        UnmetSearch.objects.update(created=timezone.now() - timedelta(days=30.1))
        forget_old_behaviour()

        assert not UnmetSearch.objects.exists()
        assert status() == {"searches": 0, "groups": []}
        assert "A red cup" not in buyer.read(UNMET)


@pytest.mark.django_db
def test_all_searches_are_counted_where_few_groups_are_asked_for() -> None:
    for number in range(3):
        add_product(draw_mosaic(number))
    sync_now()
    fingerprint = current_space(PRODUCTS).fingerprint
    for row in Embedding.objects.all():
        UnmetSearch.objects.create(source=PRODUCTS, fingerprint=fingerprint, vector=row.vector)

    unmet = get_unmet(get_source(PRODUCTS), most=2)

    assert (unmet.searches, len(unmet.groups)) == (3, 2)
