"""Calibrations that tests begin with."""

from __future__ import annotations

from visualsearch.search.calibration import Curve, Units

UNITS = Units(centre=0.6, spread=0.1, lead=0.05, copy=0.9)
CURVE = Curve(level=-1, lead=0.5, sold_level=2, sold_nearness=1, others=0.5, fall=2)
