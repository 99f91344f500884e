from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.embedders import get_embedder
from visualsearch.exceptions import EmbedderUnavailable

pytestmark = pytest.mark.django_db
ADDRESS = "/api/visual-search/"


def search(client: Client, photo: bytes | None = None, **fields: Any) -> Any:
    content = draw("red") if photo is None else photo
    fields = {"photo": SimpleUploadedFile("photo.png", content), "source": PRODUCTS, **fields}
    return client.post(ADDRESS, fields)


def test_photo_is_answered_with_the_products_that_look_like_it(client: Client) -> None:
    product = add_product(draw("red"), title="A red cup")
    add_product(draw("blue"))
    sync_now()

    answer = search(client).json()

    best = answer["results"][0]
    assert (best["sku"], best["title"], best["url"]) == (product.sku, "A red cup", product.get_absolute_url())
    assert best["score"] == pytest.approx(1, abs=0.002)
    assert best["picture"] == product.images.get().file.url
    assert answer["revision"] == 2


def test_every_result_has_its_probability_and_tier(client: Client) -> None:
    for colour in ("red", "blue", "green"):
        add_product(draw(colour))
    sync_now()

    answer = search(client).json()

    first, *others = answer["results"]
    assert answer["no_match"] is False
    assert (first["tier"], first["probability"]) == ("same picture", 0.99)
    assert {other["tier"] for other in others} <= {"same product", "similar"}
    assert all(0 <= other["probability"] <= first["probability"] for other in others)


def test_nothing_close_enough_is_said(client: Client, settings: Any) -> None:
    add_product(draw("red"))
    sync_now()
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "NO_MATCH_BELOW": 0.98}

    answer = search(client, draw("blue", "rectangle")).json()

    assert answer["no_match"] is True
    assert [result["tier"] for result in answer["results"]] == ["similar"]


def test_limit_and_lowest_score_are_kept(client: Client) -> None:
    for colour in ("red", "blue", "green"):
        add_product(draw(colour))
    sync_now()

    assert len(search(client, limit=2).json()["results"]) == 2
    assert len(search(client, min_score=0.999).json()["results"]) == 1


def test_program_needs_no_csrf_token() -> None:
    assert search(Client(enforce_csrf_checks=True)).status_code == 200


@pytest.mark.parametrize(
    ("photo", "fields", "status", "type"),
    [
        (b"no picture", {}, 400, "not-an-image"),
        (None, {"source": "shoes"}, 400, "bad-query"),
        (bytes(3000), {}, 413, "too-large"),
    ],
)
def test_wrong_input_is_answered_with_a_problem(
    client: Client, settings: Any, photo: bytes | None, fields: dict[str, Any], status: int, type: str
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "IMAGE_BYTES_MOST": 2000}

    response = search(client, photo, **fields)

    assert response.status_code == status
    assert response.json()["type"] == type
    assert response.json()["detail"]
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "fields", [{"box": "1,2"}, {"box": "0,0,2,2"}, {"limit": 0}, {"limit": 1000}, {"limit": "x"}, {"min_score": 2}]
)
def test_wrong_fields_are_named(client: Client, fields: dict[str, Any]) -> None:
    response = search(client, **fields)

    assert response.status_code == 400
    assert set(response.json()) == set(fields)


def test_request_without_a_photo_is_refused(client: Client) -> None:
    assert client.post(ADDRESS, {}).status_code == 400
    assert client.post(ADDRESS, {"a": 1}, content_type="application/json").status_code == 415
    assert client.get(ADDRESS).status_code == 405


def test_model_that_cannot_be_loaded_is_answered_with_503(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any, images: Any) -> Any:
        raise EmbedderUnavailable("the weights lie at /secret/path")

    monkeypatch.setattr(type(get_embedder()), "embed", fail)

    response = search(client)

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert b"/secret/path" not in response.content
