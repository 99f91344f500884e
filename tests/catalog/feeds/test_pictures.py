"""From what a feed calls a picture to what the shop serves."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from catalog.feeds import import_feed, read_feed
from catalog.feeds.pictures import read_picture
from catalog.feeds.rows import BadRow
from catalog.models import Product, ProductImage
from tests.hostile.seeds import seeds
from tests.images.drawn import encoded
from tests.images.test_places import exif
from visualsearch.images import has_place, open_image

PICTURE = Image.effect_noise((90, 60), 90).convert("RGB")
IN_A_FOLDER = {
    "two.jpg": encoded(PICTURE, "MPO", save_all=True, append_images=[PICTURE]),
    "old.jfif": encoded(PICTURE, "JPEG"),
    "scan.tif": encoded(PICTURE, "TIFF"),
    "deep.TIFF": encoded(PICTURE.convert("RGBA"), "TIFF", compression="tiff_deflate"),
    "paint.bmp": encoded(PICTURE, "BMP"),
    "torn.jpeg": encoded(PICTURE, "JPEG")[:-2],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (folder := tmp_path / "feed").mkdir()
    return folder


@pytest.mark.django_db
def test_folder_of_what_phones_and_scanners_write_becomes_what_browsers_show(folder: Path) -> None:
    heic = {"phone.heic": seeds()["heic"]} if "heic" in seeds() else {}
    for name, data in {**IN_A_FOLDER, **heic}.items():
        (folder / name).write_bytes(data)

    report = import_feed(read_feed(folder))
    again = import_feed(read_feed(folder))

    assert (report.problems, report.notes, report.created) == ([], [], len(IN_A_FOLDER) + len(heic))
    assert (again.created, again.unchanged, again.pictures_added) == (0, report.created, 0)
    for image in ProductImage.objects.all():
        with Image.open(image.file.path) as opened:
            assert opened.format in ("JPEG", "MPO", "BMP")
            assert opened.size == ((90, 60) if image.product.sku != "phone" else opened.size)


def test_mpo_is_a_jpeg_and_stays_as_it_is(folder: Path) -> None:
    (folder / "x.jpg").write_bytes(IN_A_FOLDER["two.jpg"])

    picture = read_picture("x.jpg", folder, ())

    assert (picture.extension, picture.data) == ("jpg", IN_A_FOLDER["two.jpg"])


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "MPO"])
def test_imported_picture_does_not_say_where_it_was_taken_and_is_known_again(folder: Path, kind: str) -> None:
    options = {"save_all": True, "append_images": [PICTURE]} if kind == "MPO" else {}
    data = encoded(PICTURE, kind, exif=exif(), **options)
    (folder / "home.jpg").write_bytes(data)

    import_feed(read_feed(folder))
    again = import_feed(read_feed(folder))

    stored = Path(ProductImage.objects.get().file.path).read_bytes()
    assert has_place(data)
    assert not has_place(stored)
    assert open_image(stored) == open_image(data)
    assert (again.unchanged, again.pictures_added) == (1, 0)


@pytest.mark.django_db
def test_picture_that_is_uploaded_does_not_say_where_it_was_taken() -> None:
    product = Product.objects.create(sku="A", title="A")
    image = ProductImage(product=product, file=ContentFile(encoded(PICTURE, "JPEG", exif=exif()), name="a.jpg"))
    image.save()

    with Image.open(ProductImage.objects.get().file.path) as stored:
        assert dict(stored.getexif().get_ifd(0x8825)) == {}
        assert stored.getexif()[0x0112] == 6


@pytest.mark.parametrize("data", [b"no picture", b"II*\0\x08\0\0\0", b"%PDF-1.7", b""])
def test_what_is_no_picture_is_told(folder: Path, data: bytes) -> None:
    (folder / "x.tif").write_bytes(data)

    with pytest.raises(BadRow, match="image x.tif is no picture that can be shown"):
        read_picture("x.tif", folder, ())
