from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.drawing import draw
from tests.goods import add_product, sync_now
from visualsearch.embedders import get_embedder
from visualsearch.exceptions import EmbedderUnavailable

pytestmark = pytest.mark.django_db
PAGE = reverse("visualsearch:page")


def photo(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.png", draw("red") if content is None else content)


def test_page_shows_the_form(client: Client) -> None:
    response = client.get(PAGE)

    assert response.status_code == 200
    assert b'type="file"' in response.content


def test_photo_shows_the_product_that_looks_like_it(client: Client) -> None:
    product = add_product(draw("red"), title="A red cup")
    sync_now()

    response = client.post(PAGE, {"photo": photo()})

    assert response.status_code == 200
    assert b"A red cup" in response.content
    assert product.get_absolute_url().encode() in response.content
    assert "no-store" in response["Cache-Control"]


def test_page_says_in_words_how_sure_it_is(client: Client) -> None:
    add_product(draw("red"))
    add_product(draw("blue", "rectangle"))
    sync_now()

    content = client.post(PAGE, {"photo": photo()}).content.decode()

    assert "same picture, sure" in content
    assert "similar, unsure" in content
    assert "Nothing close enough" not in content


def test_page_says_when_nothing_is_close_enough_and_shows_the_nearest(client: Client, settings: Any) -> None:
    add_product(draw("red"), title="A red cup")
    sync_now()
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "NO_MATCH_BELOW": 0.98}

    content = client.post(PAGE, {"photo": photo(draw("blue", "rectangle"))}).content.decode()

    assert "Nothing close enough. The nearest goods:" in content
    assert "A red cup" in content


def test_title_of_a_product_cannot_write_html(client: Client) -> None:
    add_product(draw("red"), title="<script>alert(1)</script>")
    sync_now()

    assert b"<script>alert" not in client.post(PAGE, {"photo": photo()}).content


def test_empty_shop_says_so(client: Client) -> None:
    assert b"Nothing is searchable yet" in client.post(PAGE, {"photo": photo()}).content


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, b"Choose or take a photo first"),
        ({"photo": b""}, b"The file is empty"),
        ({"photo": b"no picture"}, b"Expected a picture"),
        ({"photo": draw(), "box": "1,2,3"}, b'role="alert"'),
        ({"photo": draw(), "box": "0.5,0.5,0.9,0.9"}, b'role="alert"'),
    ],
)
def test_wrong_input_is_answered_with_400_and_words(client: Client, fields: dict[str, Any], words: bytes) -> None:
    if "photo" in fields:
        fields = {**fields, "photo": photo(fields["photo"])}

    response = client.post(PAGE, fields)

    assert response.status_code == 400
    assert words in response.content


def test_photo_that_is_too_large_is_answered_with_413(client: Client, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "IMAGE_BYTES_MOST": 1000}

    response = client.post(PAGE, {"photo": photo(bytes(2000))})

    assert response.status_code == 413
    assert b"at most 1,000 bytes" in response.content


def test_model_that_cannot_be_loaded_is_answered_with_503(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any, images: Any) -> Any:
        raise EmbedderUnavailable("the weights lie at /secret/path")

    monkeypatch.setattr(type(get_embedder()), "embed", fail)

    response = client.post(PAGE, {"photo": photo()})

    assert response.status_code == 503
    assert b"/secret/path" not in response.content


def test_form_sent_from_another_site_is_refused() -> None:
    response = Client(enforce_csrf_checks=True).post(PAGE, {"photo": photo()})

    assert response.status_code == 403
