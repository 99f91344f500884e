"""From everything that changes a vector to a name of at most 100 characters."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from visualsearch.embedders.weights import digest_of_weights
from visualsearch.exceptions import EmbedderUnavailable

_MAX_LENGTH = 100


def fingerprint_of(parts: Sequence[str], details: Mapping[str, Any], dimensions: int) -> str:
    """Return the parts as far as there is room, a digest of parts and details, and the dimensions."""
    written = json.dumps([list(parts), dict(details)], sort_keys=True, default=str)
    end = f"-{hashlib.sha256(written.encode()).hexdigest()[:12]}-{dimensions}"
    start = re.sub(r"[^a-z0-9.]+", "-", "-".join(parts).lower())
    return start[: _MAX_LENGTH - len(end)].strip("-.") + end


def digest_of_files(paths: Sequence[Path]) -> str:
    """Return 12 hex digits that change with the name or content of any; raises EmbedderUnavailable for unreadable."""
    whole = "".join(f"{path.name} {digest_of_weights(path)} " for path in sorted(paths))
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def digest_of_folder(folder: Path) -> str:
    """Return a digest of a model's folder: its configuration and weights; raises EmbedderUnavailable for none."""
    files = [path for pattern in ("*.json", "*.safetensors", "*.bin") for path in folder.glob(pattern)]
    if not files:
        raise EmbedderUnavailable(f"Expected a folder with the files of a model at {folder}, and found none.")
    return digest_of_files(files)
