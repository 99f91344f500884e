"""The whole of the torture: readers that search at any time, and the proof at the end of every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from django.conf import settings
from django.test import override_settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from catalog.models import Product, ProductImage
from tests.goods import PRODUCTS
from tests.torture.processes import Process
from tests.torture.shop import NUMBERS, photo_of
from tests.torture.snapshots import PROCESS, READERS, SnapshotRules
from tests.torture.storage import FlakyStorage, read
from visualsearch.exceptions import InvalidImage
from visualsearch.images import open_image
from visualsearch.indexes import IndexStatus
from visualsearch.models import Embedding, Journal, Lease, SyncRequest
from visualsearch.search import Answer
from visualsearch.sources import get_source
from visualsearch.sync import finish, reconcile, verify

TABLES = (ProductImage, Product, Embedding, SyncRequest, Lease, Journal)
READER = st.integers(0, READERS - 1)


class Torture(SnapshotRules):
    """One shop from its opening to its proof."""

    on_end: ClassVar[Callable[[], object]] = staticmethod(lambda: None)
    """Called after every run that ended well."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        directory = Path(self._folder.name) / "indexes"
        self._settings = override_settings(VISUALSEARCH={**settings.VISUALSEARCH, "DIRECTORY": directory})
        self._settings.enable()
        FlakyStorage.is_down = False
        for model in TABLES:
            model._base_manager.all()._raw_delete("default")  # type: ignore[attr-defined]
        self.tally["examples"] += 1

    def teardown(self) -> None:
        try:
            self.prove()
            self.on_end()
        finally:
            self._settings.disable()
            self._folder.cleanup()

    @invariant()
    def count(self) -> None:
        self.tally["steps"] += 1

    @rule(reader=READER, number=NUMBERS)
    def search(self, reader: int, number: int) -> None:
        self._check(self.readers[reader].search(photo_of(number)))

    @rule(reader=READER, number=NUMBERS)
    def search_late(self, reader: int, number: int) -> None:
        self._check(self.readers[reader].search(photo_of(number), late=True))

    @rule(reader=READER, number=NUMBERS)
    def search_with_a_filter(self, reader: int, number: int) -> None:
        within = Product.objects.filter(pk__gte=number % 20)
        self._check(self.readers[reader].search(photo_of(number), within=within))

    @rule(process=PROCESS)
    def catch_up(self, process: int) -> None:
        self.processes[process].catch_up()

    @rule(process=PROCESS)
    def restart(self, process: int) -> None:
        self.processes[process].restart()

    @rule()
    def prove(self) -> None:
        """Mend what is broken from outside, do all work, and let nothing be left."""
        FlakyStorage.is_down = False
        self._drain()
        if self.is_damaged:
            with self.workers[0].running():
                verify(get_source(PRODUCTS), repair=True)
            self._drain()
            self.is_damaged = False
        for process in self.processes:
            self._prove_in(process)
        assert not Lease.objects.exists()

    def _drain(self) -> None:
        self.let_leases_lapse()
        with self.workers[0].running():
            reconcile(get_source(PRODUCTS))
            for _ in finish():
                pass

    def _prove_in(self, process: Process) -> None:
        with process.running() as index:
            proof = verify(get_source(PRODUCTS))
            assert proof.equal, proof
            self._note_kind(index.status())
        if process in self.readers:
            for sku, photo in self._survivors():
                self._assert_found_first(process, sku, photo)

    def _note_kind(self, status: IndexStatus) -> None:
        kind = f"{status.kind} snapshot" if status.details.get("snapshot") else "no snapshot"
        self.tally[f"proofs with {kind}"] += 1
        self.tally["proofs with a delta"] += bool(status.details["new rows"])
        self.tally["proofs with several lists"] += status.details.get("lists", 0) > 1

    def _survivors(self) -> Iterator[tuple[str, bytes]]:
        for image in ProductImage.objects.filter(product__sku__in=self.shown).select_related("product"):
            photo = read(image.file.name)
            try:
                open_image(photo)
            except InvalidImage:
                continue
            yield image.product.sku, photo

    def _assert_found_first(self, process: Process, sku: str, photo: bytes) -> None:
        answer = process.search(photo, limit=1)
        self._check(answer)
        assert answer.results, sku
        first = answer.results[0]
        # Goods with the same picture are as near as each other.
        assert first.key == sku or read(first.picture.name) == photo, (sku, first)
        assert first.score > 0.999

    def _check(self, answer: Answer) -> None:
        """Let nothing be answered that is hidden or gone, and no picture that its product no longer has."""
        self.tally["searches"] += 1
        assert {result.key for result in answer} <= self.shown
        images = ProductImage.objects.filter(product__in=[result.object for result in answer])
        assert {result.picture.name for result in answer} <= set(images.values_list("file", flat=True))
