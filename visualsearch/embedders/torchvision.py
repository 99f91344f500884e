"""Embeds with a classification network that torchvision publishes, without its classifier."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage

from visualsearch.embedders.fingerprints import digest_of_files
from visualsearch.embedders.framing import Framing
from visualsearch.embedders.options import check_text
from visualsearch.embedders.registered import registered_models, unknown_model
from visualsearch.embedders.torch_network import Network, Preprocessing, Tensor, TorchNetworkEmbedder
from visualsearch.embedders.weights import SUFFIXES, read_weights
from visualsearch.exceptions import EmbedderUnavailable

RESNETS = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
"""Names of the setting that stand for these models with `FIRST_WEIGHTS`."""

# The first recipe, not the second: label smoothing and mixing of pictures win on ImageNet's own classes, but their
# features tell other things apart less well, see https://arxiv.org/abs/2010.16402.
FIRST_WEIGHTS = "IMAGENET1K_V1"

_CLASSIFIERS = ("classifier", "fc", "head", "heads")
"""What torchvision calls the part that is left out, in whichever of its networks."""


class TorchvisionEmbedder(TorchNetworkEmbedder):
    """Takes what a classifier is given: a map by its mean, tokens by the class token.

    Weights are the name of published ones, or the path of a state dict, which is shown images as ImageNet's usually
    are: 256 pixels, of which the middle 224. Torch keeps what it downloads where TORCH_HOME says.
    """

    backend = "torchvision"
    extra = "torch"
    libraries = ("torch", "torchvision")
    channels_last = True

    def __init__(
        self, *, model: str, weights: str = FIRST_WEIGHTS, device: str = "auto", precision: str = "auto"
    ) -> None:
        super().__init__(model=model, device=device, precision=precision)
        self._written = check_text("weights", weights)
        self._path = Path(weights) if weights.endswith(SUFFIXES) else None

    @property
    def remedy(self) -> str:
        if self._path or not (found := self._published()):
            return "Write published weights of this model, or the path of a state dict, into the option 'weights'."
        import torch

        name = Path(found.url).name
        return f"Run once with a network, or put {found.url} at {Path(torch.hub.get_dir()) / 'checkpoints' / name}."

    def get_weights(self) -> str:
        return digest_of_files([self._path]) if self._path else self._written

    def get_preprocessing(self) -> Preprocessing:
        presets = _torchvision().transforms._presets
        published = self._published()
        transform = published.transforms() if published else presets.ImageClassification(crop_size=224)
        (side,), (resized,) = transform.crop_size, transform.resize_size
        return Preprocessing(
            transform=transform,
            size=(side, side),
            framing=Framing("crop", side / resized),
            details={"transform": repr(transform)},
        )

    def create(self, *, with_weights: bool) -> Network:
        network = self._build(with_weights)
        return _build_tapped(network, self.model)

    def run_network(self, network: Network, pixels: Tensor) -> tuple[Tensor, Tensor | None]:
        features, map_ = network(pixels)
        return features, map_

    def check_model(self) -> list[CheckMessage]:
        return unknown_model("torchvision", self.model, registered_models("torchvision"))

    def _published(self) -> Any:
        """Return torchvision's entry of the published weights; None where the weights are a file."""
        if self._path:
            return None
        models = _torchvision().models
        if self.model not in models.list_models(module=models):
            raise EmbedderUnavailable(f"torchvision has no classification network {self.model!r}.")
        known = models.get_model_weights(self.model)
        if self._written not in known.__members__:
            names = ", ".join(known.__members__)
            raise EmbedderUnavailable(f"torchvision has no weights {self._written!r} of {self.model}; it has {names}.")
        return known[self._written]

    def _build(self, with_weights: bool) -> Network:
        models, published = _torchvision().models, self._published()
        if with_weights and published:
            return models.get_model(self.model, weights=published)
        # A vision transformer is built for images of one size, and two networks warn of numbers that are not kept.
        sized = {"image_size": self.preprocessing.size[0]} if self.model.startswith("vit_") else {}
        plain = {"init_weights": False} if self.model in ("googlenet", "inception_v3") else {}
        network = models.get_model(self.model, weights=None, **sized, **plain)
        if with_weights and self._path:
            _load_state(network, self._path)
        return network


def _load_state(network: Network, path: Path) -> None:
    """Put a state dict into the network, whatever its classifier was for; raises EmbedderUnavailable for another's."""
    import torch

    state = {key: torch.tensor(value) for key, value in read_weights(path).items() if not _is_of_classifier(key)}
    missing, unexpected = network.load_state_dict(state, strict=False)
    if wrong := [key for key in [*missing, *unexpected] if not _is_of_classifier(key)]:
        raise EmbedderUnavailable(f"Expected the weights of this network in {path}, but {wrong[0]} does not fit.")


def _is_of_classifier(key: str) -> bool:
    return key.partition(".")[0] in _CLASSIFIERS


def _build_tapped(network: Network, model: str) -> Network:
    """Return a module that gives what the classifier is given, and the last map before it."""
    from torch import nn

    class Tapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network
            self.given: Tensor = None
            self.map: Tensor = None
            for name, module in network.named_modules():
                if name and not _is_of_classifier(name):
                    module.register_forward_hook(self._keep_map)
            classifier = next(name for name in _CLASSIFIERS if hasattr(network, name))
            getattr(network, classifier).register_forward_pre_hook(self._keep_given)

        def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor | None]:
            self.network(pixels)
            given, map_ = self.given, self.map
            self.given = self.map = None
            return _pooled(given, map_), None if model.startswith("vit_") else map_

        def _keep_map(self, module: Any, inputs: Any, output: Tensor) -> None:
            if getattr(output, "ndim", 0) == 4 and output.shape[-1] > 1:
                self.map = output

        def _keep_given(self, module: Any, inputs: tuple[Tensor, ...]) -> None:
            self.given = inputs[0]

    return Tapped()


def _pooled(given: Tensor, map_: Tensor) -> Tensor:
    """Return the mean over places of what a classifier is given, also where it is a map laid out in one row."""
    if given.ndim == 4:
        return given.mean((2, 3))
    channels = map_.shape[1]
    return given.unflatten(1, (channels, -1)).mean(2) if given.shape[1] > channels else given


def _torchvision() -> Any:
    from visualsearch.embedders.torchvision_ops import define_missing_operators

    define_missing_operators()
    import torchvision
    import torchvision.transforms._presets

    return torchvision
