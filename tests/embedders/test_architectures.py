from __future__ import annotations

import pytest

from visualsearch.embedders import resnet
from visualsearch.embedders.architectures import PUBLISHED

pytest.importorskip("torch")


def test_the_table_agrees_with_torchvision() -> None:
    models = resnet._import_models()

    for name, published in PUBLISHED.items():
        url = models.get_model_weights(name)[published.weights].url
        assert url.endswith(f"/{published.file_name}")
