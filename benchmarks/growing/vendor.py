"""What the makers of Milvus document about its size, none of it measured here; every rule has its page."""

from __future__ import annotations

from dataclasses import dataclass

DIMENSIONS = 256
HALF = 2 * DIMENSIONS
"""Bytes of a vector."""

SCALARS = 2 * 64
"""Bytes of a row's key, shop and four declared fields (64 by our count), twice, as its makers advise to reserve.

https://cnblogs.com/yaoyangding/p/18232116, in Chinese, as is the advice on shards and the object store.
"""

STORE_COPIES = 6
"""Bytes to have in the object store for a byte of data."""

SHARD_MOST = 1_000_000_000
"""Most vectors of one shard; and no collection with more than eight of them."""

FREE = 0.2
"""Part of a node's memory that is left for searches, growing segments and loading the next collection."""


@dataclass(frozen=True)
class Kind:
    """A kind of index, as the value of MILVUS_KIND."""

    name: str
    memory: float
    """Bytes of a vector in the memory of query nodes."""
    disk: float
    """Bytes of a vector on their NVMe disks."""


# HNSW keeps 2 x M links of 4 bytes (M = 16), IVF_SQ8 a byte a dimension: https://milvus.io/docs/index-explained.md
# DISKANN: the defaults of https://milvus.io/docs/disk_index.md; twice the vectors on the disk is our assumption.
KINDS = (
    Kind("HNSW", HALF + 2 * 16 * 4, 0),
    Kind("IVF_SQ8", DIMENSIONS, 0),
    Kind("DISKANN", HALF / 4, 2 * HALF),
)


@dataclass(frozen=True)
class Managed:
    """A type of cluster of Zilliz Cloud: https://docs.zilliz.com/docs/cu-types-explained, read in November 2026."""

    name: str
    searches: str
    latency: str
    vectors: float
    """Vectors of 768 dimensions that one unit holds."""
    dollars: float
    """A month for a million of them, at least."""

    @property
    def part(self) -> float:
        """Our vectors against theirs; that capacity goes by dimensions is our assumption."""
        return DIMENSIONS / 768

    def units(self, vectors: int) -> float:
        """Return how many units hold so many of our vectors."""
        return vectors * self.part / self.vectors

    def cost(self, vectors: int) -> float:
        """Return dollars a month."""
        return vectors / 1e6 * self.part * self.dollars


MANAGED = (
    Managed("performance-optimized", "500 to 1,500", "below 10 ms", 1.5e6, 65),
    Managed("capacity-optimized", "100 to 300", "tens of ms", 5e6, 20),
    Managed("tiered storage", "5 to 20", "hundreds of ms", 20e6, 7),
)


@dataclass(frozen=True)
class Prices:
    """Dollars a GiB and month; assumed, to be replaced by those of your host."""

    memory: float = 5.0
    disk: float = 0.10
    store: float = 0.025

    def month(self, *, memory: float, disk: float, store: float) -> float:
        """Return dollars a month for so many bytes."""
        return (memory * self.memory + disk * self.disk + store * self.store) / 2**30
