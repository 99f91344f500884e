"""Build the index anew from the rows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from visualsearch.exceptions import VisualSearchError
from visualsearch.sources import all_sources, get_source
from visualsearch.sync import rebuild


class Command(BaseCommand):
    """Write a new snapshot from the stored vectors; searching goes on meanwhile."""

    help = "Build the index anew from the stored vectors, without reading a picture. Searching goes on meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--source", default="", help="Only this source, for example catalog.product.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild each index."""
        try:
            for source in [get_source(options["source"])] if options["source"] else all_sources():
                if not rebuild(source):
                    raise CommandError(
                        f"Another process is building the index of {source.name}; try again when it is done."
                    )
                self.stdout.write(f"The index of {source.name} is built anew.")
        except VisualSearchError as error:
            raise CommandError(str(error)) from error
