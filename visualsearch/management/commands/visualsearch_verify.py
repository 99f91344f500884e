"""Prove that shop, rows and index are equal."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from visualsearch.exceptions import VisualSearchError
from visualsearch.sources import all_sources, get_source
from visualsearch.sync import Proof, finish, verify


class Command(BaseCommand):
    """Compare what should be searchable with what is."""

    help = "Compare the shop with the rows, and the rows with the index. Exits 1 when anything differed, mended or not."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--source", default="", help="Only this source, for example catalog.product.")
        parser.add_argument("--repair", action="store_true", help="Mend the index, and sync what differs.")
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, print, and fail on any difference."""
        try:
            sources = [get_source(options["source"])] if options["source"] else all_sources()
            proofs = [verify(source, repair=options["repair"]) for source in sources]
            for proof in proofs:
                if options["repair"] and not proof.equal:
                    list(finish(source=proof.source))
        except VisualSearchError as error:
            raise CommandError(str(error)) from error
        outcome = {"equal": all(proof.equal for proof in proofs), "sources": [proof.as_dict() for proof in proofs]}
        self.stdout.write(json.dumps(outcome) if options["json"] else "\n".join(map(_words, proofs)))
        if not outcome["equal"]:
            mended = "They were mended; run it again to prove it." if options["repair"] else "Add --repair to mend it."
            raise CommandError(f"Shop, rows and index were not equal. {mended}")


def _words(proof: Proof) -> str:
    lines = [f"{proof.source}: {proof.objects} objects, {proof.vectors} vectors, revision {proof.revision}"]
    if proof.differing:
        lines.append(f"  {proof.differing} objects differ from their rows: {', '.join(proof.differing_objects)}")
    if proof.waiting:
        lines.append(f"  {proof.waiting} objects wait for a sync")
    if proof.differing_blocks:
        lines.append(f"  {len(proof.differing_blocks)} blocks of vectors differ: {proof.differing_blocks}")
    lines.extend(f"  {problem}" for problem in proof.problems)
    return "\n".join([*lines, "  equal" if proof.equal else "  NOT EQUAL"])
