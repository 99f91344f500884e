"""Measure how well photos find their products."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from visualsearch.exceptions import VisualSearchError
from visualsearch.search.evaluation import Measured, measure, read_queries, summarise


class Command(BaseCommand):
    """Search with every photo of a CSV and count how often the right product comes first."""

    help = "Measure the search on photos with known answers. Exits 1 when a photo could not be searched with."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "queries", type=Path, help="CSV with columns photo (beside the file) and sku (several with ;)."
        )
        parser.add_argument("--source", default="", help="Source to search; needed where several are registered.")
        parser.add_argument("--limit", type=int, default=10, help="Results looked at per photo, at least 10.")
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Search with every photo, then print the figures."""
        measured: list[Measured] = []
        failed: list[str] = []
        try:
            queries = read_queries(options["queries"])
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        for query in tqdm(queries, unit="photo", disable=None):
            try:
                measured.append(measure(query, source=options["source"], limit=max(options["limit"], 10)))
            except (VisualSearchError, OSError) as error:
                failed.append(f"{query.photo}: {error}")
        self._say(measured, failed, as_json=options["json"])

    def _say(self, measured: list[Measured], failed: list[str], *, as_json: bool) -> None:
        figures = summarise(measured)
        words = "\n".join(f"{name:<10} {value}" for name, value in figures.items())
        self.stdout.write(json.dumps(figures) if as_json else words)
        for line in failed:
            self.stderr.write(line)
        if failed:
            raise CommandError(f"{len(failed)} photos could not be searched with; they are left out of the figures.")
