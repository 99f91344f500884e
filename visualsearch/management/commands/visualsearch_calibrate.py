"""Learn what the scores of the shop mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from visualsearch.exceptions import VisualSearchError
from visualsearch.models import current_space
from visualsearch.search.calibration import get_calibrated, in_use
from visualsearch.search.evaluation import Query, read_queries
from visualsearch.search.fitting import calibrate, count_searches
from visualsearch.sources import VisualSource, all_sources, get_source


class Command(BaseCommand):
    """Calibrate each source on its own pictures, and on photos with known answers where there are some."""

    help = (
        "Learn how alike the products of the shop are, from disturbed copies of its own pictures; with --photos also "
        "how sure a photo can make, which an embedder that came without it needs for any probability."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--source", default="", help="Only this source; needed with --photos where there are more.")
        parser.add_argument(
            "--photos", type=Path, metavar="QUERIES.csv", help="CSV with columns photo and sku, of goods that are sold."
        )
        parser.add_argument(
            "--outsiders", type=Path, metavar="FOLDER", help="With --photos: photos of things that are not sold."
        )
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Calibrate, then say what is in use."""
        try:
            outsiders = _files(options["outsiders"]) if options["outsiders"] else []
            if outsiders and not options["photos"]:
                raise CommandError("--outsiders belongs to --photos: leave it out, or give both.")
            sources = [get_source(options["source"])] if options["source"] or options["photos"] else all_sources()
            photos = read_queries(options["photos"], sources[0].name) if options["photos"] else []
            for source in sources:
                _calibrate(source, photos, outsiders)
        except (VisualSearchError, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        rows = {source.name: _row(source) for source in sources}
        self.stdout.write(json.dumps(rows, default=str) if options["json"] else "\n".join(map(_words, rows.items())))


def _calibrate(source: VisualSource, photos: list[Query], outsiders: list[Path]) -> None:
    with tqdm(total=count_searches(source, photos, outsiders), desc=source.name, unit="photo", disable=None) as bar:
        for _ in calibrate(source, photos, outsiders):
            bar.update()


def _files(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        raise CommandError(f"Expected a folder of photos, and {folder} holds no file.")
    return files


def _row(source: VisualSource) -> dict[str, Any]:
    space = current_space(source.name)
    calibrated = get_calibrated(space)
    return {
        "words": in_use(space).words,
        "units": calibrated.units.as_dict() if calibrated else None,
        "curve": calibrated.curve.as_dict() if calibrated else None,
    }


def _words(row: tuple[str, dict[str, Any]]) -> str:
    return f"{row[0]}: {row[1]['words']}"
