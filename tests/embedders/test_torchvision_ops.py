from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")


def test_the_operators_have_names_and_torchvision_can_be_imported() -> None:
    from tests.embedders.networks import torchvision_models
    from visualsearch.embedders.torchvision_ops import define_missing_operators

    define_missing_operators()
    define_missing_operators()

    assert hasattr(torch.ops.torchvision, "nms")
    assert hasattr(torch.ops.torchvision, "qnms")
    assert callable(torchvision_models().resnet18)
