"""From a CSV file to a feed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.feeds import FeedError, read_feed


@pytest.fixture
def write(tmp_path):
    def write_file(text: str, encoding: str = "utf-8"):
        path = tmp_path / "catalog.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write_file


def test_every_column_is_read(write):
    header = "sku,title,image,category,price,currency,group,description,url,in_stock\n"
    feed = read_feed(write(header + 'A1,Mug,a.png,Home > Mugs,12.50,eur,G,"Big, red",https://example.com/a,no\n'))

    (row,) = feed.rows
    assert (row.sku, row.title, row.image, row.category) == ("A1", "Mug", "a.png", "Home > Mugs")
    assert (row.price, row.currency, row.group, row.in_stock) == (Decimal("12.50"), "EUR", "G", False)
    assert (row.description, row.url, row.line) == ("Big, red", "https://example.com/a", 2)


def test_three_columns_are_enough(write):
    feed = read_feed(write("image,sku,title\na.png,A1,Mug\n"))

    assert (feed.rows[0].in_stock, feed.rows[0].price, feed.columns) == (True, None, {"sku", "title", "image"})


def test_unknown_columns_are_noted(write):
    feed = read_feed(write("sku,title,image,department\nA1,Mug,a.png,Fruit\n"))

    assert feed.notes == ("Columns that are not read: department.",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_byte_order_mark_is_no_part_of_the_first_column(write, encoding):
    assert read_feed(write("sku,title,image\nA1,Müg,a.png\n", encoding)).rows[0].title == "Müg"


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators_are_read(write, mark):
    assert read_feed(write("sku,title,image\nA1,Mug,a.png\n".replace(",", mark))).rows[0].image == "a.png"


def test_line_of_a_bad_row_is_the_one_that_an_editor_shows(write):
    feed = read_feed(write('sku,title,image,description\nA1,Mug,a.png,"two\nlines"\n\n,No sku,b.png,\nA3,Cup,c.png,\n'))

    assert [str(problem) for problem in feed.problems] == ["line 5: sku is empty."]
    assert [row.sku for row in feed.rows] == ["A1", "A3"]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("price", "cheap", "price is 'cheap'; expected a number such as 12.50."),
        ("price", "-1", "price is '-1'; expected a number such as 12.50."),
        ("price", "1e3", "price is '1e3'; expected a number such as 12.50."),
        ("price", '"1,299.00"', "price is '1,299.00'; expected a number such as 12.50."),
        ("currency", "euros", "currency is 'euros'; expected three letters such as EUR."),
        (
            "in_stock",
            "perhaps",
            "in_stock is 'perhaps'; expected 1, 0, true, false, yes, no, in_stock or out_of_stock.",
        ),
        ("url", "javascript:x", "url is 'javascript:x'; expected an address that begins with http:// or https://."),
        ("stock", "many", "stock is 'many'; expected a whole number such as 12."),
        ("stock", "-1", "stock is '-1'; expected a whole number such as 12."),
        ("stock,in_stock", "0,yes", "in_stock is 'yes', but stock is 0."),
        ("group", "g" * 65, "group has 65 characters; 64 are the most."),
        ("group", "g\0", "group has a zero byte."),
    ],
)
def test_bad_value_is_told(write, column, value, reason):
    feed = read_feed(write(f"sku,title,image,{column}\nA1,Mug,a.png,{value}\n"))

    assert [problem.reason for problem in feed.problems] == [reason]


LONG = "a" * 140_000


@pytest.mark.parametrize(("column", "most"), [("description", 100_000), ("category", 100_000), ("title", 200)])
@pytest.mark.parametrize("write_cell", ["{}", '"{}"', '"{}\nmore"'])
def test_cell_that_is_too_long_is_told_and_takes_no_other_row_along(write, column, most, write_cell):
    columns = {"sku": "A1", "title": "Mug", "image": "a.png", column: write_cell.format(LONG)}
    text = ",".join(columns) + "\n" + ",".join(columns.values()) + "\nB1,Cup,b.png" + "," * (len(columns) - 3) + "\n"
    feed = read_feed(write(text))

    (problem,) = feed.problems
    assert problem.line == 2
    assert problem.reason.startswith(f"{column} has 140")
    assert problem.reason.endswith(f"{most} are the most.")
    assert [row.sku for row in feed.rows] == ["B1"]


@pytest.mark.parametrize(
    "line",
    [
        'Q1,Rack,a.png,"19 inch rack',
        'Q1,Rack,a.png,"19"" rack',
        'Q1,"19"" rack,a.png,x',
        '"Q1,Rack,a.png,x',
        'Q1,Rack,"a.png,x',
    ],
)
@pytest.mark.parametrize("before", ["", "A1,Mug,a.png,small\n"])
@pytest.mark.parametrize(
    "after",
    [
        "Q2,Sofa,b.png,soft\nQ3,Chair,c.png,hard\n",
        'Q2,Sofa,b.png,"soft"\nQ3,Chair,c.png,"hard, as ""wood"""\n',
        'Q2,"Sofa",b.png,"two\nlines"\n"Q3",Chair,c.png,hard',
    ],
)
def test_quote_that_nobody_closes_swallows_nothing(write, line, before, after):
    feed = read_feed(write(f"sku,title,image,description\n{before}{line}\n{after}"))

    number = 3 if before else 2
    assert [str(problem) for problem in feed.problems] == [
        f"line {number}: a quote is opened and not closed; a quote inside a quoted value is written twice."
    ]
    assert [row.sku for row in feed.rows][-2:] == ["Q2", "Q3"]
    assert len(feed.rows) == (3 if before else 2)


def test_last_quote_that_nobody_closes_is_told(write):
    (problem,) = read_feed(write('sku,title,image\nA1,Mug,"a.png')).problems

    assert problem.line == 2


def test_quotes_that_are_not_doubled_are_read_where_the_line_can_be_understood(write):
    (row,) = read_feed(write('sku,title,image\nA1,"19" rack",a.png\n')).rows

    assert (row.title, row.image) == ('19 rack"', "a.png")


@pytest.mark.parametrize("mark", [";", "\t"])
@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("12,50", "12.50"),
        ("1.299,00", "1299.00"),
        ("1.234.567,8", "1234567.8"),
        ("1'299,00", "1299.00"),
        ("1 299,00 EUR", "1299.00"),
        ("12", "12"),
        ("12.50", "12.50"),
    ],
)
def test_price_is_read_as_countries_with_other_separators_write_it(write, mark, price, expected):
    lines = (("sku", "title", "image", "price"), ("A1", "Mug", "a.png", price))
    (row,) = read_feed(write("\n".join(map(mark.join, lines)))).rows

    assert row.price == Decimal(expected)


@pytest.mark.parametrize("price", ["1.299", "12,505", "1,299,00", "12,50 - 13,00", "-12,50", ",50"])
def test_price_that_says_two_things_is_told(write, price):
    (problem,) = read_feed(write(f"sku;title;image;price\nA1;Mug;a.png;{price}\n")).problems

    assert problem.reason.startswith("price is '")


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;"])
def test_line_by_which_excel_names_the_separator_is_no_header(write, first):
    feed = read_feed(write(f"{first}\nsku;title;image\nA1;Mug, red;a.png\n;;b.png\n"))

    assert [(row.sku, row.title) for row in feed.rows] == [("A1", "Mug, red")]
    assert [problem.line for problem in feed.problems] == [4]


@pytest.mark.parametrize(
    ("cell", "pictures"),
    [
        ("a.png, b.png", ["a.png", "b.png"]),
        ("a.png,b.png ,c.png", ["a.png", "b.png", "c.png"]),
        ("https://x.example/w_3,h_2/a.png", ["https://x.example/w_3,h_2/a.png"]),
        ("https://x.example/a.png, https://x.example/b.png", ["https://x.example/a.png", "https://x.example/b.png"]),
        ("https://x.example/a.png,https://x.example/b.png", ["https://x.example/a.png", "https://x.example/b.png"]),
        ("one, two.png", ["one, two.png"]),
    ],
)
def test_cell_may_name_several_pictures(write, tmp_path, cell, pictures):
    (tmp_path / "one, two.png").touch()

    rows = read_feed(write(f'sku,title,image\nA1,Mug,"{cell}"\n')).rows

    assert [row.image for row in rows] == pictures
    assert {row.line for row in rows} == {2}


def test_price_may_name_its_currency(write):
    (row,) = read_feed(write("sku,title,image,price\nA1,Mug,a.png,15.00 USD\n")).rows

    assert (row.price, row.currency) == (Decimal("15.00"), "USD")


def test_colour_material_and_pieces_are_read(write):
    (row,) = read_feed(write("sku,title,image,colour,material,stock\nA1,Mug,a.png,Red,Clay,12\n")).rows

    assert (row.colour, row.material, row.stock, row.in_stock) == ("Red", "Clay", 12, True)


@pytest.mark.parametrize(("stock", "in_stock"), [("0", False), ("3", True), ("", True)])
def test_pieces_say_whether_there_are_any(write, stock, in_stock):
    (row,) = read_feed(write(f"sku,title,image,stock\nA1,Mug,a.png,{stock}\n")).rows

    assert row.in_stock is in_stock


def test_row_with_too_many_cells_is_told(write):
    (problem,) = read_feed(write("sku,title,image\nA1,Big, red,a.png\n")).problems

    assert problem.reason == "it has 4 cells for 3 columns; a comma in a value needs quotes around it."


@pytest.mark.parametrize(
    ("text", "encoding", "reason"),
    [
        ("sku,title,image\nA1,Müg,a.png\n", "latin-1", "catalog.csv is not UTF-8 (line 2): save it as UTF-8."),
        ("sku,name\n", "utf-8", "catalog.csv has no column title, image; its first line names the columns."),
        ("", "utf-8", "catalog.csv has no column sku, title, image; its first line names the columns."),
        ("sku,title,image,sku\n", "utf-8", "catalog.csv has more than one column sku."),
    ],
)
def test_file_that_is_no_catalogue_is_told(write, text, encoding, reason):
    with pytest.raises(FeedError, match=".") as caught:
        read_feed(write(text, encoding))

    assert str(caught.value) == reason


def test_missing_file_is_told(tmp_path):
    with pytest.raises(FeedError, match="There is no file or folder"):
        read_feed(tmp_path / "none.csv")
