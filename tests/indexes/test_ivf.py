from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from tests.indexes.journal import draw
from visualsearch.exceptions import SnapshotDamaged
from visualsearch.indexes import Changes, Space
from visualsearch.indexes.faiss import FaissIndex
from visualsearch.indexes.ivf import IvfSnapshot


@pytest.fixture(autouse=True)
def small(settings, tmp_path):
    settings.VISUALSEARCH = {"DIRECTORY": str(tmp_path), "IVF_FROM": 300}


def built(vectors):
    page = Changes(revision=1, ids=np.arange(1, len(vectors) + 1) * 7, vectors=vectors, removed=np.empty(0, np.int64))
    index = FaissIndex(Space(source="a", fingerprint="b", dimensions=vectors.shape[1]))
    index.rebuild(lambda past: iter([page] if past < 1 else []))
    return index._layers.snapshot


@pytest.mark.parametrize("dimensions", [1, 3, 7, 16, 33])
def test_vectors_are_read_from_the_file_of_lists_as_they_were_stored(dimensions):
    vectors = draw(600, dimensions=dimensions)

    snapshot = built(vectors)

    assert snapshot.header.kind == "ivf"
    np.testing.assert_array_equal(snapshot.gather(np.arange(600)), vectors)
    np.testing.assert_array_equal(snapshot.gather(np.array([599, 0, 5])), vectors[[599, 0, 5]])


def test_the_same_picture_many_times_neither_breaks_nor_slows_the_search():
    vectors = np.concatenate([draw(600), np.repeat(draw(1, seed=2), 3000, axis=0)])

    snapshot = built(vectors)

    assert snapshot.header.recall >= 0.99
    assert snapshot.header.probes <= snapshot.header.lists * 2 / 3


def test_few_bytes_are_stored_beside_the_vectors(tmp_path):
    built(draw(3000, dimensions=256))

    size = sum(path.stat().st_size for path in tmp_path.glob("*/*/000001/*"))

    assert size / 3000 < 600


def test_wrong_byte_before_the_first_vector_is_noticed_before_faiss_reads_it():
    snapshot = built(draw(15_000, dimensions=96))
    path = snapshot.folder / "lists.faiss"
    content = bytearray(path.read_bytes())
    assert snapshot.header.rows_at > 70_000
    content[snapshot.header.rows_at - 500] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(SnapshotDamaged, match="not what was written"):
        IvfSnapshot(snapshot.folder, snapshot.header)


def test_faiss_is_not_loaded_before_lists_are_opened():
    code = """
import sys, django
from django.conf import settings
settings.configure()
from visualsearch.indexes import Space, load_index
load_index("faiss", Space(source="a", fingerprint="b", dimensions=4)).catch_up(lambda past: iter(()))
assert "faiss" not in sys.modules, "faiss was loaded"
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
