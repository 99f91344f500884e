"""Examples of every call, for its description."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

_BOX = {"x": 0.2, "y": 0.1, "width": 0.5, "height": 0.6}
_INDEX = {"revision": 4711, "lag_ms": 0}
_RESULT = {
    "product": {
        "key": "MUG-1",
        "title": "Blue mug",
        "url": "https://shop.example/products/7/blue-mug/",
        "group": "mug",
        "price": "12.50 EUR",
        "stock": "In stock",
        "is_available": True,
    },
    "score": 0.8731,
    "probability": 0.91,
    "tier": "same product",
    "picture": {
        "key": "12",
        "url": "https://shop.example/media/mug.jpg",
        "box": {"x": 0, "y": 0, "width": 1, "height": 1},
    },
}
_ANSWER: dict[str, Any] = {
    "query": {
        "id": "7d0c3a56-6f0e-4c0e-9c8c-1f4a52a4a8f1",
        "token": "eyJzb3VyY2UiOiJjYXRhbG9nLnByb2R1Y3QifQ:1tK",
        "size": {"width": 1536, "height": 2048},
        "box": None,
        "boxes": [_BOX],
    },
    "results": [_RESULT],
    "no_match": False,
    "objects": [],
    "facets": [
        {
            "name": "category",
            "label": "Category",
            "kind": "choice",
            "values": [{"label": "Mugs", "filters": {"category": "Mugs"}, "count": 12, "selected": False}],
        }
    ],
    "next_offset": "YWZ0ZXI6MjA=",
    "index": _INDEX,
}
_PROBLEM = {
    "type": "bad-box",
    "title": "Bad box",
    "status": 400,
    "detail": "box: Expected a box inside the photo, in fractions of 0 to 1, got (0.0, 0.0, 2.0, 2.0).",
    "errors": [
        {"field": "box", "detail": "Expected a box inside the photo, in fractions of 0 to 1, got (0.0, 0.0, 2.0, 2.0)."}
    ],
}
_EVENT = {
    "action_name": "click",
    "query_id": "7d0c3a56-6f0e-4c0e-9c8c-1f4a52a4a8f1",
    "client_id": "c-81f3",
    "timestamp": "2026-11-25T08:00:00Z",
    "event_attributes": {"object": {"object_id": "MUG-1", "object_id_field": "sku"}, "position": {"ordinal": 1}},
}


def _sent(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True, media_type="application/json")


def _given(name: str, value: Any, status: int = 200) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])


_ERROR = OpenApiExample(
    "A box outside the photo", value=_PROBLEM, response_only=True, status_codes=["400"],
    media_type="application/problem+json",
)  # fmt: skip

SEARCH = [
    _sent("By address, part and filter", {
        "photo_url": "https://example.com/photo.jpg", "box": _BOX, "filters": {"price_to": 50}, "limit": 10,
    }),
    _sent("By a product of the shop", {"product": "MUG-1", "limit": 10}),
    _sent("The next results", {"query": _ANSWER["query"]["token"], "offset": "YWZ0ZXI6MjA="}),
    _given("Found", _ANSWER),
    _ERROR,
]  # fmt: skip
BATCH = [
    _sent("Two photos", {
        "searches": [{"photo_url": "https://example.com/one.jpg"}, {"product": "MUG-1", "limit": 5}],
    }),
    _given("One found, one failed", {"answers": [
        {"status": 400, "answer": None, "problem": _PROBLEM},
        {"status": 200, "answer": _ANSWER, "problem": None},
    ]}),
    _ERROR,
]  # fmt: skip
SIMILAR = [
    _given("Found", {"product": "MUG-2", "results": [{**_RESULT, "probability": None, "tier": "similar"}],
                     "next_offset": None, "index": _INDEX}),
]  # fmt: skip
EVENTS = [_sent("A click on the first result", {"events": [_EVENT]}), _given("Stored", {"stored": 1}, 201)]
STATUS = [
    _given("Ready", {
        "ready": True, "index": _INDEX,
        "sources": [{"name": "catalog.product", "pictures": 1200,
                     "filters": [{"name": "price", "label": "Price", "kind": "range"}]}],
        "limits": {"photo_bytes": 20000000, "photo_pixels": 64000000, "photos": 10, "boxes": 9, "results": 100,
                   "events": 100},
    }),
]  # fmt: skip
