"""Proof that shop, rows and index are equal, and the repair of what is not."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils import timezone

from visualsearch.indexes import Changes, Index, Space, block_digests, differing_blocks
from visualsearch.indexes.digests import BLOCK
from visualsearch.models import Embedding, Journal, ProofRecord, SyncRequest, current_space
from visualsearch.sources import VisualSource, all_sources
from visualsearch.sync.journal import request_sync
from visualsearch.sync.publish import caught_up
from visualsearch.sync.rebuild import rebuild
from visualsearch.sync.reconcile import survey
from visualsearch.vectors import unpack

TRIES = 3
"""Comparisons of rows and index before a difference is believed: rows may be written in between."""

KEPT = 100
"""Proofs of one source that are kept as rows."""

NAMED = 100
"""Objects that a proof names; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was compared for one source, and what was not equal."""

    source: str
    objects: int
    """Objects compared with their rows."""
    vectors: int
    """Vectors in the index, compared with the rows by block digests."""
    revision: int
    differing: int = 0
    """Objects whose rows do not say what the object is, and for which no sync is outstanding."""
    differing_objects: list[str] = field(default_factory=list)
    """Keys of the first of them."""
    waiting: int = 0
    """Objects with a sync outstanding."""
    differing_blocks: list[int] = field(default_factory=list)
    """Blocks of row ids whose vectors are not the same in the index and in the database."""
    problems: list[str] = field(default_factory=list)
    """What is wrong with the files of the index."""
    repaired: bool = False

    @property
    def equal(self) -> bool:
        """Tell whether nothing at all differs."""
        return not (self.differing or self.waiting or self.differing_blocks or self.problems)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {**asdict(self), "equal": self.equal}


def verify(source: VisualSource, *, repair: bool = False) -> Proof:
    """Compare shop, rows and index, and note it; with `repair`, mend the index and ask for a sync of what differs."""
    space = current_space(source.name)
    waiting = _waiting(source)
    count, differing = 0, []
    for found in survey(source, space.fingerprint):
        count += 1
        if not found.agrees and found.object_key not in waiting:
            differing.append(found.object_key)
    index = caught_up(space)
    blocks, problems = find_differing(space), index.problems()
    if repair:
        request_sync(source.name, differing)
        _repair(source, space, index, blocks, problems)
    proof = Proof(
        source=source.name,
        objects=count,
        vectors=len(index),
        revision=index.revision,
        differing=len(differing),
        differing_objects=differing[:NAMED],
        waiting=len(waiting),
        differing_blocks=blocks,
        problems=problems,
        repaired=repair and bool(differing or blocks or problems),
    )
    _note(proof)
    return proof


def find_differing(space: Space, name: str = "") -> list[int]:
    """Return the blocks that differ in the index when nothing was written meanwhile, or after several tries."""
    blocks: list[int] = []
    for _ in range(TRIES):
        index = caught_up(space, name)
        blocks = differing_blocks(_stored_digests(space), index.digests())
        if not blocks or Journal.head() == index.revision:
            break
    return blocks


def get_proofs() -> list[ProofRecord]:
    """Return the last proof of each source that has one."""
    proofs = (ProofRecord.objects.filter(source=source.name).order_by("-pk").first() for source in all_sources())
    return [proof for proof in proofs if proof]


def _note(proof: Proof) -> None:
    ProofRecord.objects.create(source=proof.source, equal=proof.equal, repaired=proof.repaired, result=proof.as_dict())
    kept = ProofRecord.objects.filter(source=proof.source).order_by("-pk")[KEPT : KEPT + 1]
    for last in kept:
        ProofRecord.objects.filter(source=proof.source, pk__lte=last.pk).delete()


def _waiting(source: VisualSource) -> set[str]:
    """Return the objects whose sync is outstanding; one that failed and was put off is compared like any other."""
    put_off = Q(attempts__gt=0, due__gt=timezone.now())
    return set(SyncRequest.objects.filter(~put_off, source=source.name).values_list("object_key", flat=True))


def _stored_digests(space: Space) -> dict[int, str]:
    rows = Embedding.objects.of_space(space).ready().order_by("id").values_list("id", "vector").iterator(BLOCK)
    found: dict[int, str] = {}
    for _, block in groupby(rows, key=lambda row: row[0] // BLOCK):
        ids, vectors = zip(*block, strict=True)
        found |= block_digests(
            np.array(ids, dtype=np.int64), unpack([bytes(v or b"") for v in vectors], space.dimensions)
        )
    return found


def _repair(source: VisualSource, space: Space, index: Index, blocks: list[int], problems: list[str]) -> None:
    for block in blocks:
        index.repair(_block(space, block))
    if problems:
        rebuild(source)
    elif blocks:
        index.compact()


def _block(space: Space, block: int) -> Changes:
    """Return what the rows say of a block: the ids that are ready, and all others of the block as removed."""
    ids = range(block * BLOCK, (block + 1) * BLOCK)
    rows = Embedding.objects.of_space(space).ready().filter(id__gte=ids.start, id__lt=ids.stop)
    stored = list(rows.order_by("id").values_list("id", "vector"))
    ready = np.array([row[0] for row in stored], dtype=np.int64)
    return Changes(
        revision=0,
        ids=ready,
        vectors=unpack([bytes(row[1] or b"") for row in stored], space.dimensions),
        removed=np.setdiff1d(np.arange(ids.start, ids.stop, dtype=np.int64), ready),
    )
