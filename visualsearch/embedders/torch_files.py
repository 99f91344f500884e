"""Weights that only torch reads: files of `torch.save`, and those that are downloaded into its cache."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualsearch.embedders.architectures import Published
from visualsearch.exceptions import EmbedderUnavailable


def read_pickle(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the weights in a file of `torch.save`."""
    import torch

    return _as_weights(torch.load(path, map_location="cpu", weights_only=True))


def download(published: Published) -> dict[str, NDArray[np.float32]]:
    """Return published weights, from the cache of torch if they were downloaded before."""
    import torch

    place = Path(torch.hub.get_dir()) / "checkpoints" / published.file_name
    name = published.architecture.name
    try:
        state = torch.hub.load_state_dict_from_url(
            published.url, map_location="cpu", check_hash=True, weights_only=True
        )
    except OSError as error:
        raise EmbedderUnavailable(
            f"The weights of {name} cannot be downloaded: {error}. "
            f"Put {published.url} at {place}, or write the path of a local file into VISUALSEARCH['EMBEDDER']."
        ) from error
    except Exception as error:
        raise EmbedderUnavailable(
            f"Expected the weights of {name} at {place}, but they are damaged: {error}. "
            "Delete the file, and it is downloaded again."
        ) from error
    return _as_weights(state)


def _as_weights(state: dict[str, Any]) -> dict[str, NDArray[np.float32]]:
    return {key: value.detach().float().numpy() for key, value in state.items()}
