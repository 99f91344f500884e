"""MobileNet-V2 as an embedder, to compare with; in OpenVINO, as the others are where it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.embedders.networks import torchvision_models
from visualsearch.embedders import Embedder
from visualsearch.embedders.base import Look
from visualsearch.embedders.engines.processor import count_threads
from visualsearch.embedders.fitting import Fit
from visualsearch.embedders.residual import DEVIATION, MEAN
from visualsearch.vectors import Vectors, normalise

WEIGHTS = Path("../shared/weights/mobilenet_v2-features-onnx-zoo.safetensors")


class MobileNetEmbedder(Embedder):
    """The mean over the last map of ImageNet's MobileNet-V2."""

    name = "mobilenet_v2"
    dimensions = 1280
    fingerprint = "mobilenet-v2-squeeze224-mean-1280"
    longest_side = 448

    def __init__(self) -> None:
        self._request: Any = None

    def prepare(self) -> None:
        import openvino
        import torch
        from safetensors.torch import load_file

        network = torchvision_models().mobilenet_v2().features.eval()
        network.load_state_dict({key: value.float() for key, value in load_file(WEIGHTS).items()})
        model = openvino.convert_model(network, example_input=torch.zeros(1, 3, 224, 224), input=[-1, 3, 224, 224])
        options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": count_threads()}
        self._request = openvino.Core().compile_model(model, "CPU", options).create_infer_request()

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        return normalise(self._maps(images).mean(axis=(2, 3)))

    def look(self, images: Sequence[Image.Image]) -> list[Look]:
        maps = self._maps(images)
        vectors = normalise(maps.mean(axis=(2, 3)))
        return [Look(vector, activation=map_.sum(axis=0)) for vector, map_ in zip(vectors, maps, strict=True)]

    def _maps(self, images: Sequence[Image.Image]) -> np.ndarray:
        if self._request is None:
            self.prepare()
        scaled = (Fit(224).squares(images).astype(np.float32) / 255 - MEAN) / DEVIATION
        return np.array(next(iter(self._request.infer([np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))]).values())))
