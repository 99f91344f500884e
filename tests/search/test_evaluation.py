from __future__ import annotations

from pathlib import Path

import pytest

from visualsearch.search.evaluation import Measured, read_queries, summarise


def measured(*hits: bool, right: int = 1, milliseconds: float = 1) -> Measured:
    return Measured(hits=hits, right=right, milliseconds=milliseconds)


def test_figures_count_the_rank_of_the_first_right_answer() -> None:
    figures = summarise([measured(True, False), measured(False, True), measured(False, False)])

    assert figures["queries"] == 3
    assert figures["recall@1"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["recall@5"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["mrr"] == pytest.approx(0.5)


def test_mean_average_precision_counts_every_right_answer() -> None:
    assert summarise([measured(True, False, True, right=2)])["map@10"] == pytest.approx((1 + 2 / 3) / 2, abs=1e-4)


def test_times_are_percentiles() -> None:
    figures = summarise([measured(True, milliseconds=value) for value in range(1, 101)])

    assert (figures["p50_ms"], figures["p95_ms"]) == (50.5, 95.0)


def test_nothing_measured_gives_no_figures() -> None:
    assert summarise([])["recall@1"] is None


def test_several_skus_are_all_right(tmp_path: Path) -> None:
    path = tmp_path / "queries.csv"
    path.write_text("photo,sku\na.jpg,A; B\n")

    (query,) = read_queries(path)

    assert query.right == {"A", "B"}
    assert query.photo == tmp_path / "a.jpg"


@pytest.mark.parametrize(
    "text", ["picture,sku\na.jpg,A\n", "photo,sku\na.jpg,\n", "photo,sku\n,A\n", "", "photo,sku\na\n"]
)
def test_csv_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "queries.csv"
    path.write_text(text)

    with pytest.raises(ValueError, match="Expected"):
        read_queries(path)
