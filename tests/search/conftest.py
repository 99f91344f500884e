"""What tests of the search share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from visualsearch.embedders import Embedder
from visualsearch.embedders.base import Look


@pytest.fixture
def uncalibrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no embedder have come with a calibration."""
    monkeypatch.setattr("visualsearch.search.calibration.stored.get_prior", lambda fingerprint: None)
    monkeypatch.setattr("visualsearch.search.fitting.get_prior", lambda fingerprint: None)


@pytest.fixture
def learnt_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the embedder of the tests say that the thing is in the right half of every photo."""

    def look(self: Embedder, images: Sequence[Image.Image]) -> list[Look]:
        half = np.array([[0.9, 0.5, 0.0, 1.0, 1.0]], np.float32)
        return [Look(vector, regions=half) for vector in self.embed(images)]

    monkeypatch.setattr(Embedder, "look", look)
