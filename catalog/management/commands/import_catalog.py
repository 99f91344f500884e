"""Import a CSV file or a folder of pictures into the shop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from tqdm import tqdm

from catalog.feeds import FeedError, FeedRow, Report, import_feed, read_feed


class Command(BaseCommand):
    """Import a CSV file or a folder of pictures; importing twice changes nothing."""

    help = "Import a CSV file or a folder of pictures into the shop; importing twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the source and the two switches."""
        parser.add_argument("source", type=Path, help="a CSV file, or a folder whose sub-folders are categories")
        parser.add_argument("--dry-run", action="store_true", help="read and check everything, write nothing")
        parser.add_argument("--json", action="store_true", help="print the report for a program")

    def handle(self, *args: Any, source: Path, dry_run: bool, **options: Any) -> None:
        """Import, print the report, and end with status 1 when something could not be imported."""
        try:
            report = import_feed(read_feed(source), dry_run=dry_run, progress=_show_progress)
        except FeedError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            hint = "A new one is made ready by `python manage.py migrate`."
            raise CommandError(f"The database cannot be used: {str(error).partition(chr(10))[0]}. {hint}") from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), indent=2))
        else:
            self._print(report, dry_run=dry_run)
        if report.problems:
            raise CommandError(f"{len(report.problems)} could not be imported; everything else was.")

    def _print(self, report: Report, *, dry_run: bool) -> None:
        for line in (*report.notes, *report.problems):
            self.stdout.write(str(line))
        self.stdout.write(
            f"{'Would be' if dry_run else 'Products'}: {report.created} created, {report.updated} updated, "
            f"{report.unchanged} unchanged; pictures: {report.pictures_added} added, {report.pictures_removed} removed."
        )


def _show_progress(products: list[list[FeedRow]]) -> Any:
    """Show a bar on a terminal only."""
    return tqdm(products, desc="Importing", unit="product", disable=None)
