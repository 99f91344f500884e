from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.drawing import draw
from tests.goods import add_product, sync_now
from visualsearch.models import Embedding

pytestmark = pytest.mark.django_db
EMBEDDINGS = reverse("admin:visualsearch_embedding_changelist")


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
