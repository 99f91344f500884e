"""The shop's settings while faults are made: files that can be told not to be readable."""

from __future__ import annotations

from catalog.settings import *  # noqa: F403
from catalog.settings import STORAGES

STORAGES = {**STORAGES, "default": {"BACKEND": "benchmarks.faults.storage.FailingStorage"}}
