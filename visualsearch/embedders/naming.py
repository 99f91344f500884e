"""From what a setting, a command or the database calls an embedder to the embedder, and to what people read of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.module_loading import import_string

from visualsearch.backends import Backend, read_backend, write_backend
from visualsearch.conf import get_settings
from visualsearch.embedders.base import Embedder
from visualsearch.embedders.model_file import MODEL_SUFFIXES, ModelFileEmbedder
from visualsearch.embedders.open_clip import OpenClipEmbedder
from visualsearch.embedders.options import build
from visualsearch.embedders.products import ProductsEmbedder
from visualsearch.embedders.shipped import SHIPPED
from visualsearch.embedders.thumbnail import ThumbnailEmbedder
from visualsearch.embedders.timm import TimmEmbedder
from visualsearch.embedders.torchvision import RESNETS, TorchvisionEmbedder
from visualsearch.embedders.transformers import TransformersEmbedder
from visualsearch.embedders.weights import SUFFIXES
from visualsearch.exceptions import EmbedderUnavailable, VisualSearchError

BACKENDS: Mapping[str, type[Embedder]] = {
    "onnx": ModelFileEmbedder,
    "open_clip": OpenClipEmbedder,
    "openvino": ModelFileEmbedder,
    "timm": TimmEmbedder,
    "torchvision": TorchvisionEmbedder,
    "transformers": TransformersEmbedder,
}
"""What `BACKEND` may name beside a dotted path."""

_MAIN_OPTIONS = ("model", "path", "pretrained", "weights")


def normalise_name(name: str) -> str:
    """Return the one string for an embedder: a name as it is, JSON in its canonical form.

    Raises EmbedderUnavailable for JSON of another shape, or longer than the database keeps.
    """
    if not name.startswith("{"):
        return name
    try:
        return write_backend(name)
    except ValueError as error:
        raise EmbedderUnavailable(f"The embedder {name} cannot be used: {error}.") from error


def label_of(name: str) -> str:
    """Return what people read of an embedder's string: a name as it is, of JSON the backend and what it runs."""
    if not name.startswith("{"):
        return name
    try:
        backend = read_backend(name)
    except ValueError:
        return name
    return " ".join([backend.name, *(str(backend.options[key]) for key in _MAIN_OPTIONS if key in backend.options)])


def build_embedder(name: str) -> Embedder:
    """Return a new embedder of this string; raises EmbedderUnavailable, InvalidOptions among it."""
    embedder = _build(_backend_of(name))
    if type(embedder) in BACKENDS.values():
        embedder.name = label_of(name)
    return embedder


def _backend_of(name: str) -> Backend:
    """Return what a string stands for."""
    if entry := get_settings().embedders.get(name):
        return read_backend(entry)
    if name.startswith("{"):
        return read_backend(normalise_name(name))
    if name in RESNETS:
        return Backend("torchvision", {"model": name})
    if name.endswith(MODEL_SUFFIXES):
        return Backend("onnx", {"path": name})
    return Backend(name)


def _build(backend: Backend) -> Embedder:
    name, options = backend.name, backend.options
    if name in BACKENDS:
        return build(BACKENDS[name], name, options)
    if "." in name and not name.endswith(SUFFIXES) and all(part.isidentifier() for part in name.split(".")):
        return _build_own(name, options)
    if options:
        raise EmbedderUnavailable(
            f"There is no backend {name!r} that takes OPTIONS. Write one of {', '.join(sorted(BACKENDS))}, or the "
            "dotted path of an Embedder class."
        )
    if name == ThumbnailEmbedder.name:
        return ThumbnailEmbedder()
    if name in SHIPPED or name.endswith(SUFFIXES):
        return ProductsEmbedder(name)
    known = ", ".join([ThumbnailEmbedder.name, *SHIPPED, *RESNETS, *get_settings().embedders])
    raise EmbedderUnavailable(
        f"There is no embedder {name!r}. Write one of {known}, the path of a "
        f"{', '.join(SUFFIXES + MODEL_SUFFIXES)} file, the dotted path of an Embedder class, or a dict of BACKEND "
        "and OPTIONS."
    )


def _build_own(path: str, options: Mapping[str, Any]) -> Embedder:
    try:
        return build(_import(path), path, options)
    except VisualSearchError:
        raise
    except Exception as error:  # a shop's own class may do anything
        raise EmbedderUnavailable(f"The embedder {path!r} cannot be made: {error}.") from error


def _import(path: str) -> type[Embedder]:
    try:
        kind = import_string(path)
    except ImportError as error:
        raise EmbedderUnavailable(f"The embedder {path!r} cannot be imported: {error}.") from error
    if not (isinstance(kind, type) and issubclass(kind, Embedder)):
        raise EmbedderUnavailable(f"Expected {path!r} to be a subclass of visualsearch.embedders.Embedder.")
    return kind
