"""The shop's application, in a process that has searched in Milvus before it forks."""

from __future__ import annotations

import numpy as np

from catalog.wsgi import application
from visualsearch.models import current_space
from visualsearch.opening import index_of

__all__ = ["application"]

_space = current_space("catalog.product")
assert index_of(_space).search(np.ones(_space.dimensions), 1).ids.size
