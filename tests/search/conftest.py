"""What tests of the search share."""

from __future__ import annotations

import pytest


@pytest.fixture
def uncalibrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no embedder have come with a calibration."""
    monkeypatch.setattr("visualsearch.search.calibration.stored.get_prior", lambda fingerprint: None)
    monkeypatch.setattr("visualsearch.search.fitting.get_prior", lambda fingerprint: None)
