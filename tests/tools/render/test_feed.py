import csv

from PIL import Image

from catalog.feeds import read_feed
from tools.render.feed import picture_name, write_catalogue
from tools.render.goods import all_products


def test_catalogue_is_what_the_importer_reads(tmp_path):
    goods = all_products()[:3]
    for product in goods:
        path = tmp_path / picture_name(product, 0)
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8)).save(path)

    write_catalogue(tmp_path, all_products())
    feed = read_feed(tmp_path / "catalog.csv")

    assert not feed.problems
    assert not feed.notes
    assert [row.sku for row in feed.rows] == [product.sku for product in goods]


def test_row_is_written_for_each_picture_that_is_there(tmp_path):
    product = all_products()[0]
    for place in (0, 2):
        path = tmp_path / picture_name(product, place)
        path.parent.mkdir(exist_ok=True)
        path.touch()

    write_catalogue(tmp_path, [product])
    with (tmp_path / "catalog.csv").open() as file:
        rows = list(csv.DictReader(file))

    assert [row["image"][-5] for row in rows] == ["1", "3"]
