"""The family of embedders: images in, vectors of unit length out."""

from __future__ import annotations

import logging
import os
from threading import Lock, Thread

from django.utils.module_loading import import_string

from visualsearch.conf import get_settings
from visualsearch.embedders.architectures import PUBLISHED, SHIPPED
from visualsearch.embedders.base import Embedder, Look
from visualsearch.embedders.resnet import ResNetEmbedder
from visualsearch.embedders.thumbnail import ThumbnailEmbedder
from visualsearch.embedders.weights import SUFFIXES
from visualsearch.exceptions import EmbedderUnavailable

__all__ = ["Embedder", "Look", "get_embedder", "load_embedder", "prepare_aside"]

logger = logging.getLogger(__name__)

_loaded: dict[str, Embedder] = {}
_prepared: set[str] = set()
_of_the_parent: list[Embedder] = []
_lock = Lock()


def get_embedder() -> Embedder:
    """Return the embedder of the setting, which need not be the one that answers; raises as `load_embedder` does."""
    return load_embedder(get_settings().embedder)


def load_embedder(name: str) -> Embedder:
    """Return the embedder of this name, path of weights, or dotted path of a class; built once in a process.

    Cheap: weights are read by its first vector. Raises EmbedderUnavailable for a name that means none.
    """
    with _lock:
        if name not in _loaded:
            _loaded[name] = _build(name)
        return _loaded[name]


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


def _build(name: str) -> Embedder:
    if name == ThumbnailEmbedder.name:
        return ThumbnailEmbedder()
    if name in SHIPPED or name in PUBLISHED or name.endswith(SUFFIXES):
        return ResNetEmbedder(name)
    if "." in name and all(part.isidentifier() for part in name.split(".")):
        return _build_from_dotted_path(name)
    known = ", ".join([ThumbnailEmbedder.name, *SHIPPED, *PUBLISHED])
    raise EmbedderUnavailable(
        f"There is no embedder {name!r}. Write one of {known}, the path of a {' or '.join(SUFFIXES)} file, "
        "or the dotted path of an Embedder class."
    )


def _build_from_dotted_path(path: str) -> Embedder:
    try:
        kind = import_string(path)
    except ImportError as error:
        raise EmbedderUnavailable(f"The embedder {path!r} cannot be imported: {error}.") from error
    if not (isinstance(kind, type) and issubclass(kind, Embedder)):
        raise EmbedderUnavailable(f"Expected {path!r} to be a subclass of visualsearch.embedders.Embedder.")
    try:
        return kind()
    except Exception as error:  # a shop's own class may do anything
        raise EmbedderUnavailable(f"The embedder {path!r} cannot be made: {error}.") from error


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
