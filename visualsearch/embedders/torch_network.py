"""The base of embedders whose network a library of torch's builds: device, precision, fingerprint, what is missing.

Torch and these libraries are imported inside functions: `manage.py`, the admin and a forking parent begin without them.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from textwrap import shorten
from typing import Any, ClassVar

from django.core.checks import CheckMessage, Error
from PIL import Image

from visualsearch.embedders.base import Look
from visualsearch.embedders.engines import Choice, Pass
from visualsearch.embedders.engines.processor import bfloat16_is_faster, count_threads
from visualsearch.embedders.fingerprints import fingerprint_of
from visualsearch.embedders.framing import Framing
from visualsearch.embedders.network_embedder import NetworkEmbedder
from visualsearch.embedders.options import PRECISIONS, check_choice, check_text
from visualsearch.embedders.turns import Run
from visualsearch.exceptions import EmbedderUnavailable, InvalidOptions

Tensor = Any
Network = Any

_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessing:
    """What a library does to an image before its network."""

    transform: Callable[[Image.Image], Tensor]
    """From an RGB image to a float32 tensor of shape (3, rows, columns)."""
    size: tuple[int, int]
    """Rows and columns of that."""
    framing: Framing
    details: Mapping[str, Any]
    """Everything that changes the tensor."""


class TorchNetworkEmbedder(NetworkEmbedder):
    """Runs a network of torch's; a subclass says how its library builds, feeds and reads it.

    The first use of `dimensions`, `fingerprint` or `longest_side` imports the library and builds the network without
    weights, on torch's meta device, which computes no numbers: seconds, but for the network's own size neither memory
    nor time.
    """

    backend: ClassVar[str]
    """What the setting calls it."""
    extra: ClassVar[str]
    """The extra of this package that installs it."""
    libraries: ClassVar[tuple[str, ...]]
    """What it imports."""
    knows_dimensions = False
    channels_last: ClassVar[bool] = False
    """Whether the library's networks take that layout, which convolutions like best."""

    def __init__(self, *, model: str, device: str, precision: str) -> None:
        super().__init__()
        self.model = check_text("model", model)
        self.name = f"{self.backend} {model}"
        if not (isinstance(device, str) and _DEVICE.fullmatch(device)):
            raise InvalidOptions(f"The option 'device' is {device!r}; expected auto, cpu, cuda, cuda:NUMBER or mps.")
        self._wanted_device = device
        self._wanted_precision = check_choice("precision", precision, PRECISIONS)
        self._network: Network = None

    @abstractmethod
    def create(self, *, with_weights: bool) -> Network:
        """Return the library's network, with its weights or without any."""

    @abstractmethod
    def get_preprocessing(self) -> Preprocessing:
        """Return what the library itself does to an image before this network."""

    @abstractmethod
    def run_network(self, network: Network, pixels: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return the features of n images, shape (n, dimensions), and their last map, (n, channels, rows, columns)."""

    @abstractmethod
    def get_weights(self) -> str:
        """Return what tells these weights from others of the model: a tag, a revision, a digest of files."""

    @property
    @abstractmethod
    def remedy(self) -> str:
        """Say in one sentence what to do where the weights are neither there nor can be downloaded."""

    def build_outline(self) -> Network:
        """Return the network without weights, on the meta device; on the processor where it cannot be built there."""
        import torch

        try:
            with torch.device("meta"):
                return self.create(with_weights=False).eval()
        except NotImplementedError:  # some read numbers while they are built
            return self.create(with_weights=False).eval()

    def get_pooling(self) -> str:
        """Return how the features come about, where there is a choice."""
        return ""

    def check_model(self) -> list[CheckMessage]:
        """Return what is wrong with the name of the model, found without importing the library."""
        return []

    @cached_property
    def preprocessing(self) -> Preprocessing:
        """What is done to an image; raises EmbedderUnavailable."""
        with self.telling():
            return self.get_preprocessing()

    @cached_property
    def weights(self) -> str:
        """What its weights were called when this process first asked; raises EmbedderUnavailable."""
        with self.telling():
            return self.get_weights()

    @cached_property
    def dimensions(self) -> int:  # type: ignore[override]
        with self.telling():
            return self._width_of(self.build_outline())

    @cached_property
    def longest_side(self) -> int:  # type: ignore[override]
        return 2 * max(self.preprocessing.size)

    @cached_property
    def fingerprint(self) -> str:
        details = {"preprocessing": self.preprocessing.details, "pooling": self.get_pooling()}
        return fingerprint_of([self.backend, self.model, self.weights], details, self.dimensions)

    @property
    def engine(self) -> Choice:
        with self.telling():
            device, precision = self.get_device(), self.get_precision()
        threads = f"; threads: {count_threads()}" if device == "cpu" else ""
        return Choice("torch-bf16" if precision == "bfloat16" else "torch", f"{device}; {precision}{threads}")

    def preprocess(self, image: Image.Image) -> Tensor:
        return self.preprocessing.transform(image)

    def look_at(self, vector: Any, found: Pass, image: Image.Image) -> Look:
        places = found.places
        return Look(vector, activation=None if places is None else self.preprocessing.framing.spread(places, image))

    def check(self) -> list[CheckMessage]:
        if missing := [library for library in self.libraries if find_spec(library) is None]:
            problem = f"The embedder {self.name!r} needs {', '.join(missing)}, which is not installed."
            return [Error(problem, hint=f"Run `{self._install}`.", id="visualsearch.E020")]
        return self.check_model()

    def load(self) -> Run:
        with self.telling():
            if self.get_weights() != self.weights:
                # Vectors are stored under the fingerprint, so that it must not name other weights than those in use.
                raise EmbedderUnavailable(f"The weights of {self.name} changed since this process began; restart it.")
            self._network = self._load()
        return self._run

    def get_device(self) -> str:
        """Return where the network runs: the option, or cuda where there is one, else cpu."""
        if self._wanted_device != "auto":
            return self._wanted_device
        import torch

        return "cuda" if torch.cuda.is_available() else "cpu"

    def get_precision(self) -> str:
        """Return what the network multiplies: the option, or bfloat16 where the processor computes it faster."""
        if self._wanted_precision != "auto":
            return self._wanted_precision
        import torch

        device = self.get_device()
        faster = torch.cuda.is_bf16_supported() if device.startswith("cuda") else bfloat16_is_faster()
        return "bfloat16" if faster and device != "mps" else "float32"

    @contextmanager
    def inference(self) -> Iterator[None]:
        """Let torch compute in inference mode, in the precision of this embedder."""
        import torch

        kind, lower = self.get_device().partition(":")[0], self.get_precision() == "bfloat16"
        with torch.inference_mode(), torch.autocast(kind, dtype=torch.bfloat16, enabled=lower):
            yield

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Turn whatever a library raises into EmbedderUnavailable that says what to do."""
        try:
            yield
        except EmbedderUnavailable:
            raise
        except ImportError as error:
            raise EmbedderUnavailable(
                f"Expected {', '.join(self.libraries)} for {self.name}: {_one_line(error)}. Run `{self._install}`."
            ) from error
        except Exception as error:
            raise EmbedderUnavailable(f"{self.name} cannot be loaded: {_one_line(error)}. {self.remedy}") from error

    @property
    def _install(self) -> str:
        return f"pip install django-visualsearch[{self.extra}]"

    def _load(self) -> Network:
        import torch
        from torch import nn

        torch.set_num_threads(count_threads())
        network = self.create(with_weights=True).eval().requires_grad_(False).to(self.get_device())
        if self.channels_last:
            network = network.to(memory_format=torch.channels_last)
        if self.get_precision() == "bfloat16":
            # Once, instead of at every pass; what is left in float32, autocast knows how to mix with it.
            for module in network.modules():
                if isinstance(module, nn.Linear | nn.Conv2d):
                    module.to(torch.bfloat16)
        return network

    def _run(self, images: list[Tensor]) -> Sequence[Pass]:
        import torch

        with self.inference():
            pixels = torch.stack(images).to(self.get_device())
            features, map_ = self.run_network(self._network, pixels)
            rows = features.float().cpu().numpy()
            places = [None] * len(rows) if map_ is None else map_.float().relu().sum(1).cpu().numpy()
        return [Pass(vector, place) for vector, place in zip(rows, places, strict=True)]

    def _width_of(self, outline: Network) -> int:
        import torch

        pixels = torch.zeros(1, 3, *self.preprocessing.size, device=next(outline.parameters()).device)
        with torch.inference_mode():
            features, _ = self.run_network(outline, pixels)
        return int(features.shape[1])


def _one_line(error: Exception) -> str:
    return shorten(str(error) or type(error).__name__, 300, placeholder=" ...").rstrip(".")
