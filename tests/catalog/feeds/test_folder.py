"""From a folder of pictures to a feed."""

from __future__ import annotations

import pytest

from catalog.feeds import FeedError, read_feed


def test_sub_folders_are_categories_and_stems_are_skus(tmp_path):
    for name in ("Home/Lamps/red-lamp_01.jpg", "mug.PNG", "notes.txt", ".thumbs/x.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    feed = read_feed(tmp_path)

    assert [(row.sku, row.title, row.category) for row in feed.rows] == [
        ("red-lamp_01", "Red lamp 01", "Home > Lamps"),
        ("mug", "Mug", ""),
    ]
    assert feed.notes == ("Files that are no pictures: 1.",)


def test_file_whose_name_is_too_long_is_told(tmp_path):
    (tmp_path / f"{'x' * 70}.png").touch()

    (problem,) = read_feed(tmp_path).problems

    assert problem.reason.endswith("sku has 70 characters; 64 are the most.")


def test_folder_without_pictures_is_told(tmp_path):
    with pytest.raises(FeedError, match="There are no pictures in"):
        read_feed(tmp_path)
