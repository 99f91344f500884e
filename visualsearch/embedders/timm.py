"""Embeds with a network of timm, without its classifier: https://huggingface.co/docs/timm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage

from visualsearch.embedders.fingerprints import digest_of_files, digest_of_folder
from visualsearch.embedders.framing import Fit, Framing
from visualsearch.embedders.options import check_text
from visualsearch.embedders.registered import registered_models, unknown_model
from visualsearch.embedders.torch_network import (
    Network,
    Preprocessing,
    Tensor,
    TorchNetworkEmbedder,
)

_LOCAL = "local-dir:"

_FITS: dict[str, Fit] = {"center": "crop", "squash": "squeeze", "border": "letterbox"}


class TimmEmbedder(TorchNetworkEmbedder):
    """Takes timm's own features: `create_model(..., num_classes=0)`, and the transforms of the model's own data.

    The model is a name with its tag, `hf-hub:OWNER/NAME`, with `@REVISION` or without, or `local-dir:FOLDER`. `weights`
    is the path of a file to take in place of those that the name means.
    """

    backend = "timm"
    extra = "timm"
    libraries = ("timm",)
    channels_last = True

    def __init__(
        self,
        *,
        model: str,
        weights: str = "",
        cache_dir: str = "",
        device: str = "auto",
        precision: str = "auto",
    ) -> None:
        super().__init__(model=model, device=device, precision=precision)
        self._path = Path(check_text("weights", weights)) if weights else None
        self._cache = check_text("cache_dir", cache_dir) if cache_dir else None

    @property
    def remedy(self) -> str:
        return (
            "Run once with a network, or write the path of a file with its weights into the option 'weights', "
            f"or {_LOCAL}FOLDER of a model that timm has saved into 'model'."
        )

    def get_weights(self) -> str:
        if self._path:
            return digest_of_files([self._path])
        if self.model.startswith(_LOCAL):
            return digest_of_folder(Path(self.model.removeprefix(_LOCAL)))
        if ":" in self.model:  # its revision stands in the name
            return ""
        config = _timm().models.get_pretrained_cfg(self.model)
        return str(config.tag) if config else ""

    def get_preprocessing(self) -> Preprocessing:
        data = _timm().data
        config = data.resolve_model_data_config(self.build_outline())
        _, rows, columns = config["input_size"]
        return Preprocessing(
            transform=data.create_transform(**config, is_training=False),
            size=(rows, columns),
            framing=Framing(_FITS.get(config["crop_mode"], "crop"), config["crop_pct"]),
            details=config,
        )

    def create(self, *, with_weights: bool) -> Network:
        given = {"pretrained_cfg_overlay": {"file": str(self._path)}} if self._path else {}
        return _timm().create_model(self.model, pretrained=with_weights, num_classes=0, cache_dir=self._cache, **given)

    def run_network(self, network: Network, pixels: Tensor) -> tuple[Tensor, Tensor | None]:
        found = network.forward_features(pixels)
        features = network.forward_head(found)
        if found.ndim != 4:
            return features, None
        return features, found.permute(0, 3, 1, 2) if getattr(network, "output_fmt", "") == "NHWC" else found

    def check_model(self) -> list[CheckMessage]:
        if ":" in self.model:
            return []
        return unknown_model("timm", self.model.partition(".")[0], registered_models("timm"))


def _timm() -> Any:
    from visualsearch.embedders.torchvision_ops import define_missing_operators

    define_missing_operators()
    import timm

    return timm
