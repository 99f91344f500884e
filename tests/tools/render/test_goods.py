from collections import Counter

from tools.render.goods import all_products
from tools.render.palette import COLOURS, as_linear, read_look
from tools.render.prints import SIDE, print_image
from tools.render.words import description_of, price_of, title_of


def test_shop_has_many_goods_of_many_kinds():
    goods = all_products()

    assert len(goods) >= 240
    assert min(Counter(product.design.kind.name for product in goods).values()) >= 6
    assert len({product.sku for product in goods}) == len({title_of(product) for product in goods}) == len(goods)


def test_every_design_comes_in_several_looks():
    groups = Counter(product.design.group for product in all_products())

    assert min(groups.values()) >= 2


def test_every_finish_is_known_and_every_print_can_be_drawn():
    finishes = [finish for product in all_products() for finish in product.finishes.values()]

    for pattern in {finish.pattern for finish in finishes if finish.pattern}:
        assert print_image(pattern, COLOURS["cream"], COLOURS["navy"]).size == (SIDE, SIDE)


def test_look_is_read():
    look = read_look("seat=wool:sage frame=wood:black_oak")

    assert look["seat"].material == "wool"
    assert look["frame"].colour == COLOURS["black oak"]


def test_white_is_linear_one():
    assert as_linear((255, 255, 255)) == (1.0, 1.0, 1.0, 1.0)


def test_words_are_those_of_a_shop():
    for product in all_products():
        assert "{" not in description_of(product)
        assert description_of(product).endswith((".", "!"))
        assert float(price_of(product)) > 5
