"""The family of embedders: images in, vectors of unit length out."""

from __future__ import annotations

import logging
import os
from threading import Lock, Thread

from visualsearch.conf import get_settings
from visualsearch.embedders.base import Embedder, Look
from visualsearch.embedders.naming import build_embedder, label_of, normalise_name

__all__ = ["Embedder", "Look", "get_embedder", "label_of", "load_embedder", "normalise_name", "prepare_aside"]

logger = logging.getLogger(__name__)

_loaded: dict[str, Embedder] = {}
_prepared: set[str] = set()
_of_the_parent: list[Embedder] = []
_lock = Lock()


def get_embedder() -> Embedder:
    """Return the embedder of the setting, which need not be the one that answers; raises as `load_embedder` does."""
    return load_embedder(get_settings().embedder)


def load_embedder(name: str) -> Embedder:
    """Return the embedder of this name, path, dotted path of a class, or JSON of a backend; built once in a process.

    Cheap: weights are read by its first vector. Raises EmbedderUnavailable for a string that means none.
    """
    name = normalise_name(name)
    # With what its name stands for: tests change that.
    key = name + get_settings().embedders.get(name, "")
    with _lock:
        if key not in _loaded:
            _loaded[key] = build_embedder(name)
        return _loaded[key]


def prepare_aside(name: str) -> None:
    """Load the model of this embedder in a thread of its own, once in a process; returns at once, raises nothing."""
    with _lock:
        if name in _prepared:
            return
        _prepared.add(name)
    # No daemon: a process that ended in the middle of importing torch would crash.
    Thread(target=_prepare, args=(name,), name="visualsearch-prepare").start()


def _prepare(name: str) -> None:
    try:
        load_embedder(name).prepare()
    except Exception as error:  # told to whoever asks it for a vector
        logger.warning("The embedder %s could not be prepared: %s", name, error)


def _forget() -> None:
    """A forked child starts afresh: threads of the engines and locks held in the parent do not live on in it."""
    global _lock
    _lock = Lock()
    # Kept, since to free them would wait for ever for threads that the child does not have (OpenVINO's do).
    _of_the_parent.extend(_loaded.values())
    _loaded.clear()
    _prepared.clear()


# Windows has no fork, and nothing to forget.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
