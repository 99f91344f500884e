from __future__ import annotations

import json
import logging

import pytest

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, found, sync_now
from visualsearch.exceptions import InvalidImage
from visualsearch.search import PhotoQuery, find_each
from visualsearch.telemetry import JsonFormatter

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Return what is logged from INFO on."""
    for name in ("visualsearch.searches", "visualsearch.syncs"):
        caplog.set_level(logging.INFO, logger=name)
    return caplog


def fields(log: pytest.LogCaptureFixture, logger: str) -> list[dict[str, object]]:
    return [record.visualsearch for record in log.records if record.name == logger]  # type: ignore[attr-defined]


def test_a_search_is_one_line_with_its_steps(lines: pytest.LogCaptureFixture) -> None:
    add_product(draw())
    sync_now()

    found(draw())

    (line,) = fields(lines, "visualsearch.searches")
    assert (line["source"], line["results"], line["revision"]) == (PRODUCTS, 1, 1)
    assert line["outcome"] in ("found", "no-match")
    assert {"decode_ms", "embed_ms", "catch_up_ms", "find_ms", "judge_ms"} <= set(line)


def test_a_refused_photo_is_a_line_with_its_reason(lines: pytest.LogCaptureFixture) -> None:
    add_product(draw())

    with pytest.raises(InvalidImage):
        found(b"no photo")

    (line,) = fields(lines, "visualsearch.searches")
    assert line["outcome"] == "UnsupportedFormat" or str(line["outcome"]).startswith("Invalid")


def test_several_regions_of_one_photo_are_one_line(lines: pytest.LogCaptureFixture) -> None:
    add_product(draw())
    sync_now()

    find_each(PhotoQuery(photo=draw(), source=PRODUCTS), [None, None])

    assert len(fields(lines, "visualsearch.searches")) == 1


def test_a_sync_and_the_search_that_has_read_it_tell_the_same_revision(lines: pytest.LogCaptureFixture) -> None:
    product = add_product(draw())

    sync_now()
    found(draw())

    (synced,), (searched,) = fields(lines, "visualsearch.syncs"), fields(lines, "visualsearch.searches")
    assert (synced["object"], synced["pictures"], synced["failed"]) == (str(product.pk), 1, 0)
    assert synced["revision"] == searched["revision"]


def test_a_line_of_json_holds_the_fields_and_nothing_of_the_photo(lines: pytest.LogCaptureFixture) -> None:
    add_product(draw())
    sync_now()
    found(draw())
    record = next(record for record in lines.records if record.name == "visualsearch.searches")

    line = json.loads(JsonFormatter().format(record))

    assert line["search_id"]
    assert line["level"] == "INFO"
    assert set(line) <= {
        *("time", "level", "logger", "message", "search_id", "source", "outcome", "results", "revision", "ms"),
        *("decode_ms", "embed_ms", "catch_up_ms", "find_ms", "judge_ms"),
    }
