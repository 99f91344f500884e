from __future__ import annotations

import struct

import pytest
from PIL import Image

from tests.images.drawn import encoded, red_left_of_blue
from visualsearch.exceptions import ImageTooLarge
from visualsearch.images import open_image
from visualsearch.images.structure import SCANS_MOST, count_directories, count_scans

PLAIN = encoded(Image.effect_noise((64, 64), 90).convert("RGB"), "JPEG", progressive=True)
SCANS = PLAIN.count(b"\xff\xda")
SCAN = b"\xff\xda\0\x08\1\1\0\1\x3f\x10"


def with_scans(count: int) -> bytes:
    last = PLAIN.rindex(b"\xff\xda")
    return PLAIN[:last] + SCAN * (count - SCANS) + PLAIN[last:]


def test_jpeg_of_as_many_scans_as_may_be_is_read_and_one_more_is_refused() -> None:
    assert open_image(with_scans(SCANS_MOST)).size == (64, 64)
    with pytest.raises(ImageTooLarge, match=f"at most {SCANS_MOST} scans"):
        open_image(with_scans(SCANS_MOST + 1))


def test_scans_of_a_thumbnail_and_of_what_follows_the_picture_do_not_count() -> None:
    many = SCAN * 500
    note = b"\xff\xe1" + struct.pack(">H", len(many) + 2) + many

    assert count_scans(PLAIN[:2] + note + PLAIN[2:] + many) <= SCANS
    assert open_image(PLAIN[:2] + note + PLAIN[2:] + many).size == (64, 64)


@pytest.mark.parametrize("restarts", [0, 1])
def test_scans_are_counted_behind_data_that_looks_like_markers(restarts: int) -> None:
    noisy = encoded(Image.effect_noise((600, 600), 120), "JPEG", quality=95, restart_marker_rows=restarts)
    scan = noisy[noisy.index(b"\xff\xda") : -2]

    assert count_scans(noisy[:-2] + scan * SCANS_MOST + b"\xff\xd9") == SCANS_MOST + 1


def directories(count: int, order: str = "<") -> bytes:
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    return head + b"".join(
        struct.pack(order + "HI", 0, 8 + 6 * (number + 1) if number < count - 1 else 0) for number in range(count)
    )


@pytest.mark.parametrize("order", ["<", ">"])
def test_directories_are_counted_to_one_past_what_may_be(order: str) -> None:
    assert count_directories(directories(7, order), 100) == 7
    assert count_directories(directories(500, order), 100) == 101


def test_ring_of_directories_is_gone_once() -> None:
    assert count_directories(b"II*\0" + struct.pack("<IHI", 8, 0, 8), 100) == 1


def test_tiff_of_several_pages_is_read() -> None:
    pages = [Image.new("RGB", (64, 32))] * 4
    data = encoded(red_left_of_blue(), "TIFF", save_all=True, append_images=pages)

    assert count_directories(data, 100) == 5
    assert open_image(data).size == (64, 32)
