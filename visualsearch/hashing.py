"""From a file to "the same file?", and from an image to "does it look the same?"."""

from __future__ import annotations

import hashlib
from typing import IO

import numpy as np
from PIL import Image

_CHUNK = 1 << 20
_BITS = 64


def digest_of(file: IO[bytes] | bytes) -> str:
    """Return the SHA-256 of the content in hex; an open file is read from its beginning and left there."""
    if isinstance(file, bytes):
        return hashlib.sha256(file).hexdigest()
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def perceptual_hash(image: Image.Image) -> int:
    """Return 64 bits that say where the image gets brighter from left to right, as a signed integer.

    Copies of a picture in another size or quality differ in a few bits only, see `hamming`. Signed, so that it fits
    a BigIntegerField. Source: dHash, https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html
    """
    grey = np.asarray(image.convert("L").resize((9, 8), Image.Resampling.LANCZOS))
    bits = np.packbits(grey[:, 1:] > grey[:, :-1])
    return int.from_bytes(bits.tobytes(), "big", signed=True)


def hamming(a: int, b: int) -> int:
    """Return in how many bits two perceptual hashes differ, 0 to 64."""
    return ((a ^ b) & ((1 << _BITS) - 1)).bit_count()
