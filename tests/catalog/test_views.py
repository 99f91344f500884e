"""The shop's pages."""

from __future__ import annotations

import pytest

from catalog.models import Category, Product

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
        ("order=-price", ["Blue mug", "Red mug"]),
        ("q=nothing", []),
        ("price_from=abc", ["Blue mug", "Red mug"]),
        ("order=nonsense", ["Blue mug", "Red mug"]),
    ],
)
def test_list_is_narrowed(client, make_product, query, expected):
    make_product("A1", title="Red mug", price=10)
    make_product("A2", title="Blue mug", price=20, in_stock=False)

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


def test_list_asks_the_database_as_often_for_many_products_as_for_few(client, make_product, django_assert_num_queries):
    for number in range(10):
        make_product(f"A{number}", "red")

    with django_assert_num_queries(3):
        client.get("/products/")


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
