"""Say how far the rows and the index are behind the shop."""

from __future__ import annotations

import json
import shlex
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from visualsearch.embedders import label_of
from visualsearch.exceptions import VisualSearchError
from visualsearch.overview import Overview, get_overview
from visualsearch.unmet import Unmet


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
            overview = get_overview()
        except VisualSearchError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(overview.as_dict(), default=str) if options["json"] else _words(overview))


def _words(overview: Overview) -> str:
    status = overview.status
    counts = f"{status.embedded} searchable, {status.failed} failed, {status.waiting} waiting"
    lines = [
        f"Pictures     {status.wanted} wanted: {counts}",
        f"Journal      revision {status.revision}",
        f"Model        {label_of(status.embedder)}, {status.dimensions} dimensions ({status.fingerprint})",
    ]
    if status.engine:
        lines.append(f"Engine       {status.engine.name}: {status.engine.why}")
    if built := status.building:
        done = f"{built.pictures - built.missing} of {built.pictures} pictures"
        lines.append(
            f"Building     {label_of(built.embedder)} takes over when it is complete: {done} ({built.fingerprint})"
        )
    elif status.setting != status.embedder:
        name, quoted = label_of(status.setting), shlex.quote(status.setting)
        lines.append(f"             The setting names {name}: visualsearch_rebuild --embedder {quoted} changes to it.")
    for source, index in status.indexes.items():
        lines.append(f"Index        {source}: {index.name}, {index.size} vectors, revision {index.revision}")
        lines.append(f"             {index.kind}: {index.why}")
    lines += [
        f"Publishing   {one.source} to {one.index} fails since {one.failed}: {one.error}"
        for one in status.publishing
        if one.error
    ]
    if status.index_wanted:
        lines.append(f"             {status.index_wanted} is filled beside it and takes over when it is equal.")
    elif status.index_setting != status.index:
        name = status.index_setting
        lines.append(f"             The setting names {name}: visualsearch_rebuild --index {name} changes to it.")
    lines.append(f"Lag          {status.lag.seconds:.1f} s, {status.lag.waiting} objects wait")
    lines += [
        f"Alive        {sign.name}: {'yes' if sign.alive else 'no'}, last seen {sign.at}" for sign in status.signs
    ]
    lines.append(f"Broker       {'reachable' if overview.broker.reachable else overview.broker.error}")
    for source, proof in status.proofs.items():
        lines.append(f"Proof        {source}: {'equal' if proof.equal else 'NOT EQUAL'} at {proof.at}")
    for job in status.jobs:
        lines.append(f"Reindex      {job.source}: {job.state}, {job.done} of {job.total} objects, {job.failed} failed")
    lines += [f"Sureness     {source}: {one.words}" for source, one in overview.calibration.items()]
    lines += [f"Photos       {source}: {one.words}" for source, one in overview.adaptation.items()]
    lines += [f"Unmet        {source}: {_of_unmet(one)}" for source, one in overview.unmet.items() if one.searches]
    return "\n".join(lines)


def _of_unmet(unmet: Unmet) -> str:
    largest = f"; the largest group has {unmet.groups[0].count}" if unmet.groups else ""
    return f"{unmet.searches} searches without a close answer are kept{largest}"
