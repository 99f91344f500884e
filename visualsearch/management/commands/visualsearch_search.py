"""Search the shop with a photo from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from visualsearch.exceptions import VisualSearchError
from visualsearch.search import Answer, Box, PhotoQuery, Result, find_similar


class Command(BaseCommand):
    """Print the shop's objects that look most like a photo."""

    help = "Find what looks like a photo."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("photo", type=Path, help="A picture file.")
        parser.add_argument("--source", default="", help="Source to search; needed where several are registered.")
        parser.add_argument("--limit", type=int, help="Most results.")
        parser.add_argument("--box", default="", help="Region x,y,w,h in fractions of width and height.")
        parser.add_argument("--json", action="store_true", help="Print a JSON list.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Search and print."""
        try:
            box = Box.parse(options["box"]) if options["box"] else None
            query = PhotoQuery(photo=options["photo"], box=box, limit=options["limit"], source=options["source"])
            answer = find_similar(query)
        except (VisualSearchError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(answer.as_rows(), ensure_ascii=False) if options["json"] else _words(answer))


def _words(answer: Answer) -> str:
    lines = [_line(result) for result in answer]
    if answer.no_match:
        lines.insert(0, "Nothing close enough. The nearest goods:")
    return "\n".join(lines) or "Nothing is searchable yet."


def _line(result: Result) -> str:
    known = "      " if result.probability is None else f"{result.probability:6.0%}"
    return f"{result.score:6.3f}  {known}  {result.tier.value:<12}  {result.key:<16}  {result.title}"
