"""What tests of the API share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.drawing import draw
from tests.goods import PRODUCTS

Search = Callable[..., Any]


def photo(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.png", draw("red") if content is None else content)


@pytest.fixture
def search(client: Client) -> Search:
    """Return a function that searches with a photo in a form."""

    def post(content: bytes | None = None, **fields: Any) -> Any:
        fields = {"photo": photo(content), "source": PRODUCTS, **fields}
        return client.post(reverse("visualsearch-api:visual-search"), fields)

    return post


@pytest.fixture
def ask(client: Client) -> Search:
    """Return a function that searches by JSON."""

    def post(name: str = "visual-search", **fields: Any) -> Any:
        return client.post(reverse(f"visualsearch-api:{name}"), fields, content_type="application/json")

    return post
