from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.drawing import draw
from tests.goods import PRODUCTS as SOURCE
from tests.goods import add_product, sync_now
from visualsearch.models import JobState, ReindexJob
from visualsearch.sources import get_source
from visualsearch.sync import start_job

pytestmark = pytest.mark.django_db
PRODUCTS = reverse("admin:catalog_product_changelist")
EVERYTHING = reverse("admin:visualsearch_reindexjob_everything", args=[SOURCE])

Log = Callable[..., Client]


def one(product: object, page: str) -> str:
    return reverse(f"admin:catalog_product_{page}", args=[product.pk])  # type: ignore[attr-defined]


def test_selected_products_become_a_job_whose_page_is_shown(admin_client: Client) -> None:
    first, second, _ = add_product(draw()), add_product(), add_product()

    data = {"action": "reindex_selected", "_selected_action": [second.pk, first.pk]}
    response = admin_client.post(PRODUCTS, data, follow=True)

    job = ReindexJob.objects.get()
    assert (job.keys, job.total, job.by) == ([str(first.pk), str(second.pk)], 2, "admin")
    assert response.redirect_chain[-1][0] == reverse("admin:visualsearch_reindexjob_change", args=[job.pk])
    assert "0 of 2 objects" in response.text


def test_button_on_a_product_starts_a_job_for_it(admin_client: Client) -> None:
    product = add_product(draw())
    assert one(product, "reindex") in admin_client.get(one(product, "change")).text

    admin_client.post(one(product, "reindex"))

    assert ReindexJob.objects.get().keys == [str(product.pk)]


def test_button_is_a_post_of_a_product_that_exists(admin_client: Client) -> None:
    product = add_product(draw())

    assert admin_client.get(one(product, "reindex")).status_code == 405
    product_id = product.pk
    product.delete()
    address = reverse("admin:catalog_product_reindex", args=[product_id])
    assert admin_client.post(address).status_code == 404
    assert not ReindexJob.objects.exists()


def test_everything_is_confirmed_before_it_starts(admin_client: Client) -> None:
    add_product(draw("red"), draw("blue"))
    sync_now()
    assert EVERYTHING in admin_client.get(PRODUCTS).text

    page = admin_client.get(EVERYTHING).text

    assert "2 pictures of products will be looked at again" in page
    assert "measured here and now on 2 pictures" in page
    assert "Searching goes on meanwhile" in page
    assert not ReindexJob.objects.exists()
    admin_client.post(EVERYTHING)
    assert ReindexJob.objects.get().keys is None


def test_nobody_is_told_a_time_that_could_not_be_measured(admin_client: Client) -> None:
    product = add_product(draw())
    image = product.images.get()
    image.file.storage.delete(image.file.name)

    assert "nobody can say how long it takes" in admin_client.get(EVERYTHING).text


def test_unknown_source_is_not_found(admin_client: Client) -> None:
    address = reverse("admin:visualsearch_reindexjob_everything", args=["no.such"])

    assert admin_client.get(address).status_code == 404


def test_user_without_the_permission_sees_no_button_and_starts_nothing(client_who_may: Log) -> None:
    product = add_product(draw())
    client = client_who_may("view_product", "change_product", "view_status")

    content = client.get(PRODUCTS).text
    assert "reindex_selected" not in content
    assert "Reindex everything" not in content
    assert one(product, "reindex") not in client.get(one(product, "change")).text
    client.post(PRODUCTS, {"action": "reindex_selected", "_selected_action": [product.pk]})
    assert client.post(one(product, "reindex")).status_code == 403
    assert client.get(EVERYTHING).status_code == 403
    assert client.post(EVERYTHING).status_code == 403
    assert not ReindexJob.objects.exists()


def test_permission_to_reindex_is_enough(client_who_may: Log) -> None:
    product = add_product(draw())
    client = client_who_may("view_product", "reindex")

    response = client.post(PRODUCTS, {"action": "reindex_selected", "_selected_action": [product.pk]}, follow=True)

    assert response.status_code == 200
    assert "0 of 1 objects" in response.text
    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.object_id) == ("seller", str(ReindexJob.objects.get().pk))
    assert entry.get_change_message() == "Reindexing was asked for."


def test_how_long_everything_took_the_last_time_is_told(admin_client: Client) -> None:
    add_product(draw())
    sync_now()
    some = start_job(get_source(SOURCE), ["1"], by="ada")
    whole = start_job(get_source(SOURCE), by="ada")
    ReindexJob.objects.update(state=JobState.DONE, created=timezone.now() - timedelta(hours=3), ended=timezone.now())
    ReindexJob.objects.filter(pk=whole.pk).update(total=77)

    page = " ".join(admin_client.get(EVERYTHING).text.split())

    assert "The last time it took 3" in page
    assert "for 77 objects" in page
    ReindexJob.objects.filter(pk=whole.pk).delete()
    assert some.keys == ["1"]
    assert "The last time it took" not in admin_client.get(EVERYTHING).text
