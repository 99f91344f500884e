"""This package's way from files to vectors."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from visualsearch.conf import get_settings
from visualsearch.embedders import Embedder
from visualsearch.embedders.engines.processor import count_cores
from visualsearch.images import Box, crop, open_image


def index(paths: list[Path], embedder: Embedder) -> np.ndarray:
    """Return a vector for each picture: decoded in threads while the network computes, embedded in batches."""
    with ThreadPoolExecutor(count_cores()) as pool:
        images = pool.map(lambda path: open_image(path, longest_side=embedder.longest_side), paths)
        batches = iter(lambda: list(islice(images, get_settings().batch_size)), [])
        return np.concatenate([embedder.embed(batch) for batch in batches])


def embed_one(path: Path, embedder: Embedder) -> np.ndarray:
    """Return the vector of a shopper's photo."""
    return embedder.embed([open_image(path, longest_side=embedder.longest_side)])[0]


def look_and_crop(image: Image.Image, embedder: Embedder) -> np.ndarray:
    """Return the vectors of a photo's two likely objects: one pass over the photo, one over both crops."""
    from visualsearch.search.boxes import suggest_boxes

    boxes = suggest_boxes(embedder.look([image])[0], 2) or (Box(0, 0, 0.5, 1), Box(0.5, 0, 0.5, 1))
    return embedder.embed([crop(image, box) for box in boxes])
