"""A photo given by its address instead of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.addresses.site import Site, open_site
from tests.drawing import draw
from tests.goods import add_product, sync_now

pytestmark = pytest.mark.django_db
PAGE = reverse("visualsearch:page")


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    with open_site() as site:
        own = {"FETCH_HOSTS": [f"127.0.0.1:{site.port}"], "FETCH_SECONDS": 30}
        settings.VISUALSEARCH = {**settings.VISUALSEARCH, **own}
        site.files["/cup.png"] = draw("red")
        yield site


def told(client: Client, url: str) -> str:
    """Return the page's words for what is wrong; what was typed stays in the field."""
    response = client.post(PAGE, {"photo_url": url})
    assert response.status_code == 400
    assert f'value="{url}"' in response.content.decode()
    return str(response.context["error"])


def test_photo_at_an_address_is_searched_with(client: Client, site: Site) -> None:
    add_product(draw("red"), title="A red cup")
    sync_now()

    response = client.post(PAGE, {"photo_url": f"{site.url}/cup.png"})

    address = response["Location"]
    assert parse_qs(urlsplit(address).query)["photo_url"] == [f"{site.url}/cup.png"]
    page = client.get(address).content.decode()
    assert "A red cup" in page
    assert f'value="{site.url}/cup.png"' in page


def test_part_of_it_is_searched_with_and_filters_stay(client: Client, site: Site) -> None:
    add_product(draw("red"), title="A red cup", price=5)
    sync_now()
    sent = {"photo_url": f"{site.url}/cup.png", "left": "10", "right": "90", "keep": "1", "price_to": "9"}

    address = client.post(PAGE, sent)["Location"]

    assert parse_qs(urlsplit(address).query)["price_to"] == ["9"]
    response = client.get(address)
    assert response.context["edges"] == (10, 0, 90, 100)
    assert b"A red cup" in response.content


def test_file_is_taken_before_an_address(client: Client, site: Site) -> None:
    sent = {"photo": SimpleUploadedFile("photo.png", draw("red")), "photo_url": "http://127.0.0.1/"}

    assert list(parse_qs(urlsplit(client.post(PAGE, sent)["Location"]).query)) == ["q"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://169.254.169.254/", "file:///etc/passwd", "http://a:b@example.com/", "cup.png"]
)
def test_address_that_is_not_allowed_is_told(client: Client, url: str) -> None:
    assert told(client, url).startswith("This address cannot be used")


@pytest.mark.parametrize("path", ["/none", "/loop", "/torn-chunk"])
def test_address_that_cannot_be_fetched_is_told(client: Client, site: Site, path: str) -> None:
    assert told(client, site.url + path).startswith("No picture can be fetched from this address")


def test_what_lies_there_is_told_as_of_a_file(client: Client, site: Site) -> None:
    site.files["/page"] = b"<html></html>"
    site.files["/photo"] = b"no photo"

    assert told(client, f"{site.url}/page").startswith("We cannot read files of this kind")
    assert told(client, f"{site.url}/photo").startswith("This is not a picture that we can read")


def test_address_is_not_asked_for_where_nothing_is_fetched(client: Client, settings: Any) -> None:
    assert b'name="photo_url"' in client.get(PAGE).content

    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "FETCH": False}

    assert b'name="photo_url"' not in client.get(PAGE).content
    assert client.post(PAGE, {"photo_url": "https://example.com/"}).status_code == 400


def test_going_back_fetches_nothing(client: Client, site: Site) -> None:
    address = client.post(PAGE, {"photo_url": f"{site.url}/cup.png"})["Location"]
    asked = len(site.asked)

    client.get(address)

    assert len(site.asked) == asked == 1


@pytest.mark.parametrize(("language", "word"), [("de", "Adresse"), ("ar", "العنوان")])
def test_errors_are_told_in_the_languages_that_ship(client: Client, language: str, word: str) -> None:
    with translation.override(language):
        assert word in told(client, "http://127.0.0.1/")
