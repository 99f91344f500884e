"""The shop under torture: what merchants and their programs do to it."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from catalog.models import Product, ProductImage
from tests.drawing import draw_mosaic
from tests.torture.storage import FlakyStorage, overwrite

NUMBERS = st.integers(1, 400)
"""Which picture; two goods may well have the same."""
WHICH = st.integers(0, 10_000)
"""Which product, counted round."""
MOST = 24
"""Goods in one shop, so that a run stays short."""


def photo_of(number: int) -> bytes:
    """Return a small picture unlike that of any other number."""
    return draw_mosaic(number, size=12)


class ShopRules(RuleBasedStateMachine):
    """Changes of products and pictures, with signals and without."""

    def __init__(self) -> None:
        super().__init__()
        self._skus = count(1)
        self.shown: set[str] = set()
        """What shoppers may see, as these rules know it."""

    def has_goods(self) -> bool:
        """Tell whether there is anything to change."""
        return Product.objects.exists()

    def pick(self, which: int) -> Product:
        """Return one of the products."""
        return Product.objects.order_by("pk")[which % Product.objects.count()]

    def image(self, which: int) -> ProductImage | None:
        """Return one of the pictures of one of the products."""
        images = self.pick(which).images.all()
        return images[which % len(images)] if images else None

    @rule(number=NUMBERS, shown=st.booleans())
    @precondition(lambda self: Product.objects.count() < MOST)
    def save_product(self, number: int, shown: bool) -> None:
        product = Product.objects.create(**self._fields(shown))
        self._attach(product, photo_of(number))

    @initialize(numbers=st.lists(NUMBERS, max_size=MOST, unique=True))
    def open_shop(self, numbers: list[int]) -> None:
        self.import_in_bulk(numbers)

    @rule(numbers=st.lists(NUMBERS, min_size=4, max_size=12))
    @precondition(lambda self: Product.objects.count() < MOST)
    def import_in_bulk(self, numbers: list[int]) -> None:
        made = Product.objects.bulk_create([Product(**self._fields(True)) for _ in numbers])
        images = [
            ProductImage(product=product, file=ContentFile(photo_of(number), name=f"{product.sku}.png"))
            for product, number in zip(made, numbers, strict=True)
        ]
        ProductImage.objects.bulk_create(images)

    @rule(which=WHICH, number=NUMBERS)
    @precondition(has_goods)
    def add_picture(self, which: int, number: int) -> None:
        if self.pick(which).images.count() < 3:
            self._attach(self.pick(which), photo_of(number))

    @rule(which=WHICH)
    @precondition(has_goods)
    def remove_picture(self, which: int) -> None:
        if image := self.image(which):
            image.delete()

    @rule(which=WHICH, number=NUMBERS)
    @precondition(has_goods)
    def replace_picture(self, which: int, number: int) -> None:
        if image := self.image(which):
            image.file = ContentFile(photo_of(number), name=f"new{number}.png")
            image.save()

    @rule(which=WHICH, number=NUMBERS)
    @precondition(has_goods)
    def replace_picture_without_a_signal(self, which: int, number: int) -> None:
        if image := self.image(which):
            name = image.file.storage.save(f"products/update{number}.png", ContentFile(photo_of(number)))
            ProductImage.objects.filter(pk=image.pk).update(file=name)

    @rule(which=WHICH, number=NUMBERS)
    @precondition(has_goods)
    def replace_picture_under_its_name(self, which: int, number: int) -> None:
        if image := self.image(which):
            overwrite(image.file.name, photo_of(number))
            image.save()

    @rule(which=WHICH)
    @precondition(has_goods)
    def break_picture(self, which: int) -> None:
        if image := self.image(which):
            overwrite(image.file.name, b"no picture")
            image.save()

    @rule(which=WHICH, shown=st.booleans())
    @precondition(has_goods)
    def hide_or_show(self, which: int, shown: bool) -> None:
        product = self.pick(which)
        product.is_active = shown
        product.save()
        self._note([product.sku], shown)

    @rule(which=st.lists(WHICH, max_size=5), shown=st.booleans())
    @precondition(has_goods)
    def hide_or_show_in_bulk(self, which: list[int], shown: bool) -> None:
        skus = [self.pick(one).sku for one in which]
        Product.objects.filter(sku__in=skus).update(is_active=shown)
        self._note(skus, shown)

    @rule(which=WHICH)
    @precondition(has_goods)
    def delete_product(self, which: int) -> None:
        product = self.pick(which)
        self._note([product.sku], False)
        product.delete()

    @rule(which=WHICH)
    @precondition(has_goods)
    def delete_without_a_signal(self, which: int) -> None:
        product = self.pick(which)
        self._note([product.sku], False)
        ProductImage.objects.filter(product=product)._raw_delete("default")
        Product.objects.filter(pk=product.pk)._raw_delete("default")

    @rule(down=st.booleans())
    def switch_storage(self, down: bool) -> None:
        FlakyStorage.is_down = down

    def _fields(self, shown: bool) -> dict[str, Any]:
        sku = f"S{next(self._skus)}"
        self._note([sku], shown)
        return {"sku": sku, "title": sku, "is_active": shown}

    def _attach(self, product: Product, photo: bytes) -> None:
        ProductImage.objects.create(product=product, file=ContentFile(photo, name="picture.png"))

    def _note(self, skus: list[str], shown: bool) -> None:
        self.shown = self.shown.union(skus) if shown else self.shown.difference(skus)
