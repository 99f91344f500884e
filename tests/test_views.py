from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from catalog.models import Category, Product
from tests.drawing import draw
from tests.goods import add_product, sync_now
from visualsearch.embedders import get_embedder
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.search.admission import gate

pytestmark = pytest.mark.django_db
PAGE = reverse("visualsearch:page")


def photo(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.png", draw("red") if content is None else content)


def send(client: Client, content: bytes | None = None, **fields: Any) -> str:
    """Send a photo and return the address that it leads to."""
    response = client.post(PAGE, {"photo": photo(content), **fields})
    assert response.status_code == 303, response.content
    return str(response["Location"])


def search(client: Client, content: bytes | None = None, **fields: Any) -> str:
    return client.get(send(client, content, **fields)).content.decode()


def titles(response: HttpResponse) -> list[str]:
    return [one.result.title for section in response.context["shown"].sections for one in section.results]  # type: ignore[attr-defined]


def test_page_shows_the_form(client: Client) -> None:
    response = client.get(PAGE)

    assert response.status_code == 200
    assert b'type="file"' in response.content


def test_photo_shows_the_product_that_looks_like_it(client: Client) -> None:
    product = add_product(draw("red"), title="A red cup")
    sync_now()

    response = client.get(send(client))

    assert b"A red cup" in response.content
    assert product.get_absolute_url().encode() in response.content
    assert "no-store" in response["Cache-Control"]


def test_address_holds_the_search_and_not_the_photo(client: Client) -> None:
    add_product(draw("red"), title="A red cup")
    sync_now()
    address = send(client)

    assert list(parse_qs(urlsplit(address).query)) == ["q"]
    assert len(address) < 2000
    assert "A red cup" in Client().get(address).content.decode()


def test_results_stand_under_the_way_in_which_they_are_like_the_photo(client: Client) -> None:
    add_product(draw("red"))
    add_product(draw("blue", "rectangle"))
    sync_now()

    content = search(client)

    assert content.index("The same picture") < content.index("We are sure") < content.index("Similar")
    assert "Nothing close enough" not in content


def test_page_says_when_nothing_is_close_enough_and_shows_the_nearest_and_the_shelves(
    client: Client, settings: Any
) -> None:
    cups = Category.objects.create(name="Cups", slug="cups")
    add_product(draw("red"), title="A red cup", category=cups)
    sync_now()
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "NO_MATCH_BELOW": 1.0}

    content = search(client, draw("blue", "rectangle"))

    assert "Nothing close enough." in content
    assert "A red cup" in content
    assert cups.get_absolute_url() in content


def test_card_says_price_stock_and_variants(client: Client) -> None:
    for colour in ("red", "blue"):
        add_product(draw(colour), price="12.50", group="cups", in_stock=False)
    sync_now()

    content = search(client)

    assert "12.50\xa0€" in content
    assert "Sold out" in content
    assert "2 variants" in content


def test_filters_keep_the_photo_and_count_what_they_leave(client: Client) -> None:
    shelves = [Category.objects.create(name=name, slug=name.lower()) for name in ("Cups", "Rugs")]
    add_product(draw("red"), title="cup", category=shelves[0], price=10, group="cups")
    add_product(draw("pink"), title="pink cup", category=shelves[0], price=12, group="cups")
    add_product(draw("orange"), title="rug", category=shelves[1], price=90, in_stock=False)
    sync_now()
    address = send(client)

    assert titles(client.get(f"{address}&category=Rugs")) == ["rug"]
    assert titles(client.get(f"{address}&price_to=50")) == ["cup"]
    assert titles(client.get(f"{address}&in_stock=1")) == ["cup"]
    assert titles(client.get(f"{address}&price_from=nonsense")) == ["cup", "rug"]
    shown = client.get(f"{address}&category=Rugs").context["shown"]
    chips = {chip["label"]: (chip["count"], chip["is_on"]) for chip in shown.filters[0]["chips"]}
    assert chips == {"Rugs": (1, True), "Cups": (1, False)}


def test_filter_that_leaves_nothing_says_so(client: Client) -> None:
    add_product(draw("red"), price=10)
    sync_now()

    assert "Nothing fits these filters" in client.get(send(client) + "&price_from=900").content.decode()


def test_picture_of_a_product_can_be_searched_with_and_a_part_of_it(client: Client) -> None:
    product = add_product(draw("red"), title="cup")
    sync_now()
    like = f"{product.pk}:{product.images.get().pk}"

    response = client.get(PAGE, {"like": like, "left": "10", "right": "60"})

    assert titles(response) == ["cup"]
    assert response.context["edges"] == (10, 0, 60, 100)
    Product.objects.update(is_active=False)
    assert client.get(PAGE, {"like": like}).status_code == 410


@pytest.mark.parametrize("like", ["", "x", "1:2:3", "9" * 50 + ":1"])
def test_picture_that_is_not_there_is_told(client: Client, like: str) -> None:
    assert client.get(PAGE, {"like": like}).status_code == (410 if like else 200)


def test_part_of_the_photo_is_searched_with_and_others_stay_suggested(client: Client, learnt_regions: None) -> None:
    add_product(draw("red"))
    sync_now()

    response = client.get(send(client, left="25", top="25", right="75.5", bottom="100"))

    assert response.context["edges"] == (25, 25, 75.5, 100)
    assert len(response.context["shown"].boxes) == 1


def test_part_without_javascript_leads_back_to_the_same_picture_and_filters(client: Client) -> None:
    product = add_product(draw("red"), price=10)
    sync_now()
    like = f"{product.pk}:{product.images.get().pk}"

    response = client.post(PAGE, {"like": like, "part": "0,0,50,50", "price_to": "20"})

    query = parse_qs(urlsplit(response["Location"]).query)
    assert query == {"like": [like], "left": ["0"], "top": ["0"], "right": ["50"], "bottom": ["50"], "price_to": ["20"]}


def test_forged_addresses_are_told_in_words(client: Client) -> None:
    address = send(client)

    assert client.get(address[:-1] + ("A" if address[-1] != "A" else "B")).status_code == 410
    response = client.get(PAGE, {"q": "nonsense"})
    assert response.status_code == 410
    assert b"no longer remembered" in response.content


def test_title_of_a_product_cannot_write_html(client: Client) -> None:
    add_product(draw("red"), title="<script>alert(1)</script>")
    sync_now()

    assert "<script>alert" not in search(client)


def test_empty_shop_says_so(client: Client) -> None:
    assert "Nothing is searchable yet" in search(client)


def test_shop_that_is_not_searchable_yet_says_how_far_it_is(client: Client) -> None:
    add_product(draw("red"))

    assert "0 of 1 products can be found by now" in search(client)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, b"Choose or take a photo first"),
        ({"photo": b""}, b"The file is empty"),
        ({"photo": b"no picture"}, b"not a picture that we can read"),
        ({"photo": draw(size=5)}, b"too small"),
        ({"photo": draw(), "left": "x"}, b"Left edge"),
        ({"photo": draw(), "left": "60", "right": "40"}, b"inside the photo"),
        ({"photo": draw(), "right": "nan"}, b"Right edge"),
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
    assert b"too large: at most 0.001 MB" in response.content


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


def test_page_weighs_little(client: Client) -> None:
    names = ("page.css", "page.js", "crop.js", "photo.js")
    own = sum(Path(str(finders.find(f"visualsearch/{name}"))).stat().st_size for name in names)

    assert own + len(client.get(PAGE).content) < 60_000


def test_hashed_files_alone_serve_all_of_the_page(client: Client, settings: Any, tmp_path: Path) -> None:
    backend = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    call_command("collectstatic", interactive=False, verbosity=0)
    served = set(json.loads((tmp_path / "staticfiles.json").read_text())["paths"].values())

    page = client.get(PAGE).content.decode()
    asked = re.findall(r'"/static/(visualsearch/[^"]+)"', page)
    for name in asked:
        # What a file itself asks for, by a path of its own.
        wanted = re.findall(
            r"""(?:from |import\(?|url\()["']?\.{0,2}/?([\w./-]+\.\w+)""", (tmp_path / name).read_text()
        )
        asked += [str(Path(name).parent / one) for one in wanted]

    assert len(asked) >= 4
    assert set(asked) <= served


@pytest.mark.parametrize("length", ["many", "-1", "1e9", "²"])
def test_length_that_is_no_number_is_no_error_of_ours(client: Client, length: str) -> None:
    assert client.post(PAGE, {"photo": photo()}, CONTENT_LENGTH=length).status_code == 400


def test_others_search_while_a_photo_is_fetched(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SEARCHES_AT_ONCE": 1}
    others = []

    def fetch(url: str) -> bytes:
        others.append(client.post(PAGE, {"photo": photo()}).status_code)
        return draw("red")

    monkeypatch.setattr("visualsearch.views.fetch_photo", fetch)

    response = client.post(PAGE, {"photo_url": "https://example.com/photo.jpg"})

    assert others == [303]
    assert response.status_code == 303


def test_search_beyond_the_bound_is_refused_at_once(client: Client, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SEARCHES_AT_ONCE": 1}

    with gate.admitted():
        response = client.post(PAGE, {"photo": photo()})

    assert response.status_code == 503
    assert b"not possible at the moment" in response.content
