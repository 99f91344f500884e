"""Embeds with a residual network of torchvision: the mean over its last map.

Torch is imported by the first vector, not by this module: it takes seconds and hundreds of megabytes that `manage.py`,
the admin and a forking parent must not pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from django.core.checks import CheckMessage, Error
from numpy.typing import NDArray
from PIL import Image

from visualsearch.embedders.architectures import PUBLISHED, Architecture, Published
from visualsearch.embedders.base import Embedder
from visualsearch.embedders.weights import architecture_of, digest_of_weights
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.vectors import Vectors, normalise

if TYPE_CHECKING:
    import torch

SIDE = 224
"""Pixels each way of what the network sees; the whole picture is squeezed into it."""

MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
"""Of ImageNet's pixels, red green blue, 0 to 1, as in the training of all these weights."""

_AT_ONCE = 16
_INSTALL = "pip install django-visualsearch[torch]"


class ResNetEmbedder(Embedder):
    """Embeds with weights that torchvision publishes, or with those in a local `.safetensors` or `.pth` file."""

    def __init__(self, weights: str | Path) -> None:
        self.name = str(weights)
        self._published = PUBLISHED.get(self.name)
        self._path = Path(weights)
        self._network: torch.nn.Module | None = None
        self._lock = Lock()

    @cached_property
    def architecture(self) -> Architecture:
        """The network; raises EmbedderUnavailable when the file does not tell."""
        return self._published.architecture if self._published else architecture_of(self._path)

    @cached_property
    def dimensions(self) -> int:  # type: ignore[override]
        return self.architecture.dimensions

    @cached_property
    def fingerprint(self) -> str:
        digest = self._published.digest if self._published else digest_of_weights(self._path)[:12]
        return f"{self.architecture.name}-{digest}-squeeze{SIDE}-mean-{self.dimensions}"

    def prepare(self) -> None:
        self._get_network()

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        parts = [self._embed(images[start : start + _AT_ONCE]) for start in range(0, len(images), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.empty((0, self.dimensions), dtype=np.float32)

    def check(self) -> list[CheckMessage]:
        missing = [name for name in ("torch", "torchvision", "safetensors") if find_spec(name) is None]
        if missing:
            problem = f"The embedder {self.name!r} needs {', '.join(missing)}, which is not installed."
            return [Error(problem, hint=f"Run `{_INSTALL}`.", id="visualsearch.E020")]
        try:
            _ = self.fingerprint
        except EmbedderUnavailable as error:
            hint = f"Put the file there, or write one of {', '.join(PUBLISHED)} into VISUALSEARCH['EMBEDDER']."
            return [Error(str(error), hint=hint, id="visualsearch.E021")]
        return []

    def _embed(self, images: Sequence[Image.Image]) -> Vectors:
        network = self._get_network()
        import torch

        with torch.inference_mode():
            # Rows of pixels lie channels last already, which is the layout that convolutions like best.
            vectors = network(torch.from_numpy(_as_input(images)).permute(0, 3, 1, 2))
        return normalise(vectors.numpy())

    def _get_network(self) -> torch.nn.Module:
        with self._lock:
            if self._network is None:
                self._network = self._load()
            return self._network

    def _load(self) -> torch.nn.Module:
        architecture = self.architecture
        try:
            models = _import_models()
            state = _download(models, self._published) if self._published else self._read()
        except ImportError as error:
            raise EmbedderUnavailable(f"Expected torch and its companions: {error}. Run `{_INSTALL}`.") from error
        return _build(models, architecture, state, self.name)

    def _read(self) -> dict[str, Any]:
        # Vectors are stored under the fingerprint, so that it must not name other weights than those in use.
        if digest_of_weights(self._path)[:12] not in self.fingerprint:
            raise EmbedderUnavailable(f"The weights at {self._path} changed since this process began; restart it.")
        try:
            return _read_state(self._path)
        except ImportError:
            raise
        except Exception as error:
            raise EmbedderUnavailable(f"Expected a state dict at {self._path}, but it is damaged: {error}.") from error


def _import_models() -> Any:
    try:
        from torchvision import models
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        from visualsearch.embedders.torchvision_ops import define_missing_operators

        define_missing_operators()
        from torchvision import models
    return models


def _download(models: Any, published: Published) -> dict[str, Any]:
    """Return the published weights, from the cache of torch if they were downloaded before."""
    import torch

    weights = models.get_model_weights(published.architecture.name)[published.weights]
    place = Path(torch.hub.get_dir()) / "checkpoints" / published.file_name
    try:
        state: dict[str, Any] = weights.get_state_dict(progress=True, check_hash=True, weights_only=True)
    except OSError as error:
        raise EmbedderUnavailable(
            f"The weights of {published.architecture.name} cannot be downloaded: {error}. "
            f"Put {weights.url} at {place}, or write the path of a local file into VISUALSEARCH['EMBEDDER']."
        ) from error
    except Exception as error:
        raise EmbedderUnavailable(
            f"Expected the weights of {published.architecture.name} at {place}, but they are damaged: {error}. "
            "Delete the file, and it is downloaded again."
        ) from error
    return state


def _read_state(path: Path) -> dict[str, Any]:
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return dict(load_file(path))
    import torch

    return dict(torch.load(path, map_location="cpu", weights_only=True))


def _build(models: Any, architecture: Architecture, state: dict[str, Any], name: str) -> torch.nn.Module:
    """Return the network without its classifier, ready to embed."""
    import torch

    # The meta device skips the random start that the weights replace anyway.
    with torch.device("meta"):
        network: torch.nn.Module = getattr(models, architecture.name)(weights=None)
        network.fc = torch.nn.Identity()
    features = {key: _as_float32(value) for key, value in state.items() if not key.startswith("fc.")}
    if not all(torch.isfinite(value).all() for value in features.values()):
        raise EmbedderUnavailable(f"Expected finite weights in {name}, but some are NaN or infinite.")
    try:
        network.load_state_dict(features, assign=True)
    except RuntimeError as error:
        raise EmbedderUnavailable(f"Expected the weights of {architecture.name} in {name}: {error}.") from error
    network.requires_grad_(False).eval()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


def _as_float32(value: torch.Tensor) -> torch.Tensor:
    return value.float() if value.is_floating_point() else value


def _as_input(images: Sequence[Image.Image]) -> NDArray[np.float32]:
    """Return the pixels as the network was trained on them, shape (n, SIDE, SIDE, 3)."""
    squeezed = [np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR)) for image in images]
    scaled = np.stack(squeezed).astype(np.float32) / 255
    return np.asarray((scaled - MEAN) / DEVIATION, dtype=np.float32)
