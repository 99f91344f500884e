"""The base of embedders with two towers, of images and of words, whose vectors lie in one space."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from threading import Lock

import numpy as np

from visualsearch.embedders.engines import Pass
from visualsearch.embedders.network_embedder import BATCH_SIZE
from visualsearch.embedders.torch_network import Network, Tensor, TorchNetworkEmbedder
from visualsearch.embedders.turns import Turns
from visualsearch.vectors import Vectors


class ImageTextEmbedder(TorchNetworkEmbedder):
    """Embeds words too, in batches of their own, where the model has a text tower."""

    def __init__(self, *, model: str, device: str, precision: str) -> None:
        super().__init__(model=model, device=device, precision=precision)
        self._text_turns: Turns | None = None
        self._text_lock = Lock()

    @abstractmethod
    def load_tokenizer(self) -> None:
        """Load what cuts texts into tokens, once in a process, before the first text."""

    @abstractmethod
    def run_text(self, network: Network, texts: list[str]) -> Tensor:
        """Return the features of n texts, shape (n, dimensions); longer ones than the model reads are cut off."""

    def embed_text(self, texts: Sequence[str]) -> Vectors:
        if not self.supports_text:
            return super().embed_text(texts)
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        turns = self._get_text_turns()
        parts = [texts[start : start + BATCH_SIZE] for start in range(0, len(texts), BATCH_SIZE)]
        return self.vectors_of([found for part in parts for found in turns.run(part)])

    def _get_text_turns(self) -> Turns:
        self.prepare()
        with self._text_lock:
            if self._text_turns is None:
                with self.telling():
                    self.load_tokenizer()
                self._text_turns = Turns(self._run_text, BATCH_SIZE)
            return self._text_turns

    def _run_text(self, texts: list[str]) -> list[Pass]:
        with self.inference():
            rows = self.run_text(self._network, texts).float().cpu().numpy()
        return [Pass(row) for row in rows]
