"""Do all outstanding work here and now."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from visualsearch.exceptions import VisualSearchError
from visualsearch.sources import all_sources, get_source
from visualsearch.sync import (
    SyncReport,
    compact_where_needed,
    finish,
    finish_building,
    follow_index_setting,
    follow_setting,
    go_on_exchanging,
    outstanding,
    reconcile,
    request_everything,
    take_over,
)


class Command(BaseCommand):
    """Bring the rows in step with the shop and with the setting's embedder, without a worker."""

    help = "Embed every picture that is new or has changed, and remove what is gone. Exits 1 when a picture failed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--source", default="", help="Only this source, for example catalog.product.")
        parser.add_argument(
            "--all", action="store_true", help="Look at every object again, also where nothing seems changed."
        )
        parser.add_argument("--json", action="store_true", help="Print the outcome as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find what is outstanding, then work until nothing is."""
        report = SyncReport()
        try:
            follow_setting()
            follow_index_setting()
            # At once where nothing is searchable yet, so that nothing is embedded twice.
            take_over()
            sources = [get_source(options["source"])] if options["source"] else all_sources()
            for source in sources:
                (request_everything if options["all"] else reconcile)(source)
            with tqdm(total=outstanding(options["source"]), unit="object", disable=None) as bar:
                building = () if options["source"] else finish_building()
                for batch in chain(finish(source=options["source"]), building):
                    report += batch
                    bar.update(batch.objects)
            go_on_exchanging()
            compact_where_needed()
        except VisualSearchError as error:
            raise CommandError(str(error)) from error
        self._say(report, as_json=options["json"])

    def _say(self, report: SyncReport, *, as_json: bool) -> None:
        outcome = {"objects": report.objects, "embedded": report.embedded, "failed": report.failed}
        words = f"{report.objects} objects in step, {report.embedded} vectors computed, {report.failed} failed."
        self.stdout.write(json.dumps(outcome) if as_json else words)
        if report.failed:
            raise CommandError("Some pictures failed; the list of embeddings in the admin says why.")
