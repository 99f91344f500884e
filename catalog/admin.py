"""The catalogue in Django's admin."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import URLField

from catalog.models import Category, Product, ProductImage
from visualsearch.admin import PicturesMixin


class ProductImageInline(admin.TabularInline):  # type: ignore[type-arg]
    """The pictures of a product, on its own page."""

    model = ProductImage
    extra = 1


@admin.register(Product)
class ProductAdmin(PicturesMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Products, with the state of their pictures, what looks like them, and the ways to reindex them."""

    list_display = ("sku", "title", "category", "price", "currency", "stock", "in_stock", "is_active")
    list_filter = ("is_active", "in_stock", "category", "colour")
    list_select_related = ("category",)
    search_fields = ("sku", "title", "group")
    readonly_fields = ("created", "updated")
    # What an address without a scheme means; Django 6 makes it the default.
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    inlines = (ProductImageInline,)


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Categories."""

    list_display = ("name", "parent", "slug")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
