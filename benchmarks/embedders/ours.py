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
from visualsearch.images.photos import PHOTO_SIDE


def index(paths: list[Path], embedder: Embedder) -> np.ndarray:
    """Return a vector for each picture: decoded in threads while the network computes, embedded in batches."""
    with ThreadPoolExecutor(count_cores()) as pool:
        images = pool.map(lambda path: open_image(path, longest_side=embedder.longest_side), paths)
        batches = iter(lambda: list(islice(images, get_settings().batch_size)), [])
        return np.concatenate([embedder.embed(batch) for batch in batches])


def embed_one(path: Path, embedder: Embedder) -> np.ndarray:
    """Return the vector of a shopper's photo, its subject seen too."""
    from visualsearch.search.photos import see_photo

    return see_photo(embedder, open_image(path, longest_side=PHOTO_SIDE)).vector


def see_with_two_boxes(image: Image.Image, boxes: list[Box], embedder: Embedder) -> np.ndarray:
    """Return the vectors of a photo and of two regions of it, as a search with all three sees them."""
    from visualsearch.search.photos import see

    regions = [image, *(crop(image, box) for box in boxes)]
    return np.stack([sight.vector for sight in see(embedder, regions, [None, *boxes])])
