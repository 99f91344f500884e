from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from examples.phone import Phone
from tests.drawing import draw
from tests.goods import POSTERS, add_product, sync_now
from visualsearch.api.problems import TYPES
from visualsearch.models import Event, SearchRecord
from visualsearch.sources import _registry

ROOT = Path(__file__).parents[1]
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture
def phone(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Phone:
    # As in most shops: one source, which nobody needs to name.
    monkeypatch.delitem(_registry, POSTERS)
    phone = Phone(live_server.url)
    # A proxy of the machine knows nothing of a server on its loopback.
    phone.http.trust_env = False
    return phone


@pytest.mark.django_db(transaction=True)
def test_phone_searches_narrows_without_a_second_upload_and_reports_a_tap(phone: Phone) -> None:
    cheap, dear = add_product(draw("red"), price=5), add_product(draw("darkred"), price=500)
    sync_now()

    answer = phone.search(draw("red"), limit=5)
    narrowed = phone.search_again(answer, filters={"price_from": 100})
    phone.tap(narrowed, 0)

    assert [result["product"]["key"] for result in answer["results"]] == [cheap.sku, dear.sku]
    assert [result["product"]["key"] for result in narrowed["results"]] == [dear.sku]
    event = Event.objects.get()
    assert (event.action_name, event.object_id, event.ordinal) == ("click", dear.sku, 1)
    assert SearchRecord.objects.filter(query_id=event.query_id).exists()


@pytest.mark.django_db(transaction=True)
def test_phone_says_what_is_wrong_with_a_photo(phone: Phone) -> None:
    with pytest.raises(SystemExit, match=r"^not-an-image: "):
        phone.search(b"no picture")


def test_phone_is_as_short_as_the_documents_say() -> None:
    lines = (ROOT / "examples" / "phone.py").read_text(encoding="utf-8").splitlines()

    assert len([line for line in lines if line.strip()]) <= 40


def test_every_type_of_a_problem_is_explained() -> None:
    assert set(re.findall(r"`([a-z-]+)`", API.split("## Errors")[1].split("## Who")[0])) >= set(TYPES)
