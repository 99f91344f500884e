from __future__ import annotations

import hashlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from visualsearch.hashing import digest_of, hamming, perceptual_hash

SIGNED = st.integers(-(2**63), 2**63 - 1)


def noise(size: tuple[int, int] = (120, 90)) -> Image.Image:
    return Image.effect_noise((12, 9), 90).resize(size, Image.Resampling.BICUBIC).convert("RGB")


def test_digest_of_bytes_and_of_a_file_is_sha256() -> None:
    content = b"picture" * 500_000

    assert digest_of(content) == digest_of(BytesIO(content)) == hashlib.sha256(content).hexdigest()


def test_digest_reads_a_file_from_its_beginning_and_leaves_it_there() -> None:
    file = BytesIO(b"picture")
    file.read(3)

    assert digest_of(file) == digest_of(b"picture")
    assert file.tell() == 0


@pytest.mark.parametrize("rising", [True, False])
def test_perceptual_hash_says_where_it_gets_brighter_to_the_right(rising: bool) -> None:
    ramp = Image.linear_gradient("L").rotate(90 if rising else -90)

    assert perceptual_hash(ramp) == (-1 if rising else 0)


def test_perceptual_hash_fits_a_signed_field_of_64_bits() -> None:
    hashes = [perceptual_hash(noise()) for _ in range(20)]

    assert all(-(2**63) <= value < 2**63 for value in hashes)


def test_a_smaller_copy_in_lower_quality_looks_the_same() -> None:
    picture = noise((800, 600))
    picture.resize((200, 150)).save(file := BytesIO(), "JPEG", quality=40)

    assert hamming(perceptual_hash(picture), perceptual_hash(Image.open(file))) <= 4


def test_another_picture_looks_other() -> None:
    assert hamming(perceptual_hash(noise()), perceptual_hash(noise())) > 10


@given(SIGNED, SIGNED)
def test_hamming_counts_the_bits_that_differ(a: int, b: int) -> None:
    bits = [f"{value % 2**64:064b}" for value in (a, b)]

    assert hamming(a, b) == sum(x != y for x, y in zip(*bits, strict=True))
