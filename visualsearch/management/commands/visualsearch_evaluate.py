"""Measure how well photos find their products."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from visualsearch.embedders import load_embedder
from visualsearch.exceptions import VisualSearchError
from visualsearch.models import serving_embedder
from visualsearch.search.evaluation import (
    LIMIT,
    Comparison,
    Query,
    Report,
    choose_catalogue,
    compare,
    count_objects,
    draw_pictures,
    embed_catalogue,
    evaluate,
    find_goods,
    query_of,
    read_queries,
    render_report,
    shown_objects,
    words_of,
)
from visualsearch.sources import VisualSource, all_sources, get_source

SAMPLE = 300


class Command(BaseCommand):
    """Search with photos whose right answers are known, or with the shop's own pictures, and say how good it was.

    Exit status 1: a photo could not be searched with, or recall@1 is below --fail-under.
    """

    help = (
        "Measure the search: on the shop's own pictures, disturbed as phones and apps do, or on photos with known "
        "answers. Exits 1 when a photo could not be searched with or recall@1 is below --fail-under."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "queries",
            type=Path,
            nargs="?",
            help="CSV with columns photo (beside the file) and sku (several with ;). Without it the shop's own "
            "pictures are searched with.",
        )
        parser.add_argument(
            "--source", default="", help="Source to search; with a CSV needed where several are registered."
        )
        parser.add_argument(
            "--sample", type=int, help=f"Pictures of the shop that are searched with; {SAMPLE} without it."
        )
        parser.add_argument("--seed", type=int, default=0, help="Another seed draws other pictures and disturbances.")
        parser.add_argument("--limit", type=int, default=LIMIT, help="Results looked at per photo, at least 10.")
        parser.add_argument(
            "--compare",
            default="",
            metavar="EMBEDDER",
            help="Measure this embedder, a name or JSON of BACKEND and OPTIONS, beside the serving one, in memory.",
        )
        parser.add_argument(
            "--catalogue", type=int, help="With --compare: embed so many other pictures of the shop instead of all."
        )
        parser.add_argument("--fail-under", type=float, metavar="SHARE", help="Exit 1 when recall@1 of all is lower.")
        parser.add_argument("--html", type=Path, metavar="FILE", help="Write a report of one file with pictures.")
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, then print and write what came out."""
        _check(options)
        try:
            queries = _queries(options)
            comparison = _compare(queries, options) if options["compare"] else None
            report = comparison.serving if comparison else _evaluate(queries, options)
        except (VisualSearchError, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps((comparison or report).as_dict(), ensure_ascii=False))
        else:
            self.stdout.write(words_of(report, comparison))
        if options["html"]:
            options["html"].write_text(render_report(report, comparison), encoding="utf-8")
        for failure in report.failed:
            self.stderr.write(str(failure))
        if missed := _missed(report, options["fail_under"]):
            raise CommandError(" ".join(missed))


def _check(options: dict[str, Any]) -> None:
    """Refuse what could not end well before the first search is made."""
    if options["queries"] and options["sample"] is not None:
        raise CommandError("--sample draws pictures of the shop: leave it out, or leave the CSV out.")
    if options["catalogue"] is not None and not options["compare"]:
        raise CommandError("--catalogue belongs to --compare; without it the live index is searched.")
    for name, least in (("sample", 1), ("catalogue", 0)):
        if options[name] is not None and options[name] < least:
            raise CommandError(f"Expected --{name} of {least} or more, got {options[name]}.")
    if options["fail_under"] is not None and not 0 <= options["fail_under"] <= 1:
        raise CommandError(f"Expected --fail-under from 0 to 1, got {options['fail_under']}.")
    if options["html"] and not options["html"].absolute().parent.is_dir():
        raise CommandError(f"There is no folder {options['html'].absolute().parent} to write the report into.")


def _queries(options: dict[str, Any]) -> list[Query]:
    if options["queries"]:
        source = get_source(options["source"])
        return find_goods(read_queries(options["queries"], source.name), source)
    count = SAMPLE if options["sample"] is None else options["sample"]
    return [query_of(drawn) for drawn in draw_pictures(_sources(options), count, options["seed"])]


def _evaluate(queries: list[Query], options: dict[str, Any]) -> Report:
    return evaluate(_with_bar(queries), seed=options["seed"], limit=max(options["limit"], LIMIT))


def _compare(queries: list[Query], options: dict[str, Any]) -> Comparison:
    embedders = [serving_embedder(), load_embedder(options["compare"])]
    sources = [get_source(name) for name in sorted({query.source for query in queries})]
    chosen = choose_catalogue(queries, sources, options["catalogue"], options["seed"])
    objects = tqdm(shown_objects(sources), total=count_objects(sources), desc="Catalogue", unit="object", disable=None)
    (serving, other), unreadable = embed_catalogue(objects, embedders, chosen)
    return compare(
        _with_bar(queries), serving, other, unreadable, seed=options["seed"], limit=max(options["limit"], LIMIT)
    )


def _sources(options: dict[str, Any]) -> Iterable[VisualSource]:
    return [get_source(options["source"])] if options["source"] else all_sources()


def _with_bar(queries: list[Query]) -> Iterable[Query]:
    return tqdm(queries, desc="Searching", unit="photo", disable=None)


def _missed(report: Report, fail_under: float | None) -> list[str]:
    """Return the sentences that say why the command fails; none where it does not."""
    sentences = []
    recall = report.figures.recall_at_1
    if report.failed:
        sentences.append(f"{len(report.failed)} photos could not be searched with; they are left out of the figures.")
    if fail_under is not None and recall is None:
        sentences.append(f"Nothing was measured, so that recall@1 is not the {fail_under} that --fail-under asks for.")
    elif fail_under is not None and recall is not None and recall < fail_under:
        sentences.append(f"recall@1 is {recall}, below the {fail_under} that --fail-under asks for.")
    return sentences
