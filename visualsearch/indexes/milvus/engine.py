"""The collections of a space in the engine: which one answers, which one is being made, and the switch between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic, sleep

from visualsearch.exceptions import CollectionMissing, IndexUnavailable
from visualsearch.indexes.base import Attribute, Space
from visualsearch.indexes.milvus.collection import PATIENCE, Collection
from visualsearch.indexes.milvus.connection import Call, Connection, DataType, MilvusClient, T
from visualsearch.indexes.milvus.kinds import build_params
from visualsearch.indexes.milvus.layout import TEXT_BYTES, alias_of, field_of, new_name

BUILD_SECONDS = 3600.0
"""How long the engine may take to index a new collection."""

_TYPES = {"text": DataType.VARCHAR, "number": DataType.DOUBLE, "flag": DataType.BOOL}
# A cursor names its shop's attributes; a key is a shop's name and nineteen digits.
_CURSOR_BYTES, _KEY_BYTES = 32_768, 128


@dataclass(frozen=True, slots=True)
class Engine:
    """What a space has in the engine at a connection."""

    connection: Connection
    space: Space
    seconds: float
    """How long it may take to say what it is."""

    @property
    def alias(self) -> str:
        """The name that searches use."""
        return alias_of(self.space)

    @property
    def building(self) -> str:
        """The name of the collection that is being made: whoever has set it builds alone."""
        return f"{self.alias}_building"

    def answering(self) -> Collection | None:
        """Return the collection that answers, None where nothing was published yet."""
        name = self.target(self.alias)
        return self.collection(name) if name else None

    def collection(self, name: str) -> Collection:
        """Return a collection by a name of its own or an alias."""
        return Collection(connection=self.connection, name=name, space=self.space, half=not self.is_lite())

    def is_lite(self) -> bool:
        """Tell whether this is Milvus Lite, which has no vectors of halves and one process."""
        return self.connection.version(self.seconds).startswith("milvus_lite")

    def target(self, alias: str) -> str:
        """Return the name of the collection behind an alias, an empty text where there is none."""
        try:
            return str(self._ask(lambda client, left: client.describe_alias(alias, timeout=left))["collection_name"])
        except CollectionMissing:
            return ""

    def create(self, attributes: Iterable[Attribute], kind: str) -> Collection:
        """Make a new collection that no alias names yet."""
        name, fields = new_name(self.alias), sorted({(field_of(one), one.kind) for one in attributes})
        vector = DataType.FLOAT_VECTOR if self.is_lite() else DataType.FLOAT16_VECTOR
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=_KEY_BYTES)
        schema.add_field("shop", DataType.VARCHAR, is_partition_key=True, max_length=_KEY_BYTES)
        schema.add_field("vector", vector, dim=self.space.dimensions)
        schema.add_field("cursor", DataType.VARCHAR, max_length=_CURSOR_BYTES, nullable=True)
        index = MilvusClient.prepare_index_params()
        index.add_index("vector", index_type=kind, metric_type="IP", params=build_params(kind))
        for field, of in fields:
            size = {"max_length": TEXT_BYTES} if of == "text" else {}
            schema.add_field(field, _TYPES[of], nullable=True, **size)
            index.add_index(field, index_type="INVERTED")
        options = {"schema": schema, "consistency_level": "Strong"}
        self._ask(lambda client, left: client.create_collection(name, timeout=left, **options))
        # Nothing is there to be indexed yet, so there is nothing to wait for.
        self._ask(lambda client, left: client.create_index(name, index, timeout=left, sync=False))
        self._ask(lambda client, left: client.load_collection(name, timeout=left))
        return self.collection(name)

    def claim(self, alias: str, name: str) -> bool:
        """Give a collection an alias that no other has; False when one has it."""
        try:
            self._ask(lambda client, left: client.create_alias(name, alias, timeout=left))
        except IndexUnavailable:
            if self.target(alias):
                return False
            raise
        return True

    def switch(self, name: str) -> str:
        """Let a collection answer from now on; returns the name of the one that did."""
        before = self.target(self.alias)
        if before:
            self._ask(lambda client, left: client.alter_alias(name, self.alias, timeout=left))
        elif not self.claim(self.alias, name):
            return self.switch(name)
        return before

    def release(self, alias: str) -> None:
        """Take an alias away, if it is there."""
        self._ask(lambda client, left: client.drop_alias(alias, timeout=left))

    def drop(self, name: str) -> None:
        """Remove a collection with all that is in it."""
        self._ask(lambda client, left: client.drop_collection(name, timeout=left))

    def names(self) -> list[str]:
        """Return the names of all collections of the space, also of those that were left behind."""
        found = self._ask(lambda client, left: client.list_collections(timeout=left))
        return sorted(name for name in found if name.startswith(f"{self.alias}_"))

    def seal(self, name: str) -> None:
        """End the segments that were written, so that the engine indexes them now; it does so by itself in the end."""
        self._ask(lambda client, left: client.flush(name, timeout=left))

    def finish(self, name: str) -> None:
        """Seal what was written and wait until it is indexed."""
        self.seal(name)
        end = monotonic() + BUILD_SECONDS
        while self._ask(lambda client, left: client.describe_index(name, "vector", timeout=left))["pending_index_rows"]:
            if monotonic() > end:
                raise IndexUnavailable(f"Milvus has not indexed {name} within {BUILD_SECONDS:.0f} s.")
            sleep(1.0)

    def _ask(self, call: Call[T], seconds: float = PATIENCE) -> T:
        return self.connection.ask(call, seconds)
