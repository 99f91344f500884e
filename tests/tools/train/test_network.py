from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.embedders.contract import draw
from visualsearch.embedders.products import ProductsEmbedder
from visualsearch.embedders.recipes import Details

torch = pytest.importorskip("torch")

from tools.train.network import DIMENSIONS, Student, save_student  # noqa: E402 - only where torch is

METADATA = {"name": "tiny-1", "side": "96", "stretch": "1.34", "licence": "MIT"}


@pytest.fixture(scope="module")
def student() -> Student:
    torch.manual_seed(1)
    student = Student(8).eval()
    for module in student.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    torch.nn.init.normal_(student.proposals[0].weight, std=0.1)
    return student


@pytest.mark.parametrize("details", [None, Details(rows=100, share=0.25)])
def test_what_is_trained_is_what_the_shop_runs(
    details: Details | None, student: Student, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(student, "details", details)
    save_student(student, tmp_path / "tiny.safetensors", METADATA, half=True)
    picture = draw("red", "ellipse", size=(96, 96))
    pixels = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None] / 255
    with torch.inference_mode():
        maps = student.maps(pixels)
        expected = student.embed(maps)[0].numpy()
        scores = student.proposals(student.last_maps(maps)).sigmoid()[0, 0].numpy()

    (look,) = ProductsEmbedder(tmp_path / "tiny.safetensors").look([picture])

    assert look.vector.shape == (DIMENSIONS,)
    assert look.vector @ expected > 0.999
    assert look.regions is not None
    np.testing.assert_allclose(look.regions[:, 0], scores.flatten(), atol=0.03)
