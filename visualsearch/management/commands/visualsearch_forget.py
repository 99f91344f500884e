"""Delete shoppers' photos that the shop has kept."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from visualsearch.keeping import forget_photos


class Command(BaseCommand):
    """Delete the kept photos that are old enough, or all of them."""

    help = "Delete shoppers' photos that were kept for KEEP_PHOTOS_DAYS, as a worker does every hour."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the switch."""
        parser.add_argument("--all", action="store_true", help="Delete every kept photo, however young.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete them and say how many."""
        self.stdout.write(f"{forget_photos(all_of_them=options['all'])} kept photos deleted.")
