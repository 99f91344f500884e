"""The one file that loads FAISS: it builds an IVF index at half precision, and searches in its mapped file."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from visualsearch.conf import get_settings
from visualsearch.exceptions import IndexUnavailable, SnapshotDamaged
from visualsearch.indexes.headers import Header, digest_of
from visualsearch.indexes.recall import Sample, take_sample
from visualsearch.indexes.rows import Ranks
from visualsearch.indexes.snapshots import Bits, Snapshot, map_file
from visualsearch.indexes.spool import Spooled
from visualsearch.vectors import STORED, Vectors

LISTS = "lists.faiss"
POSITIONS = "positions.i64"
_TRAINING_ROWS_A_LIST = 40
_TRAINING_ROUNDS = 10
# Asking for a few more than k settles by id those that tie with the last place.
_SPARE = 8
# Lists are used again until there are so many times more vectors, or they are so many times worse.
_OUTGROWN = 4
# A build of fewer vectors gains nothing from more threads.
_MANY = 20_000
_WORSE = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a build found out, for the header."""

    lists: int
    probes: int
    recall: float
    imbalance: float
    trained_on: int
    trained_probes: int
    trained_imbalance: float
    rows_at: int = 0
    head: str = ""


class IvfSnapshot(Snapshot):
    """Lists of half-precision vectors in one mapped file; the label of a vector is its rank."""

    def __init__(self, folder: Path, header: Header) -> None:
        super().__init__(folder, header)
        # FAISS may end the process over a length that is wrong.
        if _digest_of_head(folder, header.rows_at) != header.head:
            raise SnapshotDamaged(f"{folder / LISTS} is not what was written.")
        try:
            self._index = faiss.read_index(str(folder / LISTS), faiss.IO_FLAG_MMAP)
        except RuntimeError as error:
            # Its size and edges are right, so another version of FAISS may well read it.
            raise IndexUnavailable(f"{folder / LISTS} cannot be opened: {error}.") from error
        if (self._index.d, self._index.ntotal, self._index.nlist) != (header.dimensions, header.count, header.lists):
            raise SnapshotDamaged(f"{folder / LISTS} does not fit its header.")
        # By default each search starts threads that read ahead, which costs ten times the search itself.
        faiss.downcast_InvertedLists(self._index.invlists).prefetch_nthread = 0
        self._positions = map_file(folder / POSITIONS, np.dtype("<i8"))
        self._windows = _windows(map_file(folder / LISTS, np.uint8), header)

    def _gather(self, ranks: Ranks) -> NDArray[np.float16]:
        return np.asarray(self._windows[self._positions[ranks]])

    def nearest(self, vector: Vectors, k: int, bits: Bits | None, available: int) -> Ranks:
        # The number of threads is a setting of each thread, not of the process.
        faiss.omp_set_num_threads(get_settings().search_threads)
        wanted = min(k, available)
        selector = None if bits is None else faiss.IDSelectorBitmap(bits)
        probes = self._first_probes(available)
        while True:
            options = faiss.SearchParametersIVF(nprobe=probes, sel=selector)
            labels = self._index.search(vector[None], min(k + _SPARE, available), params=options)[1][0]
            found = labels[labels >= 0]
            if (found >= self.header.count).any():
                raise SnapshotDamaged(f"{self.folder / LISTS} names a vector that it does not have.")
            if len(found) >= wanted or probes >= self.header.lists:
                return np.asarray(found, np.int64)
            probes = min(2 * probes, self.header.lists)

    def _first_probes(self, available: int) -> int:
        """Fewer rows lie farther apart, so their nearest are spread over more lists."""
        spread = (self.header.count / max(1, available)) ** 0.5
        return min(self.header.lists, int(np.ceil(self.header.probes * spread)))

    def centroids(self) -> Vectors:
        """Return the middles of the lists, shape (lists, dimensions)."""
        return np.asarray(self._index.quantizer.reconstruct_n(0, self._index.nlist))


def _windows(file: NDArray[np.uint8], header: Header) -> NDArray[np.float16]:
    """Return the file as one vector for every even byte from the first vector on.

    FAISS lays the codes of a list and its ids by turns, so vectors do not stand at equal steps; seen as overlapping
    windows they can still be gathered by one NumPy index, without a second copy on the disk.
    """
    step = STORED.itemsize
    windows = (len(file) - header.rows_at) // step - header.dimensions + 1
    return np.ndarray((windows, header.dimensions), STORED, file, header.rows_at, (step, step))


def write_ivf(folder: Path, rows: Spooled, last: Snapshot | None) -> Facts:
    """Write the lists of these rows; the lists of the `last` snapshot are used again while they serve well."""
    faiss.omp_set_num_threads(_build_threads(len(rows)))
    sample = take_sample(rows)
    built = _build_on(last, rows, sample) if isinstance(last, IvfSnapshot) else None
    index, facts = built or _build_anew(rows, sample)
    try:
        faiss.write_index(index, str(folder / LISTS))
    except RuntimeError as error:  # all that FAISS says of a full disk
        raise OSError(f"{folder / LISTS} cannot be written: {str(error).strip()}") from error
    rows_at = _write_positions(folder, len(rows))
    return replace(facts, rows_at=rows_at, head=_digest_of_head(folder, rows_at))


def _digest_of_head(folder: Path, rows_at: int) -> str:
    with (folder / LISTS).open("rb") as file:
        return digest_of(file.read(rows_at))


def _build_on(last: IvfSnapshot, rows: Spooled, sample: Sample) -> tuple[Any, Facts] | None:
    old = last.header
    if len(rows) > _OUTGROWN * old.trained_on:
        return None
    index = _filled(last.centroids(), rows)
    probes, recall = _needed_probes(index, sample)
    imbalance = index.invlists.imbalance_factor()
    if probes > _WORSE * old.trained_probes + 1 or imbalance > _WORSE * old.trained_imbalance:
        return None
    return index, Facts(
        lists=index.nlist,
        probes=probes,
        recall=recall,
        imbalance=imbalance,
        trained_on=old.trained_on,
        trained_probes=old.trained_probes,
        trained_imbalance=old.trained_imbalance,
    )


def _build_anew(rows: Spooled, sample: Sample) -> tuple[Any, Facts]:
    index = _filled(_train(rows), rows)
    probes, recall = _needed_probes(index, sample)
    imbalance = index.invlists.imbalance_factor()
    return index, Facts(
        lists=index.nlist,
        probes=probes,
        recall=recall,
        imbalance=imbalance,
        trained_on=len(rows),
        trained_probes=probes,
        trained_imbalance=imbalance,
    )


def _train(rows: Spooled) -> Vectors:
    """Return the middles of the lists, about four times the square root of the number of vectors."""
    lists = max(1, min(int(4 * len(rows) ** 0.5), len(rows) // _TRAINING_ROWS_A_LIST))
    chosen = np.random.default_rng(0).choice(len(rows), min(len(rows), lists * _TRAINING_ROWS_A_LIST), replace=False)
    training = rows.gather(np.sort(chosen)).astype(np.float32)
    kmeans = faiss.Clustering(training.shape[1], lists)
    kmeans.niter, kmeans.spherical, kmeans.min_points_per_centroid = _TRAINING_ROUNDS, True, 1
    kmeans.train(training, faiss.IndexFlatIP(training.shape[1]))
    return np.asarray(faiss.vector_to_array(kmeans.centroids).reshape(lists, -1))


def _filled(centroids: Vectors, rows: Spooled) -> Any:
    lists, dimensions = centroids.shape
    middles = faiss.IndexFlatIP(dimensions)
    middles.add(centroids)
    half, cosine = faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    index = faiss.IndexIVFScalarQuantizer(middles, dimensions, lists, half, cosine, False)
    index.train(centroids)
    for start, block in rows.blocks():
        index.add_with_ids(block.astype(np.float32), np.arange(start, start + len(block)))
    return index


def _needed_probes(index: Any, sample: Sample) -> tuple[int, float]:
    """Return how many lists a search must look into for the recall that is asked, and the recall it then has."""
    target = get_settings().recall_target
    # Nearer to perfect than asked: of a million vectors, unseen queries found 0.006 less than the sample.
    aim = target + (1 - target) * 0.8
    probes = 1
    while True:
        scores = index.search(sample.queries, sample.k, params=faiss.SearchParametersIVF(nprobe=probes))[0]
        recall = sample.recall(scores)
        if recall >= aim or probes == index.nlist:
            return probes, recall
        probes = min(index.nlist, probes + max(1, probes // 4))


def _write_positions(folder: Path, count: int) -> int:
    """Write where the vector of each rank stands in the file of lists, in steps of two bytes; return its first byte."""
    index = faiss.read_index(str(folder / LISTS), faiss.IO_FLAG_MMAP)
    lists = faiss.downcast_InvertedLists(index.invlists)
    at = np.zeros(count, np.int64)
    for number in range(index.nlist):
        size = lists.list_size(number)
        if size:
            labels = faiss.rev_swig_ptr(lists.get_ids(number), size)
            at[labels] = lists.lists.at(number).offset + index.code_size * np.arange(size)
    first = int(at.min())
    ((at - first) // STORED.itemsize).astype("<i8").tofile(folder / POSITIONS)
    return first


_pool_of = 0


def _build_threads(count: int) -> int:
    """Return one thread for few vectors, and in a child whose parent built with more: there OpenMP's threads hang."""
    global _pool_of
    if count < _MANY or _pool_of not in (0, os.getpid()):
        return 1
    _pool_of = os.getpid()
    return os.cpu_count() or 1
