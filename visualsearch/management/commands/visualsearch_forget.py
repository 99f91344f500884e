"""Delete what the shop has kept of shoppers' searches: photos and vectors."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from visualsearch.behaviour import forget_vectors
from visualsearch.keeping import forget_photos


class Command(BaseCommand):
    """Delete the kept photos and vectors that are old enough, or all of them."""

    help = "Delete photos and vectors of searches that were kept for long enough, as a worker does every hour."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the switch."""
        parser.add_argument("--all", action="store_true", help="Delete every kept photo and vector, however young.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete them and say how many."""
        self.stdout.write(f"{forget_photos(all_of_them=options['all'])} kept photos deleted.")
        self.stdout.write(f"{forget_vectors(all_of_them=options['all'])} kept vectors deleted.")
