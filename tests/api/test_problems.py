from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework import exceptions

from tests.api.conftest import Search, photo
from tests.drawing import draw
from tests.goods import add_product, sync_now
from visualsearch.api import problems
from visualsearch.api.views import StatusView
from visualsearch.embedders import get_embedder
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.search.admission import gate

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/visual-search/"


def told(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["detail"]
    assert body["title"]
    return response.status_code, body["type"]


@pytest.mark.parametrize(
    ("photo", "fields", "expected"),
    [
        (b"no picture", {}, (400, "not-an-image")),
        (b"", {}, (400, "not-an-image")),
        (b"%PDF-1.7 and so on", {}, (415, "unsupported-format")),
        (draw(size=16), {}, (422, "too-small")),
        (draw("white"), {}, (422, "too-plain")),
        (bytes(3000), {}, (413, "too-large")),
        (None, {"source": "shoes"}, (404, "not-found")),
        (None, {"source": ""}, (400, "bad-query")),
        (None, {"box": "1,2"}, (400, "bad-box")),
        (None, {"box": "0,0,2,2"}, (400, "bad-box")),
        (None, {"boxes": ["0,0,1,1", "x"]}, (400, "bad-box")),
        (None, {"point": "2,2"}, (400, "bad-box")),
        (None, {"box": "0,0,1,1", "point": "0.5,0.5"}, (400, "bad-box")),
        (None, {"filters": "no json"}, (400, "bad-filter")),
        (None, {"filters": '{"shoe": 1}'}, (400, "bad-filter")),
        (None, {"filters": "[" * 50_000}, (400, "bad-filter")),
        (None, {"filters": '{"a":' * 10_000}, (400, "bad-filter")),
        (None, {"filters": '{"price_from": "1e-20000"}'}, (400, "bad-filter")),
        (None, {"filters": '{"price_to": "cheap"}'}, (400, "bad-filter")),
        (None, {"limit": 0}, (400, "bad-query")),
        (None, {"limit": 1000}, (400, "bad-query")),
        (None, {"min_score": 2}, (400, "bad-query")),
        (None, {"offset": "x"}, (400, "bad-query")),
        (None, {"photo_url": "https://example.com/"}, (400, "bad-query")),
    ],
)
def test_wrong_input_is_told_by_its_type(
    search: Search, settings: Any, photo: bytes | None, fields: dict[str, Any], expected: tuple[int, str]
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "IMAGE_BYTES_MOST": 2000}

    assert told(search(photo, **fields)) == expected


def test_wrong_field_is_named(search: Search) -> None:
    assert [one["field"] for one in search(limit=0).json()["errors"]] == ["limit"]


def test_photo_of_too_many_pixels_is_told(search: Search, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "IMAGE_PIXELS_MOST": 2000}

    assert told(search()) == (413, "too-many-pixels")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (400, "bad-query")),
        ({"query": "nonsense"}, (404, "query-forgotten")),
        ({"query": "nonsense", "box": "0,0,1,1"}, (400, "bad-box")),
        ({"photo_url": "http://[::1]/"}, (422, "forbidden-address")),
        ({"product": "A", "query": "B"}, (400, "bad-query")),
        ({"product": "A", "filters": {"category": "\ud800"}}, (400, "bad-filter")),
        ({"product": "A", "filters": {"\ud800": 1}}, (400, "bad-filter")),
        ({"product": "A", "box": "\ud800"}, (400, "bad-box")),
        ({"picture": "A", "query": "B"}, (400, "bad-query")),
    ],
)
def test_wrong_json_is_told_by_its_type(ask: Search, fields: dict[str, Any], expected: tuple[int, str]) -> None:
    assert told(ask(**{"source": "catalog.product", **fields})) == expected


def deep(*depths: int) -> list[str]:
    """Return bodies of JSON with so many levels, at different places."""
    nested = ["[" * depth + "]" * depth for depth in depths]
    return [f'{{"{name}": {value}}}' for name in ("filters", "limit", "point", "searches") for value in nested]


@pytest.mark.parametrize(
    ("method", "more", "expected"),
    [
        ("get", {}, (405, "method-not-allowed")),
        ("post", {"data": "{", "content_type": "application/json"}, (400, "malformed")),
        ("post", {"data": "[" * 200_000, "content_type": "application/json"}, (400, "malformed")),
        *(("post", {"data": data, "content_type": "application/json"}, (400, "malformed")) for data in deep(30, 950)),
        ("post", {"data": " " * 300_000, "content_type": "application/json"}, (413, "too-large")),
        ("post", {"data": "[]", "content_type": "application/json"}, (400, "bad-query")),
        ("post", {"data": "a", "content_type": "text/plain"}, (415, "unsupported-media-type")),
        ("post", {"data": "a", "content_type": "multipart/form-data"}, (400, "malformed")),
        ("post", {"headers": {"Accept": "text/html"}}, (406, "not-acceptable")),
        ("post", {"headers": {"Authorization": "Basic nonsense"}}, (400, "bad-query")),
    ],
)
def test_errors_of_the_framework_are_problems_too(
    client: Client, method: str, more: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert told(getattr(client, method)(ADDRESS, **more)) == expected


def test_address_that_is_none_is_a_problem(client: Client) -> None:
    assert told(client.get(f"{ADDRESS}shoes/")) == (404, "not-found")
    assert told(client.get("/api/v1/products/none/similar/?source=catalog.product")) == (404, "not-found")


def test_upload_of_too_many_fields_is_a_problem(client: Client) -> None:
    assert told(client.post(ADDRESS, {f"a{n}": "b" for n in range(2000)})) == (400, "malformed")


def test_model_that_cannot_be_loaded_is_told_and_nothing_of_the_machine(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Any, images: Any) -> Any:
        raise EmbedderUnavailable("the weights lie at /secret/path")

    monkeypatch.setattr(type(get_embedder()), "embed", fail)

    response = search()

    assert told(response) == (503, "index-not-ready")
    assert response["Retry-After"] == "30"
    assert b"/secret/path" not in response.content


def test_search_beyond_the_bound_is_refused_at_once(search: Search, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SEARCHES_AT_ONCE": 1}
    add_product(draw("red"))

    with gate.admitted():
        response = search()

    assert told(response) == (503, "overloaded")
    assert response["Retry-After"] == "1"
    assert search().status_code == 200


def test_unknown_failure_is_a_problem_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any, request: Any) -> Any:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(StatusView, "get", fail)
    response = Client(raise_request_exception=False).get(f"{ADDRESS}status/")

    assert told(response) == (500, "internal-error")
    assert b"/secret/path" not in response.content


def test_every_error_that_the_framework_knows_has_a_type() -> None:
    for kind in exceptions.APIException.__subclasses__():
        if kind is exceptions.ValidationError:
            continue
        error = kind("text/html") if kind in (exceptions.MethodNotAllowed, exceptions.UnsupportedMediaType) else kind()
        assert problems.problem_of(error).status == error.status_code


def test_source_must_be_named_where_there_are_several(client: Client) -> None:
    product = add_product(draw("red"))
    sync_now()

    assert told(client.post(ADDRESS, {"photo": photo()})) == (400, "bad-query")
    assert told(client.get(f"/api/v1/products/{product.sku}/similar/")) == (400, "bad-query")
