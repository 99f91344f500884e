"""What is known of an embedder before a shop has calibrated it: files that `tools/fit_calibration.py` makes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from visualsearch.search.calibration.curve import Calibrated, Curve, Units

FOLDER = Path(__file__).parent
"""One `<fingerprint>.json` an embedder."""


@cache
def get_prior(fingerprint: str) -> Calibrated | None:
    """Return the shipped calibration of the embedder with this fingerprint; None of one that nobody measured."""
    path = FOLDER / f"{fingerprint}.json"
    if not path.is_file():
        return None
    known = json.loads(path.read_text(encoding="utf-8"))
    return Calibrated(Units.read(known["units"]), Curve.read(known["curve"]))
