"""From a feed to products of the shop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db.models.signals import post_save

from catalog.feeds import import_feed, read_feed
from catalog.models import Category, Product, ProductImage
from tests.drawing import draw

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path):
    """Return a function that writes pictures and a CSV file, and imports it."""
    folder = tmp_path / "feed"
    folder.mkdir()
    for colour in ("red", "blue", "green"):
        (folder / f"{colour}.png").write_bytes(draw(colour))

    def import_lines(*lines: str, columns: str = "sku,title,image", **options):
        (folder / "catalog.csv").write_text("\n".join((columns, *lines)))
        return import_feed(read_feed(folder / "catalog.csv"), **options)

    import_lines.folder = folder
    return import_lines


def colours_of(sku):
    return [Path(image.file.name).name[:6] for image in ProductImage.objects.filter(product__sku=sku)]


def stored_files(settings):
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def test_rows_of_one_sku_are_pictures_of_one_product(shop):
    report = shop("A1,Mug,red.png", "A1,Mug,blue.png", "B1,Cup,green.png")

    assert (report.created, report.pictures_added, report.problems) == (2, 3, [])
    assert list(Product.objects.get(sku="A1").images.values_list("position", flat=True)) == [0, 1]


def test_importing_twice_saves_nothing_and_writes_no_file(shop, settings):
    shop("A1,Mug,red.png,Home > Mugs,5", "A1,Mug,blue.png,Home > Mugs,5", columns="sku,title,image,category,price")
    before, saved = stored_files(settings), []
    listen = lambda sender, **kwargs: saved.append(sender)  # noqa: E731
    post_save.connect(listen)

    report = shop(
        "A1,Mug,red.png,Home > Mugs,5", "A1,Mug,blue.png,Home > Mugs,5", columns="sku,title,image,category,price"
    )
    post_save.disconnect(listen)

    assert (report.created, report.updated, report.unchanged, saved) == (0, 0, 1, [])
    assert stored_files(settings) == before


def test_changed_values_are_updated_and_others_are_kept(shop):
    shop("A1,Mug,red.png,5,G", columns="sku,title,image,price,group")
    Product.objects.update(description="Written by hand")

    report = shop("A1,Mug,red.png,6,H", columns="sku,title,image,price,group")

    product = Product.objects.get()
    assert (report.updated, product.price, product.group, product.description) == (1, 6, "H", "Written by hand")


def test_pieces_are_counted_and_say_whether_there_are_any(shop):
    columns = "sku,title,image,colour,material,stock"
    shop("A1,Mug,red.png,Red,Clay,2", columns=columns)
    report = shop("A1,Mug,red.png,Red,Clay,0", columns=columns)

    product = Product.objects.get()
    assert (report.updated, product.colour, product.material) == (1, "Red", "Clay")
    assert (product.stock, product.in_stock) == (0, False)


def test_feed_that_does_not_speak_of_pieces_keeps_them(shop):
    shop("A1,Mug,red.png")
    Product.objects.update(stock=5, in_stock=False, colour="Red", material="Clay")

    report = shop("A1,Mug,red.png")

    product = Product.objects.get()
    assert report.unchanged == 1
    assert (product.stock, product.in_stock, product.colour, product.material) == (5, False, "Red", "Clay")


def test_picture_that_left_the_feed_is_removed_with_its_file(shop, settings, django_capture_on_commit_callbacks):
    shop("A1,Mug,red.png", "A1,Mug,blue.png")

    with django_capture_on_commit_callbacks(execute=True):
        report = shop("A1,Mug,blue.png")

    assert (report.pictures_removed, report.pictures_added) == (1, 0)
    assert Product.objects.get().images.get().position == 0
    assert len(stored_files(settings)) == 1


def test_picture_added_by_hand_is_kept(shop, make_product):
    make_product("A1", "green", title="Mug")

    shop("A1,Mug,red.png")

    assert ProductImage.objects.count() == 2


def test_replaced_file_replaces_the_picture(shop):
    shop("A1,Mug,red.png")
    (shop.folder / "red.png").write_bytes(draw("yellow"))

    report = shop("A1,Mug,red.png")

    assert (report.updated, report.pictures_added, report.pictures_removed) == (1, 1, 1)


def test_picture_whose_file_was_lost_is_brought_anew(shop, settings):
    shop("A1,Mug,red.png")
    for path in stored_files(settings):
        path.unlink()

    report = shop("A1,Mug,red.png")

    assert (report.pictures_added, ProductImage.objects.count(), len(stored_files(settings))) == (1, 1, 1)


def test_picture_that_fails_today_keeps_yesterdays(shop):
    shop("A1,Mug,red.png", "A1,Mug,blue.png")
    (shop.folder / "blue.png").unlink()

    report = shop("A1,Mug,red.png", "A1,Mug,blue.png")

    assert [str(problem) for problem in report.problems] == ["line 3: image blue.png does not exist."]
    assert ProductImage.objects.count() == 2


@pytest.mark.parametrize("image", ["gone.png", "", "page.png", "../red.png", "gone.png, lost.png"])
def test_picture_that_fails_keeps_nobody_from_learning_price_and_stock(shop, image):
    columns = "sku,title,image,price,stock"
    shop("A1,Mug,red.png,10,3", "A1,Mug,blue.png,10,3", columns=columns)
    (shop.folder / "page.png").write_text("<html>")

    report = shop(f'A1,Mug,"{image}",8,0', f'B1,Cup,"{image}",8,0', columns=columns)

    product = Product.objects.get()
    assert (product.sku, product.price, product.stock, product.in_stock) == ("A1", 8, 0, False)
    assert ProductImage.objects.count() == 2
    assert {problem.line for problem in report.problems} == {2, 3}
    assert (report.updated, report.pictures_removed) == (1, 0)


def test_picture_that_fails_moves_no_other(shop):
    shop("A1,Mug,red.png", "A1,Mug,blue.png")
    before = list(ProductImage.objects.values_list("pk", "position"))
    (shop.folder / "red.png").unlink()

    shop("A1,Mug,red.png", "A1,Mug,blue.png")

    assert list(ProductImage.objects.values_list("pk", "position")) == before


def test_same_bytes_under_two_names_are_one_picture(shop):
    (shop.folder / "copy.png").write_bytes(draw("red"))

    for _ in range(2):
        shop("A1,Mug,red.png", "A1,Mug,copy.png", "A1,Mug,red.png")

    assert ProductImage.objects.count() == 1


def test_row_that_contradicts_the_first_of_its_sku_is_told(shop):
    report = shop("A1,Mug,red.png", "A1,Vase,blue.png")

    assert [str(problem) for problem in report.problems] == ["line 3: sku A1 has another title than in line 2."]
    assert ProductImage.objects.count() == 1


@pytest.mark.parametrize("image", ["../secret.png", "/etc/hostname", "link.png", "a/../../secret.png"])
def test_picture_outside_the_folder_of_the_feed_is_refused(shop, image):
    (shop.folder.parent / "secret.png").write_bytes(draw("red"))
    (shop.folder / "link.png").symlink_to(shop.folder.parent / "secret.png")

    report = shop(f"A1,Mug,{image}")

    assert [problem.reason for problem in report.problems] == [f"image {image} lies outside the feed's folder."]
    assert not Product.objects.exists()


def test_file_that_is_no_picture_is_told_and_good_ones_are_kept(shop):
    (shop.folder / "page.png").write_text("<html>")

    report = shop("A1,Mug,page.png", "B1,Cup,red.png")

    assert [problem.line for problem in report.problems] == [2]
    assert list(Product.objects.values_list("sku", flat=True)) == ["B1"]


def test_extension_is_that_of_the_format_and_never_of_the_name(shop):
    (shop.folder / "evil.html").write_bytes(draw("red", format="JPEG"))

    shop("A1,Mug,evil.html")

    assert ProductImage.objects.get().file.name.endswith(".jpg")


def test_categories_are_made_once_and_lie_in_one_another(shop):
    columns = "sku,title,image,category"
    shop("A1,Mug,red.png,Home > Mugs", "B1,Cup,blue.png,Home > Mugs", "C1,Can,green.png,Mugs", columns=columns)

    assert [str(category.parent) for category in Category.objects.order_by("pk")] == ["None", "Home", "None"]


def test_dry_run_reads_everything_and_writes_nothing(shop, settings):
    report = shop("A1,Mug,red.png,Home", "B1,Cup,none.png,Home", columns="sku,title,image,category", dry_run=True)

    assert (report.created, len(report.problems)) == (1, 1)
    assert not Product.objects.exists()
    assert not Category.objects.exists()
    assert stored_files(settings) == []


def test_command_prints_json_and_fails_when_something_failed(shop, capsys):
    shop("A1,Mug,red.png")
    (shop.folder / "catalog.csv").write_text("sku,title,image\nA1,Mug,red.png\nB1,,blue.png\n")

    with pytest.raises(CommandError, match="1 could not be imported"):
        call_command("import_catalog", str(shop.folder / "catalog.csv"), "--json")

    printed = json.loads(capsys.readouterr().out)
    assert printed["problems"] == [{"line": 3, "reason": "title is empty."}]
    assert printed["unchanged"] == 1


def test_command_lists_problems_for_people(shop, capsys):
    (shop.folder / "catalog.csv").write_text("sku,title,image\nA1,Mug,red.png\n")

    call_command("import_catalog", str(shop.folder / "catalog.csv"))

    assert capsys.readouterr().out == ("Products: 1 created, 0 updated, 0 unchanged; pictures: 1 added, 0 removed.\n")


def test_command_on_an_empty_database_ends_in_a_sentence(shop, monkeypatch):
    def ask(*args, **kwargs):
        raise OperationalError("no such table: catalog_product\nLINE 1: SELECT")

    (shop.folder / "catalog.csv").write_text("sku,title,image\nA1,Mug,red.png\n")
    monkeypatch.setattr(Product.objects, "filter", ask)

    with pytest.raises(CommandError) as told:
        call_command("import_catalog", str(shop.folder / "catalog.csv"))

    assert str(told.value) == (
        "The database cannot be used: no such table: catalog_product. "
        "A new one is made ready by `python manage.py migrate`."
    )
