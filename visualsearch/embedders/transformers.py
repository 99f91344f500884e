"""Embeds with a model of Hugging Face's transformers: https://huggingface.co/docs/transformers."""

from __future__ import annotations

import inspect
from functools import cached_property
from pathlib import Path
from typing import Any

from PIL import Image

from visualsearch.embedders.fingerprints import digest_of_folder
from visualsearch.embedders.framing import Fit, Framing
from visualsearch.embedders.image_text import ImageTextEmbedder
from visualsearch.embedders.options import check_choice, check_flag, check_text
from visualsearch.embedders.torch_network import Network, Preprocessing, Tensor
from visualsearch.exceptions import EmbedderUnavailable

POOLINGS = ("cls", "mean", "pooler")

MAX_TOKENS = 512
"""Tokens of a text where neither tokenizer nor configuration says how many the model reads."""

_SQUEEZED_FROM = 384
"""Pixels from which ConvNeXT's processor squeezes an image instead of cutting out its middle."""


class TransformersEmbedder(ImageTextEmbedder):
    """Takes `get_image_features` of a model with two towers; of one tower its last map or its tokens, pooled.

    A map is averaged; of tokens `pooling` takes the first (`cls`), the mean of all, or the model's own `pooler`.
    """

    backend = "transformers"
    extra = "transformers"
    libraries = ("transformers", "torch", "torchvision")

    def __init__(
        self,
        *,
        model: str,
        revision: str = "main",
        pooling: str = "cls",
        trust_remote_code: bool = False,
        cache_dir: str = "",
        device: str = "auto",
        precision: str = "auto",
    ) -> None:
        super().__init__(model=model, device=device, precision=precision)
        self._folder = Path(model) if Path(model).is_dir() else None
        self._revision = check_text("revision", revision)
        self._pooling = check_choice("pooling", pooling, POOLINGS)
        self._given = {
            "revision": revision,
            "trust_remote_code": check_flag("trust_remote_code", trust_remote_code),
            "cache_dir": check_text("cache_dir", cache_dir) if cache_dir else None,
        }

    @property
    def remedy(self) -> str:
        return (
            "Run once with a network, or write the path of a folder that `save_pretrained` has filled, with the "
            "model and its image processor, into the option 'model'."
        )

    @cached_property
    def supports_text(self) -> bool:  # type: ignore[override]
        """Whether the model has a text tower; builds it without weights, and raises EmbedderUnavailable."""
        with self.telling():
            return hasattr(self.build_outline(), "get_text_features")

    def get_weights(self) -> str:
        return digest_of_folder(self._folder) if self._folder else self._revision

    def get_pooling(self) -> str:
        return self._pooling

    def get_preprocessing(self) -> Preprocessing:
        processor = self._read(_transformers().AutoImageProcessor)
        sizes = {_values(processor, Image.new("RGB", size)).shape[1:] for size in ((96, 96), (96, 48))}
        if len(sizes) > 1:
            raise EmbedderUnavailable(f"Expected an image processor of {self.model} whose results have all one size.")
        rows, columns = sizes.pop()
        return Preprocessing(
            transform=lambda image: _values(processor, image),
            size=(rows, columns),
            framing=_framing(processor, rows),
            details={key: value for key, value in processor.to_dict().items() if key != "_processor_class"},
        )

    def create(self, *, with_weights: bool) -> Network:
        kind = _transformers().AutoModel
        if not with_weights:
            return kind.from_config(self._config, trust_remote_code=self._given["trust_remote_code"])
        network, found = self._read(kind, output_loading_info=True)
        missing = [key for key in found["missing_keys"] if self._pooling == "pooler" or not key.startswith("pooler.")]
        if missing:
            raise EmbedderUnavailable(f"The weights of {self.model} lack {sorted(missing)[0]}, which it would invent.")
        return network

    def run_network(self, network: Network, pixels: Tensor) -> tuple[Tensor, Tensor | None]:
        if hasattr(network, "get_image_features"):
            return _features(network.get_image_features(pixel_values=pixels)), None
        output = network(pixel_values=pixels)
        last = output.last_hidden_state
        if last.ndim == 4:
            return last.mean((2, 3)), last
        if self._pooling == "pooler":
            return output.pooler_output, None
        return (last[:, 0] if self._pooling == "cls" else last.mean(1)), None

    def load_tokenizer(self) -> None:
        self._tokenizer = self._read(_transformers().AutoTokenizer)

    def run_text(self, network: Network, texts: list[str]) -> Tensor:
        known = getattr(getattr(self._config, "text_config", None), "max_position_embeddings", MAX_TOKENS)
        length = min(self._tokenizer.model_max_length, known)
        # Padded to the whole length, as SigLIP was trained; where a mask says so, padding changes nothing.
        tokens = self._tokenizer(texts, padding="max_length", max_length=length, truncation=True, return_tensors="pt")
        tokens = tokens.to(self.get_device())
        takes = inspect.signature(network.get_text_features).parameters
        return _features(network.get_text_features(**{key: value for key, value in tokens.items() if key in takes}))

    def _read(self, kind: Any, **more: Any) -> Any:
        """Return what a class of the library's makes of the model's files, from the cache before the network.

        What was downloaded once stays the same for a process that starts later, and none waits for the network.
        """
        try:
            return kind.from_pretrained(self.model, local_files_only=True, **self._given, **more)
        except OSError:
            if self._folder:
                raise
            return kind.from_pretrained(self.model, **self._given, **more)

    @cached_property
    def _config(self) -> Any:
        return self._read(_transformers().AutoConfig)


def _features(output: Any) -> Tensor:
    """Return the features that a tower gives: a tensor, or since transformers 5 an output with them."""
    return getattr(output, "pooler_output", output)


def _values(processor: Any, image: Any) -> Tensor:
    return processor(images=image, return_tensors="pt")["pixel_values"][0]


def _framing(processor: Any, rows: int) -> Framing:
    """Return what the processor's configuration says: a resized image, whole or with its middle cut out."""
    size = dict(getattr(processor, "size", None) or {})
    shortest, share = size.get("shortest_edge"), getattr(processor, "crop_pct", None)
    if share and shortest:
        return Framing("crop", share) if shortest < _SQUEEZED_FROM else Framing("squeeze")
    fit: Fit = "crop" if shortest else "squeeze"
    resized = shortest or size.get("height") or rows
    return Framing(fit, rows / resized if getattr(processor, "do_center_crop", False) else 1.0)


def _transformers() -> Any:
    from visualsearch.embedders.torchvision_ops import define_missing_operators

    define_missing_operators()
    import transformers

    return transformers
