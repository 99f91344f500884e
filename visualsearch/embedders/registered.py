"""Which models an installed library has, read from its files: importing it would take seconds."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.core.checks import CheckMessage, Error

_REGISTERED = re.compile(r"^@register_model\b.*?^def (\w+)\(", re.MULTILINE | re.DOTALL)


@cache
def registered_models(library: str) -> frozenset[str]:
    """Return the functions that `library.models` registers, as torchvision and timm do."""
    sources = [path.read_text(encoding="utf-8") for path in _files(library, "models", "*.py")]
    return frozenset(name for source in sources for name in _REGISTERED.findall(source))


@cache
def configured_models(library: str, folder: str) -> frozenset[str]:
    """Return the names of the JSON files in a library's folder, as open_clip keeps its models."""
    return frozenset(path.stem for path in _files(library, folder, "*.json"))


def unknown_model(library: str, name: str, known: Collection[str]) -> list[CheckMessage]:
    """Return what a check says of a model that the library does not have; nothing of one that it has."""
    if name in known or not known:
        return []
    near = get_close_matches(name, known, n=3)
    hint = f"Near it: {', '.join(near)}." if near else f"The documentation of {library} names its models."
    return [Error(f"{library} has no model {name!r}.", hint=hint, id="visualsearch.E022")]


def _files(library: str, folder: str, pattern: str) -> list[Path]:
    found = find_spec(library)
    places = (found.submodule_search_locations if found else None) or ()
    return [path for place in places for path in (Path(place) / folder).glob(pattern)]
