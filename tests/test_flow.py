"""From a save to the page and the API, through real processes: a worker, a server of pages, and savers of their own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

import pytest

from tests.browsing import Visitor
from tests.drawing import draw_mosaic
from tests.processes import Shop, wait_until
from tests.servers import PAIRS, servers_of
from tests.stock import save_product, write_catalogue

pytestmark = pytest.mark.slow
SECONDS = 20.0
"""How long a change may take to be found before the flow counts as broken."""

_numbers = count(1000)


@pytest.fixture(scope="module", params=PAIRS)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Return a shop with five imported products and a worker; what it finds, the bell has found: its sweeper sleeps."""
    folder = tmp_path_factory.mktemp("shop")
    with (
        servers_of(request.param) as servers,
        Shop(folder=folder, environment={**servers, "VISUALSEARCH_SWEEP_SECONDS": "3600"}) as shop,
    ):
        shop.start_worker()
        assert shop.manage("import_catalog", str(write_catalogue(folder / "feed", 5)))["created"] == 5
        yield shop
        print(shop.logs())


@pytest.fixture(scope="module")
def address(shop: Shop) -> str:
    """Return the address of the shop's server."""
    return shop.start_server()


@pytest.fixture
def visitor(address: str) -> Iterator[Visitor]:
    """Return a browser that nobody used."""
    with Visitor(address) as visitor:
        yield visitor


@pytest.fixture
def merchant(address: str) -> Iterator[Visitor]:
    """Return another browser."""
    with Visitor(address) as merchant:
        yield merchant


@pytest.fixture
def product(shop: Shop, visitor: Visitor) -> tuple[str, bytes]:
    """Return sku and picture of a product that another process saved and that is found by now."""
    number = next(_numbers)
    sku, photo = f"N{number}", draw_mosaic(number)
    saved = save_product(shop, sku, photo)
    wait_until(lambda: visitor.finds(sku, photo), SECONDS, f"{sku} is found")
    print(f"{sku} was found by another process {time.time() - saved:.2f} s after its save.")
    return sku, photo


def test_imported_goods_are_found_by_the_page_and_the_api(visitor: Visitor) -> None:
    for number in range(5):
        photo = draw_mosaic(number)
        wait_until(lambda: visitor.finds(f"M{number}", photo), SECONDS, "an imported product is found")  # noqa: B023
        assert next(iter(visitor.search(photo))) == f"M{number}"
        assert visitor.titles_on_page(photo)[0] == f"Mosaic {number}"


def test_a_product_saved_by_another_process_is_found(product: tuple[str, bytes], visitor: Visitor) -> None:
    sku, photo = product

    assert next(iter(visitor.search(photo))) == sku
    assert visitor.titles_on_page(photo)[0] == sku


def test_a_hidden_product_is_gone_from_the_very_next_answer(
    product: tuple[str, bytes], shop: Shop, visitor: Visitor
) -> None:
    sku, photo = product
    shop.do(f"product = Product.objects.get(sku={sku!r})\nproduct.is_active = False\nproduct.save()")

    assert sku not in visitor.search(photo)
    assert sku not in visitor.titles_on_page(photo)


def test_a_product_shown_again_is_found_again(product: tuple[str, bytes], shop: Shop, visitor: Visitor) -> None:
    sku, photo = product
    shop.do(
        f"for shown in (False, True):\n product = Product.objects.get(sku={sku!r})\n product.is_active = shown\n"
        " product.save()"
    )

    wait_until(lambda: visitor.finds(sku, photo), SECONDS, "the product is found again")


def test_a_deleted_product_is_gone_from_the_very_next_answer(
    product: tuple[str, bytes], shop: Shop, visitor: Visitor
) -> None:
    sku, photo = product
    shop.do(f"Product.objects.get(sku={sku!r}).delete()")

    assert sku not in visitor.search(photo)


def test_a_replaced_picture_is_found_and_the_old_one_is_not(
    product: tuple[str, bytes], shop: Shop, visitor: Visitor
) -> None:
    sku, before = product
    after = draw_mosaic(next(_numbers))
    shop.do(
        "from django.core.files.base import ContentFile\n"
        f"image = ProductImage.objects.get(product__sku={sku!r})\n"
        f"image.file.save('after.png', ContentFile({after!r}))"
    )

    wait_until(lambda: visitor.finds(sku, after), SECONDS, "the new picture is found")
    assert not visitor.finds(sku, before)


def test_reindex_selected_sees_a_file_that_changed_in_its_place(
    product: tuple[str, bytes], shop: Shop, visitor: Visitor, merchant: Visitor
) -> None:
    sku, before = product
    after = draw_mosaic(next(_numbers))
    pk = shop.do(
        "from pathlib import Path\nfrom django.contrib.auth.models import User\n"
        f"image = ProductImage.objects.get(product__sku={sku!r})\n"
        f"Path(image.file.path).write_bytes({after!r})\n"
        f"User.objects.create_superuser({sku!r}, password='of-this-test')\n"
        "print(image.product_id)"
    )

    merchant.submit("/admin/login/?next=/admin/", {"username": sku, "password": "of-this-test"})
    said = merchant.submit(f"/admin/catalog/product/?q={sku}", {"action": "reindex_selected", "_selected_action": pk})

    assert "1 object of catalog.product" in said
    wait_until(lambda: visitor.finds(sku, after), SECONDS, "the new picture is found")
    assert not visitor.finds(sku, before)
