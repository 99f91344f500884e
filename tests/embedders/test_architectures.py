from __future__ import annotations

import pytest

from visualsearch.embedders.architectures import PUBLISHED

pytest.importorskip("torch")


def test_the_table_agrees_with_torchvision() -> None:
    from tests.embedders.networks import torchvision_models

    for name, published in PUBLISHED.items():
        assert published.url == torchvision_models().get_model_weights(name)["IMAGENET1K_V1"].url
