"""A member of a family as a setting writes it, as Django's CACHES does, and the one string that stands for it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_LENGTH = 500
"""Characters of a member's string: as many as the database keeps."""

_SHAPE = '{"BACKEND": "...", "OPTIONS": {...}}'


@dataclass(frozen=True, slots=True)
class Backend:
    """A backend by its name or dotted path, and what it is given."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


def read_backend(value: Any) -> Backend:
    """Return the backend that a setting's dict, or its JSON, names; raises ValueError with what was expected."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except json.JSONDecodeError as error:
            raise ValueError(f"expected JSON of {_SHAPE}: {error}") from error
    if not isinstance(value, Mapping) or not set(value) <= {"BACKEND", "OPTIONS"}:
        raise ValueError(f"expected {_SHAPE} and no other keys")
    name, options = value.get("BACKEND"), value.get("OPTIONS", {})
    if not (isinstance(name, str) and name):
        raise ValueError(f"expected the name of a backend in {_SHAPE}")
    if not (isinstance(options, Mapping) and all(isinstance(key, str) for key in options)):
        raise ValueError(f"expected a dict with names of options in {_SHAPE}")
    return Backend(name, options)


def write_backend(value: Any, *, max_length: int | None = MAX_LENGTH) -> str:
    """Return the one string of a backend, its JSON with sorted keys; raises ValueError as `read_backend` does.

    Also raises ValueError for options that JSON does not have (paths become text), or longer ones than `max_length`.
    """
    backend = read_backend(value)
    entry = {"BACKEND": backend.name, **({"OPTIONS": dict(backend.options)} if backend.options else {})}
    try:
        text = json.dumps(entry, sort_keys=True, default=os.fspath, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"expected options that JSON has: {error}") from error
    if max_length is not None and len(text) > max_length:
        raise ValueError(
            f"its JSON has {len(text)} characters, more than {max_length}: "
            "give it a name in VISUALSEARCH['EMBEDDERS'], and write that name"
        )
    return text
