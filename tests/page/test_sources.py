"""One page for several sources: the address says which, or the shop gives each an address of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.drawing import draw, draw_mosaic
from tests.gallery.visual_sources import PosterSource
from tests.goods import POSTERS, PRODUCTS, add_poster, add_product, sync_now
from visualsearch import Sample
from visualsearch.views import page

pytestmark = pytest.mark.django_db
PAGE = reverse("visualsearch:page")


@pytest.fixture(autouse=True)
def _goods() -> None:
    for number in range(3):
        add_product(draw_mosaic(number), title=f"product {number}")
        add_poster(draw_mosaic(number), name=f"poster {number}")
    sync_now()


def titles(response: Any) -> list[str]:
    return [one.result.title for section in response.context["shown"].sections for one in section.results]


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.png", draw_mosaic(1))


@pytest.mark.parametrize(
    ("named", "kind"), [({}, "product"), ({"source": PRODUCTS}, "product"), ({"source": POSTERS}, "poster")]
)
def test_photo_searches_the_source_that_is_named(client: Client, named: dict[str, str], kind: str) -> None:
    response = client.get(client.post(PAGE, {"photo": photo(), **named})["Location"])

    assert titles(response)[0] == f"{kind} 1"
    assert {title.split()[0] for title in titles(response)} == {kind}


def test_links_of_an_answer_stay_with_its_source(client: Client) -> None:
    response = client.get(client.post(PAGE, {"photo": photo(), "source": POSTERS})["Location"])
    like = response.context["shown"].sections[0].results[0].like
    assert f'<input type="hidden" name="source" value="{POSTERS}">' in response.content.decode()

    again = client.get(PAGE + like)

    assert titles(again)[0] == "poster 1"
    assert "source=gallery.poster" in again.context["shown"].sections[0].results[0].like


def test_form_of_a_named_source_keeps_it(client: Client) -> None:
    content = client.get(f"{PAGE}?source={POSTERS}").content.decode()

    assert f'<input type="hidden" name="source" value="{POSTERS}">' in content
    assert 'name="source"' not in client.get(PAGE).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_source_is_not_there(client: Client, method: str) -> None:
    fields = {"source": "shoes"} if method == "get" else {"source": "shoes", "photo": photo()}

    assert getattr(client, method)(PAGE, fields).status_code == 404


def test_sample_of_a_named_source_is_served_and_searched_with(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "sample.png"
    file.write_bytes(draw("red"))
    monkeypatch.setattr(PosterSource, "get_samples", lambda self: [Sample("one", "A poster", file)])

    content = client.get(f"{PAGE}?source={POSTERS}").content.decode()
    address = f"{reverse('visualsearch:sample', args=['one'])}?source={POSTERS}"
    assert address in content
    assert b"".join(client.get(address)) == file.read_bytes()
    assert client.get(f"{PAGE}?sample=one&source={POSTERS}").status_code == 200
    assert client.get(reverse("visualsearch:sample", args=["one"])).status_code == 404


def test_source_may_have_an_address_of_its_own(client: Client) -> None:
    request = RequestFactory().post("/posters/", {"photo": photo()})
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]

    response = page(request, source=POSTERS)
    assert response.status_code == 303
    assert str(response["Location"]).startswith("/posters/?q=")

    query = RequestFactory().get(str(response["Location"]))
    content = page(query, source=POSTERS).content.decode()
    assert "poster 1" in content
    assert 'action="/posters/"' in content
    assert 'name="source"' not in content
