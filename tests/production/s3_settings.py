"""The shop with its pictures, and the shoppers' photos that it keeps, in buckets of an S3 server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from storages.backends.s3 import S3Storage

from catalog.settings import *  # noqa: F403
from catalog.settings import STORAGES as _STORAGES
from catalog.settings import VAR_DIR
from catalog.settings import VISUALSEARCH as _VISUALSEARCH

PATHS_ASKED = Path(VAR_DIR) / "paths-asked"


class PathlessS3Storage(S3Storage):  # type: ignore[misc]
    """Notes who asks for a path: S3 has none."""

    def path(self, name: str) -> str:
        """Fail, and leave a trace also where that is swallowed."""
        PATHS_ASKED.write_text(name)
        raise NotImplementedError(name)


def _bucket(name: str) -> dict[str, Any]:
    options = {
        "endpoint_url": os.environ["S3_URL"],
        "bucket_name": name,
        "access_key": "key",
        "secret_key": "secret",
        "region_name": "us-east-1",
        "addressing_style": "path",
        "file_overwrite": False,
    }
    return {"BACKEND": "tests.production.s3_settings.PathlessS3Storage", "OPTIONS": options}


STORAGES = {**_STORAGES, "default": _bucket("pictures"), "photos": _bucket("photos")}
VISUALSEARCH = {**_VISUALSEARCH, "KEEP_PHOTOS": "photos"}
