from __future__ import annotations

from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("openvino")

from tools.train import details  # noqa: E402 - only where torch is
from tools.train.network import Student  # noqa: E402
from tools.train.store import Store  # noqa: E402
from tools.train.things import Things  # noqa: E402
from visualsearch.embedders.recipes import Details  # noqa: E402


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Make a world of pictures of chance, of which few are looked at."""
    monkeypatch.setattr(details, "PICTURES", 8)
    monkeypatch.setattr(details, "KINDS", 24)
    monkeypatch.setattr(details, "DETAILS", Details(rows=5, share=0.25))
    torch.manual_seed(1)
    pixels = (torch.rand(9, 4, 48, 48) * 255).byte()
    store = Store(pixels=pixels[:, :3], aspects=torch.ones(9), labels=torch.zeros(9))
    return SimpleNamespace(garments=store, scenery=store, things=Things.of(pixels))


def test_a_head_gets_rows_for_details_and_says_the_same_of_kinds(world: SimpleNamespace) -> None:
    student = Student(8).eval()
    images = world.garments.pixels.float() / 255
    with torch.inference_mode():
        before = student.embed(student.maps(images))
    details.learn_details(student, world, side=48)
    with torch.inference_mode():
        after = student.embed(student.maps(images))

    assert after.shape == (9, 29)
    kinds = after[:, :24] / after[:, :24].norm(dim=1, keepdim=True)
    torch.testing.assert_close(kinds @ kinds.T, before @ before.T, atol=1e-3, rtol=0)
    torch.testing.assert_close(after[:, 24:].norm(dim=1), torch.full((9,), 0.5))


def test_details_are_what_tells_pictures_apart_and_disturbances_do_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(details, "DETAILS", Details(rows=3, share=0.25))
    torch.manual_seed(1)
    plain = torch.randn(500, 8) * torch.tensor([1.0, 1, 1, 0.1, 0.1, 1, 1, 1])
    changes = torch.randn(500, 8) * torch.tensor([0.1, 0.1, 0.1, 0.1, 0.1, 2, 2, 2])

    rows = details._steady(plain, changes)

    assert rows.shape == (3, 8)
    weight = (rows**2 * plain.var(0)).sum(0)
    assert weight[:3].sum() > 0.9 * weight.sum()
