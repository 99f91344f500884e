from __future__ import annotations

import json

import pytest

from visualsearch.embedders.thumbnail import ThumbnailEmbedder
from visualsearch.search.calibration.priors import FOLDER, get_prior

SHIPPED = sorted(FOLDER.glob("*.json"))


def test_embedder_that_nobody_measured_has_none() -> None:
    assert get_prior("somebody-elses-1-12") is None


def test_thumbnail_was_measured() -> None:
    assert get_prior(ThumbnailEmbedder.fingerprint) is not None


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_one_can_be_used_and_tells_how_it_was_checked(path) -> None:  # type: ignore[no-untyped-def]
    prior = get_prior(path.stem)

    assert prior is not None
    assert min(prior.units.spread, prior.units.lead, prior.curve.fall) > 0
    assert min(prior.curve.lead, prior.curve.sold_nearness) >= 0
    assert 0 <= prior.curve.others <= 1
    assert json.loads(path.read_text())["checked"]["photos"] > 0
