"""The page of how far each index goes says what the measured figures give."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.growing import measured
from benchmarks.growing.__main__ import PAGE, filled
from benchmarks.growing.measured import Point, Series
from benchmarks.growing.tables import tables
from benchmarks.growing.vendor import KINDS, MANAGED, Prices

TABLES = tables(Prices())


def test_page_has_the_tables_that_the_program_prints() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert all(f"<!-- {name} -->" in page for name in TABLES)
    assert filled(page, TABLES) == page, "Run `python -m benchmarks.growing --write`."


def test_what_was_not_measured_is_marked() -> None:
    rows = {line.split(" | ")[0].strip("| "): line.split(" | ") for line in TABLES["designs"].splitlines()[2:]}

    assert not rows["10,000,000"][2].startswith("~")
    assert rows["1,000,000,000"][2].startswith("~ ")


def test_numbers_are_carried_on_from_the_largest_measured() -> None:
    few, many = (
        Point(vectors=number, milliseconds=number / 1000, stored=100.0, build_seconds=float(number))
        for number in (100, 10_000)
    )
    lists, graph = Series(name="x", points=(few, many)), Series(name="x", points=(few, many), is_graph=True)

    assert lists.at(100) == (few, True)
    found, is_measured = lists.at(1_000_000) or (few, True)
    assert (found.milliseconds, found.stored, is_measured) == (1000.0, 100.0, False)
    assert found.build_seconds == pytest.approx(10_000 * 100 * 1.5)
    assert (graph.at(1_000_000) or (few, True))[0].milliseconds == pytest.approx(15.0)
    assert Series(name="x", points=()).at(100) is None


def test_engines_are_read_where_they_were_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(measured, "RESULTS", tmp_path)
    assert measured.engine_series("pgvector").points == ()
    row = '{"engine": "pgvector", "vectors": 10000, "kind": "hnsw", "all": {"median": 2.5}, '
    (tmp_path / "engines.json").write_text('{"results": [' + row + '"stored_mib": 10, "build_seconds": 3.0}]}')

    series = measured.engine_series("pgvector")

    assert series.is_graph
    assert series.points == (Point(vectors=10_000, milliseconds=2.5, stored=1048.576, build_seconds=3.0),)


def test_cost_is_the_formula_of_the_page() -> None:
    month = Prices(memory=5, disk=0.1, store=0.02).month(memory=2**31, disk=2**30, store=2**30)

    assert month == pytest.approx(10.12)
    assert [kind.name for kind in KINDS] == ["HNSW", "IVF_SQ8", "DISKANN"]
    assert MANAGED[0].units(3_000_000) == pytest.approx(2 / 3)
    assert MANAGED[0].cost(3_000_000) == pytest.approx(65.0)
