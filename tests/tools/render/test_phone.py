import random

import numpy as np
from PIL import Image

from tools.render.phone import as_jpeg, as_phone_photo


def test_same_chances_make_the_same_photo():
    image = Image.new("RGB", (64, 48), (120, 140, 160))

    first, second = (as_phone_photo(image, random.Random(3)) for _ in range(2))

    assert first.size == image.size
    assert np.array_equal(np.asarray(first), np.asarray(second))


def test_file_is_kept_small():
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 400, 3), dtype=np.uint8))

    data = as_jpeg(noise, random.Random(1), bytes_most=60_000)

    assert len(data) < len(as_jpeg(noise, random.Random(1), bytes_most=10**9))
