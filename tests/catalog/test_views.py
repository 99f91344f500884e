"""The shop's pages."""

from __future__ import annotations

import re

import pytest

from catalog.models import Category, Product
from tests.goods import sync_now

pytestmark = pytest.mark.django_db


def titles(response):
    return [product.title for product in response.context["products"]]


def test_empty_shop_says_so(client):
    assert "still empty" in client.get("/").text


def test_home_shows_categories_that_have_products_and_the_newest(client, make_product):
    kitchen = Category.objects.create(name="Kitchen", slug="kitchen")
    Category.objects.create(name="Bare", slug="bare")
    make_product("A1", "red", title="Mug", category=kitchen)
    make_product("A2", "red", title="Hidden", is_active=False, category=kitchen)

    page = client.get("/")

    assert [(category.name, category.count) for category in page.context["categories"]] == [("Kitchen", 1)]
    assert titles(page) == ["Mug"]


def test_every_page_has_a_link_to_the_search_by_photo(client, make_product):
    product = make_product("A1", "red")

    for address in ("/", "/products/", product.get_absolute_url()):
        assert 'class="camera" href="/visual-search/"' in client.get(address).text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=red mug", ["Red mug"]),
        ("q=A2", ["Blue mug"]),
        ("price_from=15", ["Blue mug"]),
        ("price_to=15", ["Red mug"]),
        ("in_stock=on", ["Red mug"]),
        ("category=mugs", ["Red mug"]),
        ("category=kitchen", ["Red mug"]),
        ("category=nonsense", ["Blue mug", "Red mug"]),
        ("colour=Red", ["Red mug"]),
        ("colour=Red&colour=Blue", ["Blue mug", "Red mug"]),
        ("colour=Green", ["Blue mug", "Red mug"]),
        ("q=clay", ["Blue mug"]),
        ("order=-price", ["Blue mug", "Red mug"]),
        ("q=nothing", []),
        ("price_from=abc", ["Blue mug", "Red mug"]),
        ("price_from=-1&price_to=15", ["Red mug"]),
        ("order=nonsense", ["Blue mug", "Red mug"]),
    ],
)
def test_list_is_narrowed(client, make_product, query, expected):
    kitchen = Category.objects.create(name="Kitchen", slug="kitchen")
    mugs = Category.objects.create(name="Mugs", slug="mugs", parent=kitchen)
    make_product("A0", title="Hidden mug", is_active=False, category=kitchen)
    make_product("A1", title="Red mug", price=10, colour="Red", category=mugs)
    make_product("A2", title="Blue mug", price=20, colour="Blue", material="Clay", in_stock=False)

    assert titles(client.get(f"/products/?{query}")) == expected


def test_list_has_pages_that_keep_the_filters(client, make_product):
    for number in range(30):
        make_product(f"A{number}", title="Mug")

    page = client.get("/products/?q=mug&page=2")

    assert len(page.context["products"]) == 6
    assert "?q=mug&amp;page=1" in page.text


def test_category_shows_what_lies_on_the_shelves_in_it(client, make_product):
    home = Category.objects.create(name="Home", slug="home")
    lamps = Category.objects.create(name="Lamps", slug="lamps", parent=home)
    make_product("A1", title="Lamp", category=lamps)
    make_product("A2", title="Mug")

    assert titles(client.get("/categories/home/")) == ["Lamp"]


def test_product_page_shows_pictures_and_variants(client, make_product):
    product = make_product("A1", "red", "blue", title="Mug, red", group="G")
    make_product("A2", "green", title="Mug, green", group="G")

    page = client.get(product.get_absolute_url())

    assert page.text.count('alt="Mug, red, picture') == 2
    assert "Mug, green" in page.text


def test_address_with_an_old_title_leads_to_the_new_one(client, make_product):
    product = make_product("A1", title="New")

    response = client.get(f"/products/{product.pk}/old/")

    assert (response.status_code, response["Location"]) == (301, f"/products/{product.pk}/new/")


def test_hidden_product_has_no_page(client, make_product):
    assert client.get(make_product("A1", is_active=False).get_absolute_url()).status_code == 404


def test_title_with_markup_is_shown_as_text(client, make_product):
    make_product("A1", title="<script>alert(1)</script>")

    assert "<script>alert" not in client.get("/products/").text


def test_wrong_price_is_told_beside_its_field(client):
    assert 'id="id_price_from_error" role="alert"' in client.get("/products/?price_from=abc").text


def test_category_offers_the_colours_and_shelves_in_it_alone(client, make_product):
    home = Category.objects.create(name="Home", slug="home")
    make_product("A1", category=Category.objects.create(name="Lamps", slug="lamps", parent=home), colour="Red")
    make_product("A2", category=Category.objects.create(name="Mugs", slug="mugs"), colour="Blue")

    fields = client.get("/categories/home/").context["form"].fields

    assert fields["colour"].choices == [("Red", "Red")]
    assert list(fields["category"].choices) == [("", "All"), ("lamps", "Lamps")]


def test_shop_without_colours_and_categories_offers_no_choice_of_them(client, make_product):
    make_product("A1")

    fields = client.get("/products/").context["form"].fields

    assert not {"colour", "category"} & set(fields)


def test_htmx_gets_the_list_alone_under_the_address_of_the_page(client, make_product):
    make_product("A1", title="Mug")

    part = client.get("/products/?q=mug&price_from=&order=price", headers={"HX-Request": "true"})

    assert "<html" not in part.text
    assert "Mug" in part.text
    assert part["HX-Push-Url"] == "/products/?q=mug&order=price"
    assert "HX-Request" in part["Vary"]


def test_htmx_that_goes_back_gets_the_page(client, make_product):
    page = client.get("/products/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

    assert "<html" in page.text


@pytest.fixture
def full_shop(make_product):
    """Fill the shop with goods in two categories, variants of one design among them."""
    home = Category.objects.create(name="Home", slug="home")
    for number in range(10):
        category = Category.objects.create(name=f"Shelf {number}", slug=f"shelf-{number}", parent=home)
        make_product(f"A{number}", "red", "blue", group="G", colour=f"Colour {number}", category=category)
    return Product.objects.first()


def test_list_asks_the_database_as_often_for_many_products_as_for_few(client, full_shop, django_assert_num_queries):
    # The categories in the head, those to choose, the colours to choose, how many, the products, their pictures.
    with django_assert_num_queries(6):
        client.get("/products/")


def test_home_asks_the_database_as_often_for_many_products_as_for_few(client, full_shop, django_assert_num_queries):
    # The products, their pictures, the categories, their pictures, the categories in the head.
    with django_assert_num_queries(5):
        client.get("/")


def test_product_page_asks_the_database_as_often_for_many_products_as_for_few(
    client, full_shop, make_product, django_assert_max_num_queries
):
    for number in range(10):
        make_product(f"B{number}", "green")
    sync_now()
    client.get(full_shop.get_absolute_url())

    # Five of the page, and of what looks like it three and three more for each time that its candidates double.
    with django_assert_max_num_queries(17):
        page = client.get(full_shop.get_absolute_url())

    assert "Looks like this" in page.text


def test_home_shows_one_product_of_each_design(client, make_product):
    for sku in ("A1", "A2"):
        make_product(sku, "red", title=sku, group="G")
    make_product("B1", "red", title="B1")

    assert titles(client.get("/")) == ["B1", "A2"]


def test_product_page_without_an_index_is_a_page_all_the_same(client, make_product, monkeypatch):
    monkeypatch.setattr("visualsearch.templatetags.visualsearch.find_like", lambda *args, **options: 1 / 0)

    page = client.get(make_product("A1", "red").get_absolute_url())

    assert page.status_code == 200
    assert "Looks like this" not in page.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"in_stock": False}, "Sold out"),
        ({"stock": 2}, "Only 2 left"),
        ({"stock": 9}, "In stock"),
        ({}, "In stock"),
    ],
)
def test_product_page_says_how_many_are_left(client, make_product, fields, said):
    assert said in client.get(make_product("A1", **fields).get_absolute_url()).text


def test_price_is_written_with_its_sign(client, make_product):
    product = make_product("A1", price=1234.5)

    assert "1,234.50\N{NO-BREAK SPACE}€" in client.get(product.get_absolute_url()).text


@pytest.mark.parametrize("path", ["/", "/products/", None])
def test_every_picture_keeps_its_place_before_it_is_there(client, make_product, path):
    product = make_product("A1", "red", "blue", category=Category.objects.create(name="Mugs", slug="mugs"))

    pictures = re.findall("<img [^>]*>", client.get(path or product.get_absolute_url()).text)

    assert pictures
    assert all(' width="' in picture and ' height="' in picture for picture in pictures)


def test_media_never_run_as_a_page(client, make_product):
    image = make_product("A1", "red").images.get()

    response = client.get(image.file.url)

    assert (response.status_code, response["X-Content-Type-Options"]) == (200, "nosniff")
    assert "sandbox" in response["Content-Security-Policy"]
    assert b"".join(response.streaming_content).startswith(b"\x89PNG")


def test_media_lie_in_their_folder_only(client):
    assert client.get("/media/%2e%2e/secret_key").status_code in (400, 404)


def test_product_that_was_created_in_bulk_has_a_page(client):
    (product,) = Product.objects.bulk_create([Product(sku="B1", title="Bulk")])

    assert client.get(product.get_absolute_url()).status_code == 200
