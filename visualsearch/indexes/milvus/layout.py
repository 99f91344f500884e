"""What a collection is made of: its names, its fields, and how a shop's rows and cursor are written into it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from time import time
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from visualsearch.indexes.base import Attribute, Changes, Scalar, Space
from visualsearch.vectors import STORED, Ids

CURSORS = "cursors"
"""Partition key of the cursors of all shops: no search looks there."""

TEXT_BYTES = 512
"""Longest text that is kept as it is; of a longer one its digest, which is equal for equal texts."""


def alias_of(space: Space) -> str:
    """Return the name under which the collection of a space is searched, whichever it is."""
    digest = _digest(f"{space.source}|{space.fingerprint}|{space.dimensions}", 8)
    return f"visualsearch_{re.sub(r'[^A-Za-z0-9]', '_', space.source)[:80]}_{digest}"


def new_name(alias: str) -> str:
    """Return a name for a new collection of a space, which tells when it was made."""
    return f"{alias}_{int(time()):x}_{uuid4().hex[:8]}"


def age_of(name: str) -> float:
    """Return how many seconds ago a collection was made."""
    return time() - int(name.rsplit("_", 2)[1], 16)


def field_of(attribute: Attribute) -> str:
    """Return the name of an attribute's field: another one for another path or kind."""
    slug = re.sub(r"[^A-Za-z0-9]", "_", attribute.path)[:80]
    return f"{attribute.kind}_{slug}_{_digest(attribute.path, 4)}"


def partition_of(shop: str) -> str:
    """Return the partition key of a shop's rows."""
    return f"shop {shop}"


def row_key(shop: str, id: int) -> str:
    """Return the primary key of a shop's row; keys rise as ids do."""
    return f"{shop}/{id:019d}"


def cursor_key(shop: str) -> str:
    """Return the primary key of a shop's cursor."""
    return f"{shop}/cursor"


def ids_of(keys: Iterable[str]) -> Ids:
    """Return the ids that these primary keys were made of, shape (n,)."""
    return np.array([int(key.rpartition("/")[2]) for key in keys], np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a shop's rows are, kept in the collection with them."""

    revision: int = 0
    publisher: str = ""
    """Who writes, or wrote last."""
    attributes: tuple[Attribute, ...] = ()
    """Attributes of this shop that the collection has fields for."""
    kind: str = ""
    """The kind of index over the vectors of the collection."""
    at: float = 0.0
    """When it was written."""

    def keeps(self, attributes: Iterable[Attribute]) -> bool:
        """Tell whether rows can be narrowed by these attributes."""
        return set(attributes) <= set(self.attributes)

    def as_row(self, shop: str, dimensions: int) -> dict[str, Any]:
        """Return the entity that keeps it; its vector is found by no search."""
        written = {
            "revision": self.revision,
            "publisher": self.publisher,
            "attributes": [[attribute.path, attribute.kind] for attribute in self.attributes],
            "kind": self.kind,
            "at": time(),
        }
        vector = np.zeros((1, dimensions), STORED)
        return {"id": cursor_key(shop), "shop": CURSORS, "vector": vector[0], "cursor": json.dumps(written)}

    @staticmethod
    def read(written: str) -> Cursor:
        """Return the cursor that `as_row` wrote."""
        values = json.loads(written)
        attributes = tuple(Attribute(path, kind) for path, kind in values.pop("attributes"))
        return Cursor(**values, attributes=attributes)


def rows_of(shop: str, changes: Changes, attributes: Iterable[Attribute]) -> list[dict[str, Any]]:
    """Return the entities of the rows to add or replace, an id once, as it comes last."""
    kept = tuple(attributes)
    values: Iterable[Mapping[str, Scalar]] = changes.attributes or ({},) * len(changes.ids)
    found = {
        id: {
            "id": row_key(shop, id),
            "shop": partition_of(shop),
            "vector": vector,
            "cursor": None,
            **{field_of(one): stored(one, given.get(one.path)) for one in kept},
        }
        for id, vector, given in zip(changes.ids.tolist(), changes.vectors, values, strict=True)
    }
    return list(found.values())


def stored(attribute: Attribute, value: Scalar) -> Scalar:
    """Return the value as the attribute's field keeps it; None for one of another kind, or no finite number."""
    if attribute.kind == "flag":
        return value if isinstance(value, bool) else None
    if attribute.kind == "number":
        is_number = isinstance(value, float | int) and not isinstance(value, bool)
        return float(value) if is_number and value is not None and math.isfinite(float(value)) else None
    return _short(value) if isinstance(value, str) else None


def _short(text: str) -> str:
    # What cannot be printed would need escapes that engines read differently.
    if text.isprintable() and len(text.encode()) <= TEXT_BYTES:
        return text
    return f"blake2b:{_digest(text, 32)}"


def as_halves(vectors: Iterable[Any], dimensions: int) -> NDArray[np.float16]:
    """Return vectors as an engine gives them back, lists of floats or bytes of halves, as stored rows."""
    rows = [np.frombuffer(v, STORED) if isinstance(v, bytes) else np.asarray(v, np.float32) for v in vectors]
    return np.array(rows, STORED).reshape(len(rows), dimensions)


def _digest(text: str, size: int) -> str:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=size).hexdigest()
