"""The shop's pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.generic import ListView
from django.views.static import serve

from catalog.forms import ProductFilter
from catalog.models import Category, Product


def shown_products() -> QuerySet[Product]:
    """Return what shoppers may see, ready for lists."""
    return Product.objects.filter(is_active=True).select_related("category").prefetch_related("images")


def home(request: HttpRequest) -> HttpResponse:
    """Show the categories, each with a picture, and the newest products."""
    count = Count("products", filter=Q(products__is_active=True)) + Count(
        "children__products", filter=Q(children__products__is_active=True)
    )
    categories = Category.objects.filter(parent=None).annotate(count=count).filter(count__gt=0)
    newest = shown_products().order_by("-created", "-pk")[:8]
    return render(request, "catalog/home.html", {"categories": categories, "products": newest})


class ProductList(ListView):  # type: ignore[type-arg]
    """Products of a category or of all, narrowed by words, price and stock."""

    template_name = "catalog/product_list.html"
    context_object_name = "products"
    paginate_by = 24
    category: Category | None = None

    def get_queryset(self) -> QuerySet[Product]:
        """Return the products that the address asks for."""
        products = shown_products()
        if slug := self.kwargs.get("slug"):
            self.category = get_object_or_404(Category, slug=slug)
            products = products.filter(Q(category=self.category) | Q(category__parent=self.category))
        self.form = ProductFilter(self.request.GET, label_suffix="")
        return self.form.narrow(products)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the filters, and the address without its page number."""
        query = self.request.GET.copy()
        query.pop("page", None)
        context: dict[str, Any] = {"category": self.category, "form": self.form, "query": query.urlencode()}
        return super().get_context_data(**context, **kwargs)


def product_page(request: HttpRequest, pk: int, slug: str) -> HttpResponse | HttpResponsePermanentRedirect:
    """Show one product with its pictures and variants."""
    product = get_object_or_404(shown_products(), pk=pk)
    if slug != product.words:
        return redirect(product, permanent=True)
    variants = shown_products().filter(group=product.group) if product.group else Product.objects.none()
    return render(request, "catalog/product.html", {"product": product, "variants": variants})


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve an uploaded file; a server of files does that better where there is one."""
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["X-Content-Type-Options"] = "nosniff"
    # Whatever lies there must never run as a page of the shop.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "public, max-age=3600"
    return response
