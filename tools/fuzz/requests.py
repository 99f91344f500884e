"""Every parser of what a browser or a program sends, alone and behind the real addresses of page and API."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client

from catalog.models import Category, Product, ProductImage
from tests.drawing import draw
from visualsearch.addresses.rules import check_ip, check_spelling, check_target
from visualsearch.api.requests import EventsSerializer, ReferenceSerializer
from visualsearch.exceptions import VisualSearchError
from visualsearch.forms import PartForm
from visualsearch.images import Box
from visualsearch.page.chips import shown_filters
from visualsearch.search.narrowing import Narrowing
from visualsearch.search.tokens import read_token
from visualsearch.sources import all_sources

settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": "exact"}
settings.ALLOWED_HOSTS = ["testserver"]
logging.disable()
call_command("migrate", run_syncdb=True, verbosity=0)
_client = Client()
_source = all_sources()[0]


def _fill_shop() -> str:
    """Put one product into the shop, search for it, and return the token of that search."""
    product = Product.objects.create(
        sku="A1", title="Mug", category=Category.objects.create(name="Mugs", slug="mugs"), colour="red", price=5
    )
    picture = draw("red", "ellipse")
    ProductImage.objects.create(product=product, file=ContentFile(picture, name="red.png"))
    call_command("visualsearch_sync", verbosity=0)
    sent = _client.post("/visual-search/", {"photo": SimpleUploadedFile("photo.png", picture)})
    return QueryDict(urlsplit(sent["Location"]).query)["q"]


_TOKEN = _fill_shop()
_SALT = "visualsearch.search"


def _box(text: str) -> None:
    Box.parse(text)


def _token(text: str) -> None:
    read_token(text)


def _signed(text: str) -> None:
    with contextlib.suppress(ValueError, RecursionError):
        read_token(signing.dumps(json.loads(text), salt=_SALT))


def _page_of_signed(text: str) -> None:
    with contextlib.suppress(ValueError, RecursionError):
        token = signing.dumps(json.loads(text), salt=_SALT)
        assert _client.get("/visual-search/", {"q": token}).status_code < 500


def _filters(text: str) -> None:
    narrowing = Narrowing(_source, QueryDict(text))
    list(_source.get_queryset().filter(**narrowing.keywords())[:1])
    shown_filters(narrowing, [])


def _form(text: str) -> None:
    PartForm(QueryDict(text)).is_valid()


def _fields(text: str) -> None:
    ReferenceSerializer(data=QueryDict(text)).is_valid()
    with contextlib.suppress(ValueError, RecursionError):
        ReferenceSerializer(data=json.loads(text)).is_valid()
        EventsSerializer(data=json.loads(text)).is_valid()


def _address(text: str) -> None:
    check_spelling(text)
    with contextlib.suppress(ValueError):
        check_target(urlsplit(text).hostname or "", urlsplit(text).port or 80)
        check_ip(ip_address(text))


def _page(text: str) -> None:
    assert _client.get("/visual-search/", QUERY_STRING=text.encode().decode("latin-1")).status_code < 500


def _sent(text: str) -> None:
    fields = {name: value for name, value in QueryDict(text).items() if name != "photo_url"}
    assert _client.post("/visual-search/", fields).status_code < 500


def _api(text: str) -> None:
    fields = {name: value for name, value in QueryDict(text).items() if name != "photo_url"}
    assert _client.post("/api/v1/visual-search/", fields).status_code < 500


_DOORS: tuple[Callable[[str], None], ...] = (
    _box, _token, _signed, _filters, _form, _fields, _address, _page, _sent, _api, _page_of_signed,
)  # fmt: skip


def seeds() -> Iterator[bytes]:
    """Yield something sensible for each door."""
    for door in range(len(_DOORS)):
        for text in (
            "0.1,0.2,0.3,0.4",
            "left=1&top=2&right=3&bottom=4&part=1,2,3,4",
            "q=abc&like=1:2&sample=mug&pages=2",
            "category=Mugs&colour=red&price_from=1&price_to=1e9&stock=1",
            "limit=5&min_score=0.5&box=0.1,0.2,0.3,0.4&source=catalog.product",
            '{"source": "catalog.product", "seen": {"fingerprint": "a", "vector": "AAEC", "copies": []}, "photo": "1",'
            ' "size": [2, 2], "box": [1, 2, 3, 4], "boxes": [[1, 2, 3, 4]]}',
            "https://example.com:443/photo.jpg",
            "http://[::ffff:127.0.0.1]/",
            f"q={_TOKEN}&category=Mugs",
            "like=1:1&left=10&top=10",
            json.dumps(signing.loads(_TOKEN, salt=_SALT)),
        ):
            yield bytes([door]) + text.encode()


def try_one(data: bytes) -> None:
    """Read; whatever is no typed error is a finding."""
    if not data:
        return
    with contextlib.suppress(VisualSearchError):
        _DOORS[data[0] % len(_DOORS)](data[1:].decode("utf-8", "replace"))
