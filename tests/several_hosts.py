"""The shop's settings on one of several hosts: a folder of its own, and storages that all hosts share."""

from __future__ import annotations

import json
from pathlib import Path

from catalog.settings import *  # noqa: F403
from catalog.settings import STORAGES, VISUALSEARCH, env

MEDIA_ROOT = Path(env.str("SHARED_DIR")) / "media"
STORAGES["snapshots"] = json.loads(env.str("SNAPSHOTS"))
VISUALSEARCH |= {"SNAPSHOT_STORAGE": "snapshots", **json.loads(env.str("SETTINGS", default="{}"))}
