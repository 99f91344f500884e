"""The shop's settings while faults are made: a storage and a clock that can be told to go wrong."""

from __future__ import annotations

import os

from benchmarks.faults.clock import install

# All shoppers come from one address.
os.environ["API_THROTTLED"] = "0"
from catalog.settings import *  # noqa: F403
from catalog.settings import STORAGES, VAR_DIR

STORAGES = {**STORAGES, "default": {"BACKEND": "benchmarks.faults.storage.FailingStorage"}}
install(VAR_DIR)
