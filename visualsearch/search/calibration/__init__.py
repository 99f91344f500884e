"""From the scores of a search to the probability that a result is the product in the photo.

What can be learnt without a label is learnt from the shop: how alike its products are (`Units`). How sure a photo can
make one cannot: disturbed copies of the shop's own pictures are far easier than the photos of shoppers. It comes from
photos with known answers (`Curve`), measured in units, so that it holds in other shops too.
"""

from __future__ import annotations

from visualsearch.search.calibration.curve import Calibrated, Curve, Units
from visualsearch.search.calibration.priors import get_prior
from visualsearch.search.calibration.stored import InUse, get_calibrated, in_use, store

__all__ = ["Calibrated", "Curve", "InUse", "Units", "get_calibrated", "get_prior", "in_use", "store"]
