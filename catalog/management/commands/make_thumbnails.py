"""Make thumbnails of the pictures that have none."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog.models import ProductImage
from catalog.tasks import make, missing


class Command(BaseCommand):
    """Make thumbnails of the pictures that have none, here and now."""

    help = "Make thumbnails of the pictures that have none, here and now; a worker does the same by itself."

    def add_arguments(self, parser: Any) -> None:
        """Take the switch."""
        parser.add_argument("--all", action="store_true", help="make every thumbnail again")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, say how many, and end with status 1 when a picture could not be read."""
        if options["all"]:
            ProductImage.objects.update(thumbnails_of="", width=None, height=None)
        made = [make(image) for image in tqdm(list(missing()), desc="Thumbnails", unit="picture", disable=None)]
        self.stdout.write(f"Thumbnails of {sum(made)} pictures made.")
        if not all(made):
            raise CommandError(f"{len(made) - sum(made)} pictures have no thumbnails; the log says why.")
