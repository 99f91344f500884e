"""What a feed says: one row a picture, checked value by value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

REQUIRED = ("sku", "title", "image")
COLUMNS = (
    *REQUIRED,
    "category",
    "price",
    "currency",
    "group",
    "description",
    "url",
    "in_stock",
    "colour",
    "material",
    "stock",
)
_LENGTH = 100_000
"""Letters of a value without a limit of its own."""

_LENGTHS = {"sku": 64, "title": 200, "group": 64, "url": 500, "image": 2000, "colour": 40, "material": 80}
_IN_STOCK = dict.fromkeys(("1", "true", "yes", "in_stock", "in stock", ""), True)
_IN_STOCK |= dict.fromkeys(("0", "false", "no", "out_of_stock", "out of stock"), False)
_GROUPED = r"\d{1,3}(?:[.'\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE} ]\d{3}){1,3}"
_DECIMAL_COMMA = re.compile(rf"^(\d{{1,10}}|{_GROUPED}),(\d{{1,2}})(?!\d)")
"""A number as many countries write it, with what parts its thousands."""

_PRICE = re.compile(r"(\d{1,10}(?:\.\d{1,2})?)(?: ([A-Za-z]{3}))?")


class FeedError(Exception):
    """The feed as a whole cannot be read."""


class BadRow(Exception):
    """One row cannot be imported; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """One picture of one product, with what the feed says of the product."""

    line: int | None
    """Where it stands in its file; None in a folder."""
    sku: str
    title: str
    image: str
    """A path inside the feed's folder, or an http address; empty where the feed names none."""
    category: str = ""
    """Its name; "Home > Lamps" is a category in a category."""
    price: Decimal | None = None
    currency: str = ""
    group: str = ""
    description: str = ""
    url: str = ""
    in_stock: bool = True
    colour: str = ""
    material: str = ""
    stock: int | None = None
    """Pieces; None where nobody counts them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be imported."""

    line: int | None
    reason: str

    def __str__(self) -> str:
        return self.reason if self.line is None else f"line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Everything that was read from a file or folder."""

    folder: Path
    """Local pictures lie in it."""
    columns: frozenset[str]
    """What the feed speaks of; it changes nothing else of a product."""
    rows: tuple[FeedRow, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def read_row(line: int | None, cells: Mapping[str, str], *, decimal_comma: bool = False) -> FeedRow:
    """Return the row that the cells make; raises BadRow for a value that cannot be used.

    A picture that is not named is none of those: it keeps nobody from learning the price. With `decimal_comma` a price
    may be written as `1.299,00`.
    """
    values = {name: cells.get(name, "").strip() for name in COLUMNS}
    if decimal_comma:
        values["price"] = _DECIMAL_COMMA.sub(_with_point, values["price"])
    _check_texts(values)
    price, currency = _read_price(values["price"], values["currency"])
    stock = _read_stock(values["stock"])
    return FeedRow(
        line=line,
        sku=values["sku"],
        title=values["title"],
        image=values["image"],
        category=_read_category(values["category"]),
        price=price,
        currency=currency,
        group=values["group"],
        description=values["description"],
        url=values["url"],
        in_stock=_read_in_stock(values["in_stock"], stock),
        colour=values["colour"],
        material=values["material"],
        stock=stock,
    )


def _check_texts(values: Mapping[str, str]) -> None:
    for name in ("sku", "title"):
        if not values[name]:
            raise BadRow(f"{name} is empty.")
    for name, value in values.items():
        if "\0" in value:
            raise BadRow(f"{name} has a zero byte.")
        if len(value) > (most := _LENGTHS.get(name, _LENGTH)):
            raise BadRow(f"{name} has {len(value)} characters; {most} are the most.")
    if values["url"] and not values["url"].startswith(("http://", "https://")):
        raise BadRow(f"url is '{values['url']}'; expected an address that begins with http:// or https://.")


def _with_point(number: re.Match[str]) -> str:
    return f"{re.sub('[^0-9]', '', number[1])}.{number[2]}"


def _read_price(price: str, currency: str) -> tuple[Decimal | None, str]:
    if currency and not re.fullmatch("[A-Za-z]{3}", currency):
        raise BadRow(f"currency is '{currency}'; expected three letters such as EUR.")
    if not price:
        return None, currency.upper()
    found = _PRICE.fullmatch(price)
    if not found:
        raise BadRow(f"price is '{price}'; expected a number such as 12.50.")
    if found[2] and currency and found[2].upper() != currency.upper():
        raise BadRow(f"price is '{price}', but currency is '{currency}'.")
    return Decimal(found[1]), (found[2] or currency).upper()


def _read_category(text: str) -> str:
    names = [name.strip() for name in text.split(">")]
    if any(len(name) > 100 for name in names):
        raise BadRow("category has a name of more than 100 characters.")
    return " > ".join(name for name in names if name)


def _read_stock(text: str) -> int | None:
    if text and not re.fullmatch("[0-9]{1,9}", text):
        raise BadRow(f"stock is '{text}'; expected a whole number such as 12.")
    return int(text) if text else None


def _read_in_stock(text: str, stock: int | None) -> bool:
    """Return what the row says, or else what its number of pieces says; the two must not contradict each other."""
    if text.lower() not in _IN_STOCK:
        raise BadRow(f"in_stock is '{text}'; expected 1, 0, true, false, yes, no, in_stock or out_of_stock.")
    said = _IN_STOCK[text.lower()]
    if text and said and stock == 0:
        raise BadRow(f"in_stock is '{text}', but stock is 0.")
    return said and stock != 0
