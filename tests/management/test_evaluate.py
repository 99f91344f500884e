from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.drawing import draw, draw_mosaic
from tests.goods import POSTERS, PRODUCTS, add_poster, add_product, sync_now
from visualsearch.models import Embedding

pytestmark = pytest.mark.django_db
TINY = "tests.embedders.tiny.TinyEmbedder"


def run(*args: Any, **options: Any) -> str:
    out = StringIO()
    call_command("visualsearch_evaluate", *args, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    """A CSV whose photo shows a red thing, of sku R1."""
    (tmp_path / "photo.png").write_bytes(draw("red"))
    path = tmp_path / "queries.csv"
    path.write_text("photo,sku\nphoto.png,R1;OTHER\n")
    return path


def fill(count: int = 4) -> None:
    for number in range(count):
        add_product(draw_mosaic(number))
    sync_now()


def test_photos_with_known_answers_are_counted(queries: Path) -> None:
    add_product(draw("red"), sku="R1")
    add_product(draw("blue"))
    sync_now()

    figures = json.loads(run(queries, source=PRODUCTS, json=True))

    assert (figures["queries"], figures["recall@1"]) == (1, 1.0)
    assert figures["ece"] == pytest.approx(0.01)  # a copy is held to be right at 0.99
    assert set(figures) >= {"recall@5", "recall@10", "mrr", "map@10", "p50_ms", "p95_ms", "matrix", "worst", "failed"}


def test_shop_is_measured_on_its_own_pictures() -> None:
    fill(2)
    add_poster()
    sync_now()

    words = run(sample=3)
    figures = json.loads(run("--json", "--sample", "3"))

    assert "recall@1 by category and disturbance" in words
    assert "screenshot" in words
    assert figures["queries"] == 3 * 9
    assert figures["about"]["sources"] == [PRODUCTS, POSTERS]


def test_one_source_can_be_measured_alone() -> None:
    fill(2)
    add_poster()
    sync_now()

    assert json.loads(run("--json", source=POSTERS))["about"]["sources"] == [POSTERS]


def test_photo_that_cannot_be_read_is_told_and_exits_1(queries: Path) -> None:
    add_product(draw("red"), sku="R1")
    sync_now()
    queries.write_text("photo,sku\nphoto.png,R1\nmissing.png,R1\n")
    out, err = StringIO(), StringIO()

    with pytest.raises(CommandError, match="1 photos could not be searched with") as raised:
        call_command("visualsearch_evaluate", queries, source=PRODUCTS, stdout=out, stderr=err)

    assert raised.value.returncode == 1
    assert "recall@1   1.0" in out.getvalue()
    assert "missing.png" in err.getvalue()


def test_picture_that_cannot_be_read_is_told_and_exits_1() -> None:
    bad = add_product(b"no picture")
    fill(1)
    err = StringIO()

    with pytest.raises(CommandError, match="1 photos could not"):
        call_command("visualsearch_evaluate", stdout=StringIO(), stderr=err)

    assert bad.images.get().file.name in err.getvalue()


@pytest.mark.parametrize("fail_under", [0.0, 1.0])
def test_search_that_is_good_enough_passes(queries: Path, fail_under: float) -> None:
    add_product(draw("red"), sku="R1")
    sync_now()

    assert run(queries, source=PRODUCTS, fail_under=fail_under)


def test_search_that_is_not_good_enough_exits_1_and_says_by_which_figure(queries: Path) -> None:
    add_product(draw("red"))
    sync_now()

    with pytest.raises(CommandError, match=r"^recall@1 is 0.0, below the 0.9 that --fail-under asks for\.$") as raised:
        run(queries, source=PRODUCTS, fail_under=0.9)

    assert raised.value.returncode == 1


def test_nothing_measured_is_not_good_enough() -> None:
    with pytest.raises(CommandError, match="Nothing was measured"):
        run(fail_under=0.1)


def test_report_is_written_even_when_the_figures_fail(tmp_path: Path) -> None:
    add_product(draw("red"))
    add_product(draw("red"))
    sync_now()
    path = tmp_path / "report.html"

    with pytest.raises(CommandError, match="recall@1"):
        run("--html", str(path), "--fail-under", "1")

    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_embedders_are_compared_without_a_row_written() -> None:
    fill()
    before = list(Embedding.objects.values_list("pk", "fingerprint", "revision"))

    words = run(compare=TINY, catalogue=2)
    figures = json.loads(run("--json", compare=TINY))

    assert words.count("tiny") == words.count("thumbnail") == 2
    assert [one["figure"] for one in figures["comparison"]["differences"]] == ["recall@1", "MRR"]
    assert figures["about"]["catalogue"] == 4
    assert list(Embedding.objects.values_list("pk", "fingerprint", "revision")) == before


def test_a_backend_with_options_is_compared() -> None:
    fill()

    words = run(compare=json.dumps({"BACKEND": TINY}), catalogue=2)

    assert words.count("tiny") == 2


def test_photos_of_a_csv_are_compared_too(queries: Path) -> None:
    add_product(draw("red"), sku="R1")

    figures = json.loads(run(queries, "--json", source=PRODUCTS, compare=TINY, catalogue=0))

    assert (figures["recall@1"], figures["comparison"]["other"]["recall@1"]) == (1, 1)


def test_photos_of_goods_that_the_shop_does_not_show_are_told(queries: Path) -> None:
    fill(1)

    assert "1 photos name no product that the shop shows" in run(queries, source=PRODUCTS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sample": 0}, "Expected --sample of 1 or more, got 0"),
        ({"catalogue": 5}, "--catalogue belongs to --compare"),
        ({"catalogue": -1, "compare": TINY}, "Expected --catalogue of 0 or more, got -1"),
        ({"fail_under": 90.0}, "Expected --fail-under from 0 to 1, got 90.0"),
        ({"html": Path("nowhere") / "report.html"}, "There is no folder"),
        ({"compare": "nothing"}, "There is no embedder 'nothing'"),
        ({"source": "shoes"}, "Expected the name of a registered source"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(**options)


def test_sample_of_a_csv_is_refused(queries: Path) -> None:
    with pytest.raises(CommandError, match="leave the CSV out"):
        run(queries, source=PRODUCTS, sample=5)


def test_csv_of_several_sources_needs_a_source(queries: Path) -> None:
    with pytest.raises(CommandError, match="Expected the name of a registered source"):
        run(queries)


def test_limit_above_what_a_search_may_have_is_refused(queries: Path) -> None:
    with pytest.raises(CommandError, match="Expected a limit from 1 to 100, got 101"):
        run(queries, source=PRODUCTS, limit=101)


def test_file_that_is_not_there_is_refused(queries: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(queries.with_name("nothing.csv"), source=PRODUCTS)
