from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, found, sync_now
from tests.telemetry.conftest import Lines
from visualsearch.exceptions import UnsupportedFormat
from visualsearch.models import SearchRecord
from visualsearch.search import PhotoQuery, find_each
from visualsearch.search.admission import gate
from visualsearch.telemetry import JsonFormatter

pytestmark = pytest.mark.django_db
PAGE, API = reverse("visualsearch:page"), reverse("visualsearch-api:visual-search")


def photo(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.png", draw() if content is None else content)


def test_a_search_is_one_line_with_its_steps(lines: Lines) -> None:
    add_product(draw())
    sync_now()

    found(draw())

    (line,) = lines.of("searches")
    assert (line["source"], line["results"], line["revision"]) == (PRODUCTS, 1, 1)
    assert line["outcome"] in ("found", "no-match")
    assert {"decode_ms", "embed_ms", "catch_up_ms", "find_ms", "judge_ms"} <= set(line)


def test_a_refused_photo_is_a_line_with_its_reason(lines: Lines) -> None:
    add_product(draw())

    with pytest.raises(UnsupportedFormat):
        found(b"%PDF-1.7 and so on")

    (line,) = lines.of("searches")
    assert line["outcome"] == "UnsupportedFormat"


@pytest.mark.parametrize(("address", "photo_is_read"), [(PAGE, True), (API, True), (PAGE, False), (API, False)])
def test_what_a_face_refuses_is_one_line_with_its_reason(
    client: Client, lines: Lines, settings: Any, address: str, photo_is_read: bool
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SEARCHES_AT_ONCE": 1}
    fields = {"photo": photo(b"%PDF-1.7 and so on"), "source": PRODUCTS}

    if photo_is_read:
        client.post(address, fields)
    else:
        with gate.admitted():
            client.post(address, fields)

    (line,) = lines.of("searches")
    assert line["outcome"] == ("UnsupportedFormat" if photo_is_read else "TooManySearches")


def test_wrong_question_is_a_refusal_and_no_failure_of_the_shop(client: Client, lines: Lines) -> None:
    client.post(API, {"photo": photo(), "source": PRODUCTS, "filters": '{"shoe": 1}'})

    (line,) = lines.of("searches")
    assert line["outcome"] == "ValidationError"


def test_several_regions_of_one_photo_are_one_line(lines: Lines) -> None:
    add_product(draw())
    sync_now()

    find_each(PhotoQuery(photo=draw(), source=PRODUCTS), [None, None])

    assert len(lines.of("searches")) == 1


def test_part_that_was_pointed_at_is_one_line(client: Client, lines: Lines) -> None:
    add_product(draw())
    sync_now()

    client.post(API, {"photo": photo(), "source": PRODUCTS, "point": "0.5,0.5"})

    assert len(lines.of("searches")) == 1


def test_line_row_and_answer_of_the_api_have_one_id(client: Client, lines: Lines) -> None:
    answer = client.post(API, {"photo": photo(), "source": PRODUCTS}).json()

    (line,) = lines.of("searches")
    assert line["query_id"] == answer["query"]["id"] == str(SearchRecord.objects.get().query_id)


def test_line_and_row_of_the_page_have_one_id(client: Client, lines: Lines) -> None:
    add_product(draw())
    sync_now()

    client.get(client.post(PAGE, {"photo": photo()})["Location"])

    looked, shown = lines.of("searches")
    assert shown["query_id"] == str(SearchRecord.objects.get().query_id) != looked["query_id"]
    assert "embed_ms" in looked
    assert "embed_ms" not in shown


def test_page_without_a_search_is_no_line(client: Client, lines: Lines) -> None:
    client.get(PAGE)
    client.post(PAGE, {})

    assert lines.of("searches") == []


@pytest.mark.parametrize(
    "name",
    [
        "a\nWARNING root: all photos deleted",
        "a\rb",
        "a\u2028b",
        "a outcome=found",
        'a" outcome="found',
        "a\x1b[2K",
        "ä",
    ],
)
def test_source_that_a_stranger_names_forges_neither_a_line_nor_a_field(
    client: Client, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    with caplog.at_level("INFO", "visualsearch.searches"):
        client.post(API, {"photo": photo(), "source": name})

    (message,) = [record.getMessage() for record in caplog.records if record.name == "visualsearch.searches"]
    assert len(message.splitlines()) == 1
    assert message.isascii()
    assert f"source={json.dumps(name)} outcome=UnknownSource " in message


def test_a_line_of_json_holds_the_fields_and_nothing_of_the_photo(lines: Lines) -> None:
    product = add_product(draw())
    sync_now()
    found(draw())
    (record,) = lines.records("searches")

    line = json.loads(JsonFormatter().format(record))

    assert line["query_id"]
    assert line["objects"] == str(product.pk)
    assert line["level"] == "INFO"
    assert set(line) <= {
        *("time", "level", "logger", "message", "query_id", "source", "outcome", "results", "objects", "revision"),
        *("ms", "decode_ms", "embed_ms", "catch_up_ms", "find_ms", "judge_ms"),
    }
