"""The shop's pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.generic import ListView
from django.views.static import serve
from django_htmx.http import push_url

from catalog.filters import ProductFilter
from catalog.models import Category, Product
from catalog.shelves import pictured_categories

NEWEST = 8
"""Products on the first page."""


def shown_products() -> QuerySet[Product]:
    """Return what shoppers may see, ready for lists."""
    return Product.objects.filter(is_active=True).prefetch_related("images")


def home(request: HttpRequest) -> HttpResponse:
    """Show the categories, each with a picture, and the newest products, one of each design."""
    newest = shown_products().order_by("-created", "-pk")[: NEWEST * 6]
    designs = {product.group or f"pk:{product.pk}": product for product in reversed(newest)}
    categories = pictured_categories()
    context = {
        "categories": categories,
        "products": list(reversed(designs.values()))[:NEWEST],
        "pictures": _spread([category.picture for category in categories if category.picture], 4),
    }
    return render(request, "catalog/home.html", context)


def _spread(pictures: list[Any], count: int) -> list[Any]:
    """Return so many of them from all over the list."""
    step = max(1, len(pictures) // count)
    return pictures[::step][:count]


class ProductList(ListView):  # type: ignore[type-arg]
    """Products of a category or of all, narrowed by words, category, colour, price and stock.

    A request of htmx gets the list alone, everybody else the page.
    """

    template_name = "catalog/product_list.html"
    context_object_name = "products"
    paginate_by = 24
    category: Category | None = None

    def get_queryset(self) -> QuerySet[Product]:
        """Return the products that the address asks for."""
        products = shown_products()
        if slug := self.kwargs.get("slug"):
            self.category = get_object_or_404(Category.objects.select_related("parent"), slug=slug)
            products = products.filter(Q(category=self.category) | Q(category__parent=self.category))
        self.filter = ProductFilter(self.request.GET, products, category=self.category)
        return self.filter.qs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the filters, and the address without its page number."""
        context: dict[str, Any] = {
            "category": self.category,
            "form": self.filter.form,
            "query": _without_empty(self.request.GET, "page").urlencode(),
            "words": self.request.GET.get("q", "").strip(),
            "narrowed": bool(_without_empty(self.request.GET, "page", "q", "order")),
        }
        return super().get_context_data(**context, **kwargs)

    def get_template_names(self) -> list[str]:
        """Return the template of the list alone where htmx asks for it."""
        return ["catalog/_goods.html"] if self._is_part else [self.template_name]

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        """Answer, and show a partial answer under the address that gives the same as a page."""
        response = super().render_to_response(context, **options)
        patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
        if self._is_part:
            query = _without_empty(self.request.GET).urlencode()
            push_url(response, f"{self.request.path}?{query}" if query else self.request.path)
        return response

    @property
    def _is_part(self) -> bool:
        htmx = self.request.htmx  # type: ignore[attr-defined]
        return bool(htmx) and not htmx.history_restore_request


def _without_empty(query: QueryDict, *names: str) -> QueryDict:
    """Return what a form sends without the fields that were left empty, and without these."""
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        if name not in names and any(values):
            kept.setlist(name, [value for value in values if value])
    return kept


def product_page(request: HttpRequest, pk: int, slug: str) -> HttpResponse | HttpResponsePermanentRedirect:
    """Show one product with its pictures and variants."""
    product = get_object_or_404(shown_products().select_related("category__parent"), pk=pk)
    if slug != product.words:
        return redirect(product, permanent=True)
    variants = shown_products().filter(group=product.group) if product.group else Product.objects.none()
    return render(request, "catalog/product.html", {"product": product, "variants": list(variants)})


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve an uploaded file; a server of files does that better where there is one."""
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["X-Content-Type-Options"] = "nosniff"
    # Whatever lies there must never run as a page of the shop.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "public, max-age=3600"
    return response
