from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from tests.drawing import draw
from tests.goods import add_product, sync_now
from visualsearch.models import Embedding, SyncRequest

pytestmark = pytest.mark.django_db
PRODUCTS = reverse("admin:catalog_product_changelist")
EMBEDDINGS = reverse("admin:visualsearch_embedding_changelist")


def test_selected_products_are_reindexed(admin_client: Client) -> None:
    first, second, _ = add_product(draw()), add_product(), add_product()
    SyncRequest.objects.all().delete()

    data = {"action": "reindex_selected", "_selected_action": [first.pk, second.pk]}
    response = admin_client.post(PRODUCTS, data, follow=True)

    assert b"2 objects will be reindexed." in response.content
    assert set(SyncRequest.objects.values_list("object_key", flat=True)) == {str(first.pk), str(second.pk)}


def test_reader_without_the_right_to_change_cannot_reindex(client: Client) -> None:
    product = add_product()
    SyncRequest.objects.all().delete()
    reader = User.objects.create_user("reader", password="x", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_product"))
    client.force_login(reader)

    client.post(PRODUCTS, {"action": "reindex_selected", "_selected_action": [product.pk]})

    assert not SyncRequest.objects.exists()


def test_embeddings_are_listed_with_their_state(admin_client: Client) -> None:
    add_product(draw(), b"no picture")
    sync_now()

    content = admin_client.get(EMBEDDINGS).content

    assert b"searchable" in content
    assert b"failed" in content
    assert b"Expected a picture" in content


def test_embeddings_cannot_be_added_changed_or_deleted(admin_client: Client) -> None:
    add_product(draw())
    sync_now()
    row = Embedding.objects.get()

    assert admin_client.get(reverse("admin:visualsearch_embedding_add")).status_code == 403
    assert admin_client.post(reverse("admin:visualsearch_embedding_delete", args=[row.pk])).status_code == 403
    assert admin_client.post(reverse("admin:visualsearch_embedding_change", args=[row.pk])).status_code == 403
    assert admin_client.get(reverse("admin:visualsearch_embedding_change", args=[row.pk])).status_code == 200
