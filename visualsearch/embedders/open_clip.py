"""Embeds with the towers of an OpenCLIP model: https://github.com/mlfoundations/open_clip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage

from visualsearch.embedders.fingerprints import digest_of_files, digest_of_folder
from visualsearch.embedders.framing import Fit, Framing
from visualsearch.embedders.image_text import ImageTextEmbedder
from visualsearch.embedders.options import check_text
from visualsearch.embedders.registered import configured_models, unknown_model
from visualsearch.embedders.torch_network import Network, Preprocessing, Tensor
from visualsearch.exceptions import InvalidOptions

_LOCAL = "local-dir:"

_FITS: dict[str, Fit] = {"shortest": "crop", "longest": "letterbox", "squash": "squeeze"}


class OpenClipEmbedder(ImageTextEmbedder):
    """Takes both towers of a model: a name with `pretrained`, a tag or the path of a file; or a place that has both.

    Such a place is `hf-hub:OWNER/NAME` or `local-dir:FOLDER`, as open_clip writes them.
    """

    backend = "open_clip"
    extra = "open-clip"
    libraries = ("open_clip",)
    supports_text = True

    def __init__(
        self,
        *,
        model: str,
        pretrained: str = "",
        cache_dir: str = "",
        device: str = "auto",
        precision: str = "auto",
    ) -> None:
        super().__init__(model=model, device=device, precision=precision)
        self._pretrained = check_text("pretrained", pretrained) if pretrained else None
        self._cache = check_text("cache_dir", cache_dir) if cache_dir else None
        if bool(pretrained) == (":" in model):
            raise InvalidOptions(
                "The option 'pretrained' is a tag or a path beside the name of a model, and left out beside a place: "
                f"'hf-hub:OWNER/NAME' or '{_LOCAL}FOLDER'; 'model' is {model!r}."
            )
        if pretrained:
            self.name = f"{self.backend} {model} {pretrained}"

    @property
    def remedy(self) -> str:
        return (
            "Run once with a network, or write the path of a file with its weights into the option 'pretrained', "
            f"or {_LOCAL}FOLDER with open_clip_config.json and its weights into 'model'."
        )

    def get_weights(self) -> str:
        if self.model.startswith(_LOCAL):
            return digest_of_folder(Path(self.model.removeprefix(_LOCAL)))
        path = Path(self._pretrained or "")
        return digest_of_files([path]) if path.is_file() else str(self._pretrained or "")

    def get_preprocessing(self) -> Preprocessing:
        open_clip = _open_clip()
        known = self.build_outline().visual.preprocess_cfg
        config = open_clip.transform.PreprocessCfg(**known)
        rows, columns = config.size if isinstance(config.size, tuple | list) else (config.size, config.size)
        return Preprocessing(
            transform=open_clip.transform.image_transform_v2(config, is_train=False),
            size=(rows, columns),
            framing=Framing(_FITS[config.resize_mode]),
            details=known,
        )

    def create(self, *, with_weights: bool) -> Network:
        import torch

        open_clip = _open_clip()
        # A tag would be downloaded even where no weights are wanted: then it says its preprocessing alone.
        tagged = (
            {} if with_weights else open_clip.get_pretrained_cfg(self.model.replace("/", "-"), self._pretrained or "")
        )
        return open_clip.create_model(
            self.model,
            pretrained=self._pretrained if with_weights else None,
            force_preprocess_cfg=tagged,
            device=torch.get_default_device(),
            cache_dir=self._cache,
            load_weights=with_weights,
            require_pretrained=with_weights,
            # Weights of one tower alone would be downloaded for nothing: those of the model hold both.
            pretrained_text=False,
        )

    def run_network(self, network: Network, pixels: Tensor) -> tuple[Tensor, Tensor | None]:
        maps: list[Tensor] = []
        last = getattr(network.visual, "layer4", None)
        hook = last and last.register_forward_hook(lambda module, given, output: maps.append(output))
        try:
            return network.encode_image(pixels), maps[-1] if maps else None
        finally:
            if hook:
                hook.remove()

    def load_tokenizer(self) -> None:
        self._tokenize = _open_clip().get_tokenizer(self.model, cache_dir=self._cache)

    def run_text(self, network: Network, texts: list[str]) -> Tensor:
        return network.encode_text(self._tokenize(texts).to(self.get_device()))

    def check_model(self) -> list[CheckMessage]:
        if ":" in self.model:
            return []
        return unknown_model("open_clip", self.model.replace("/", "-"), configured_models("open_clip", "model_configs"))


def _open_clip() -> Any:
    from visualsearch.embedders.torchvision_ops import define_missing_operators

    define_missing_operators()
    import open_clip

    return open_clip
