"""Say how far the rows and the index are behind the shop."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from visualsearch.exceptions import VisualSearchError
from visualsearch.models import current_space
from visualsearch.search.calibration import InUse, in_use
from visualsearch.sources import all_sources
from visualsearch.sync import Status, get_status


class Command(BaseCommand):
    """Print the status, for people or as JSON."""

    help = (
        "Show how many pictures are searchable, failed or waiting, and what the index holds. Exits 1 when some failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the status and print it."""
        try:
            status = get_status()
            known = {source.name: in_use(current_space(source.name)) for source in all_sources()}
        except VisualSearchError as error:
            raise CommandError(str(error)) from error
        row = {**status.as_dict(), "calibration": {source: asdict(one) for source, one in known.items()}}
        self.stdout.write(json.dumps(row, default=str) if options["json"] else _words(status, known))


def _words(status: Status, known: dict[str, InUse]) -> str:
    counts = f"{status.embedded} searchable, {status.failed} failed, {status.waiting} waiting"
    lines = [
        f"Pictures     {status.wanted} wanted: {counts}",
        f"Journal      revision {status.revision}",
        f"Model        {status.embedder}, {status.dimensions} dimensions ({status.fingerprint})",
    ]
    if status.engine:
        lines.append(f"Engine       {status.engine.name}: {status.engine.why}")
    if built := status.building:
        done = f"{built.pictures - built.missing} of {built.pictures} pictures"
        lines.append(f"Building     {built.embedder} takes over when it is complete: {done} ({built.fingerprint})")
    elif status.setting != status.embedder:
        name = status.setting
        lines.append(f"             The setting names {name}: visualsearch_rebuild --embedder {name} changes to it.")
    for source, index in status.indexes.items():
        lines.append(f"Index        {source}: {index.name}, {index.size} vectors, revision {index.revision}")
        lines.append(f"             {index.kind}: {index.why}")
    for job in status.jobs:
        lines.append(f"Reindex      {job.source}: {job.state}, {job.done} of {job.total} objects, {job.failed} failed")
    lines += [f"Sureness     {source}: {one.words}" for source, one in known.items()]
    return "\n".join(lines)
