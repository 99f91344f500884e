"""Goods that draw themselves."""

from __future__ import annotations

from PIL import Image

from catalog.demo import goods
from catalog.demo.goods.assortment import all_articles, all_designs
from catalog.feeds import read_feed


def test_there_are_goods_of_many_kinds_and_no_sku_twice():
    articles = list(all_articles())

    assert len(articles) >= 48
    assert len({design.shape for design in all_designs()}) >= 8
    assert len({article.sku for article in articles}) == len(articles)


def test_goods_are_drawn_once_and_make_a_catalogue_without_problems(tmp_path, monkeypatch):
    monkeypatch.setattr(goods, "all_articles", lambda: list(all_articles())[:3])

    catalogue = goods.draw_goods(tmp_path)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    goods.draw_goods(tmp_path)

    feed = read_feed(catalogue)
    assert (len(feed.rows), feed.problems) == (6, ())
    with Image.open(feed.folder / feed.rows[0].image) as picture:
        assert picture.size == (480, 480)
    assert (feed.folder / "photos.csv").read_text().splitlines() == ["photo,sku", "photos/mug1-sno.jpg,MUG1-SNO"]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == written


def test_drawing_that_was_stopped_leaves_nothing(tmp_path, monkeypatch):
    def stop(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(goods, "draw_thing", stop)

    try:
        goods.draw_goods(tmp_path)
    except KeyboardInterrupt:
        assert list(tmp_path.iterdir()) == []


def test_same_article_is_drawn_the_same(tmp_path):
    article = next(iter(all_articles()))

    assert goods.draw_thing(article).tobytes() == goods.draw_thing(article).tobytes()
