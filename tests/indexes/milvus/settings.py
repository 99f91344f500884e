"""The settings of the tests, for a process that publishes into the Milvus of the test that started it."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403

VISUALSEARCH = {name: os.environ[name] for name in ("MILVUS_URI", "MILVUS_TOKEN")}
