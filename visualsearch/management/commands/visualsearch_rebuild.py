"""Build the index anew from the rows, or everything anew with another embedder."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from visualsearch.exceptions import CannotCalibrate, VisualSearchError
from visualsearch.search.fitting import calibrate, is_due
from visualsearch.sources import VisualSource, all_sources, get_source
from visualsearch.sync import finish_building, forget, get_building, rebuild, want, want_previous
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
        change.add_argument("--embedder", default="", help="Change to this embedder, as in the setting.")
        change.add_argument("--back", action="store_true", help="Change back to the embedder before.")
        change.add_argument("--forget", default="", help="Give up the vectors of this embedder, or fingerprint.")
        parser.add_argument("--background", action="store_true", help="Leave the change of the embedder to the worker.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the one of them that is asked for."""
        changes = bool(options["embedder"] or options["back"])
        if options["source"] and (changes or options["forget"]):
            raise CommandError("All sources are searched with one embedder: leave --source out.")
        if options["background"] and not changes:
            raise CommandError("--background belongs to --embedder or --back.")
        try:
            if options["forget"]:
                self.stdout.write(f"{forget(options['forget'])} vectors are forgotten.")
            elif changes:
                self._change(options["embedder"], background=options["background"])
            else:
                self._rebuild(options["source"])
        except VisualSearchError as error:
            raise CommandError(str(error)) from error

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
            self.stdout.write(f"{name} is built by the worker; visualsearch_status says how far it is.")
            return
        self._build()
        if left := get_building():
            raise CommandError(
                f"{left.missing} of {left.pictures} pictures could not be embedded with {left.embedder}, so the old "
                "embedder goes on answering. The list of embeddings in the admin says why; run this again later."
            )
        self.stdout.write(f"Searches are answered by {name}. The way back: visualsearch_rebuild --back")
        for source in all_sources():
            self._calibrate(source)

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
