"""Build the index anew from the rows, or everything anew with another embedder."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from tqdm import tqdm

from visualsearch.embedders import label_of
from visualsearch.exceptions import CannotCalibrate, VisualSearchError
from visualsearch.models import ServingIndex
from visualsearch.search.fitting import calibrate, is_due
from visualsearch.sources import VisualSource, all_sources, get_source
from visualsearch.sync import (
    Comparison,
    exchange_here,
    finish_building,
    forget,
    get_building,
    rebuild,
    want,
    want_index,
    want_previous,
)
from visualsearch.tasks import bell


class Command(BaseCommand):
    """Write new snapshots from the stored vectors, or change the embedder; searching goes on meanwhile.

    A change of the embedder is made in the same rows that survive its interruption: the same command goes on where it
    was. Rows of an embedder that answers no more are kept for the way back, and brought in step before it answers
    again; `--forget` gives them up.
    """

    help = (
        "Build the index anew from the stored vectors, without reading a picture; or, with --embedder, embed every "
        "picture with another model, which answers searches once it is complete. Searching goes on meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--source", default="", help="Only the index of this source, for example catalog.product.")
        change = parser.add_mutually_exclusive_group()
        change.add_argument(
            "--embedder",
            default="",
            help="Change to this embedder: a name or path as in the setting, or JSON of BACKEND and OPTIONS.",
        )
        change.add_argument("--back", action="store_true", help="Change back to the embedder before.")
        change.add_argument("--index", default="", help="Change to this index, as in the setting, or back to it.")
        change.add_argument("--forget", default="", help="Give up the vectors of this embedder, or fingerprint.")
        parser.add_argument("--background", action="store_true", help="Leave the change of the embedder to the worker.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the one of them that is asked for."""
        changes = bool(options["embedder"] or options["back"])
        if options["source"] and (changes or options["forget"] or options["index"]):
            raise CommandError("All sources are searched with one embedder and one index: leave --source out.")
        if options["background"] and not (changes or options["index"]):
            raise CommandError("--background belongs to --embedder, --back or --index.")
        try:
            if options["forget"]:
                self.stdout.write(f"{forget(options['forget'])} vectors are forgotten.")
            elif options["index"]:
                self._exchange(options["index"], background=options["background"])
            elif changes:
                self._change(options["embedder"], background=options["background"])
            else:
                self._rebuild(options["source"])
        except VisualSearchError as error:
            raise CommandError(str(error)) from error
        except (DatabaseError, OSError) as error:  # a full disk: that of DIRECTORY, or that of the database
            raise CommandError(f"It cannot be written, and searches go on as before: {error}") from error

    def _rebuild(self, name: str) -> None:
        for source in [get_source(name)] if name else all_sources():
            if not rebuild(source):
                raise CommandError(
                    f"Another process is building the index of {source.name}; try again when it is done."
                )
            self.stdout.write(f"The index of {source.name} is built anew.")
            self._calibrate(source)

    def _change(self, name: str, *, background: bool) -> None:
        if name:
            want(name)
        else:
            name = want_previous()
        if background:
            bell.ring()
            self.stdout.write(f"{label_of(name)} is built by the worker; visualsearch_status says how far it is.")
            return
        self._build()
        if left := get_building():
            raise CommandError(
                f"{left.missing} of {left.pictures} pictures could not be embedded with {label_of(left.embedder)}, so "
                "the old embedder goes on answering. The list of embeddings in the admin says why; try again later."
            )
        self.stdout.write(f"Searches are answered by {label_of(name)}. The way back: visualsearch_rebuild --back")
        for source in all_sources():
            self._calibrate(source)

    def _exchange(self, name: str, *, background: bool) -> None:
        before = ServingIndex.read().serving
        want_index(name)
        if name == before:
            self.stdout.write(f"Searches are answered by {name} already.")
            return
        if background:
            self.stdout.write(f"{name} is filled by the worker; visualsearch_status says how far it is.")
            return
        for done in tqdm(exchange_here(), unit="step", disable=None):
            if isinstance(done, Comparison):
                tqdm.write(_compared(done, before, name), file=self.stdout)
        self.stdout.write(f"Searches are answered by {name}. The way back: visualsearch_rebuild --index {before}")

    def _build(self) -> None:
        start = get_building()
        with tqdm(total=start.missing if start else 0, unit="picture", disable=None) as bar:
            for batch in finish_building():
                bar.update(batch.embedded)

    def _calibrate(self, source: VisualSource) -> None:
        """Learn what the scores mean now, where that is not known."""
        if not is_due(source):
            return
        try:
            for _ in tqdm(calibrate(source), desc="Calibration", unit="photo", disable=None):
                pass
        except CannotCalibrate as error:
            self.stderr.write(str(error))


def _compared(done: Comparison, before: str, name: str) -> str:
    sides = [f"{name} {done.wanted.recall:.3f} in {done.wanted.milliseconds:.1f} ms"]
    if done.serving:
        sides.insert(0, f"{before} {done.serving.recall:.3f} in {done.serving.milliseconds:.1f} ms")
    return f"{done.source}, recall@10 and median of {done.queries} queries: {', '.join(sides)}"
