"""The kinds of index that Milvus has over vectors, and what each is built and searched with."""

from __future__ import annotations

AUTO = "AUTOINDEX"
"""Milvus's own choice; Milvus Lite compares all rows instead, which takes it no longer."""

KINDS = (AUTO, "FLAT", "HNSW", "HNSW_SQ", "IVF_FLAT", "IVF_SQ8", "DISKANN")
CONSISTENCIES = ("Strong", "Bounded", "Session", "Eventually")

_LISTS = 1024
_BUILD: dict[str, dict[str, int | str]] = {
    "HNSW": {"M": 16, "efConstruction": 200},
    "HNSW_SQ": {"M": 16, "efConstruction": 200, "sq_type": "SQ8"},
    "IVF_FLAT": {"nlist": _LISTS},
    "IVF_SQ8": {"nlist": _LISTS},
}


def kind_wanted(setting: str, *, lite: bool) -> str:
    """Return the kind to build; small segments are compared row by row whatever it is, which Milvus sees to."""
    return "FLAT" if lite and setting == AUTO else setting


def build_params(kind: str) -> dict[str, int | str]:
    """Return what an index of this kind is built with."""
    return dict(_BUILD.get(kind, {}))


def search_params(kind: str, k: int) -> dict[str, int]:
    """Return what an index of this kind is searched with to find `k` rows."""
    if kind in ("HNSW", "HNSW_SQ"):
        return {"ef": max(64, 2 * k)}
    if kind in ("IVF_FLAT", "IVF_SQ8"):
        return {"nprobe": min(_LISTS, max(64, k))}
    return {"search_list": max(100, 2 * k)} if kind == "DISKANN" else {}
