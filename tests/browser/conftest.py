"""A browser where one is installed, and a small shop for it to visit."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from catalog.models import Category
from catalog.visual_sources import ProductSource
from tests.drawing import draw
from tests.goods import add_product, sync_now
from visualsearch import Sample
from visualsearch.images import Box

NAMES = ("chromium", "chromium-browser", "google-chrome")
POLICY = "default-src 'self'"
"""Stricter than most shops': nothing inline, no data: and no blob: address."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium once a file; every test that needs it is skipped where it or Playwright is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("needs chromium: apt-get install chromium")
    # Playwright's loop runs in this thread, and Django would refuse to read the database beside it.
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as started:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def shop(transactional_db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Fill the shop with cups and rugs, one of them with the shopper's photo, and let the network see two things."""
    cups, rugs = (Category.objects.create(name=name, slug=name.lower()) for name in ("Cups", "Rugs"))
    add_product(draw("red", size=200), title="Red cup", category=cups, price=10, group="cup")
    add_product(draw("darkred", size=200), title="Dark cup", category=cups, price=11, group="cup")
    add_product(draw("blue", "rectangle", size=200), title="Blue rug", category=rugs, price=90, in_stock=False)
    for number, colour in enumerate(("green", "yellow", "purple")):
        add_product(draw(colour, size=200), title=f"Cup {colour}", category=cups, price=20 + number)
    sync_now()
    boxes = (Box(0.1, 0.2, 0.3, 0.4), Box(0.6, 0.5, 0.3, 0.3))
    monkeypatch.setattr("visualsearch.search.photos.suggest_boxes", lambda look: boxes)
    sample = tmp_path / "sample.png"
    sample.write_bytes(draw("blue", "rectangle", size=300))
    monkeypatch.setattr(ProductSource, "get_samples", lambda source: [Sample("rug", "A rug", sample)])


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Return a photo of the red cup, wider than a browser sends."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(draw("red", size=1500, format="JPEG"))
    return path


@pytest.fixture
def visit(browser: Any, live_server: Any, shop: None) -> Iterator[Callable[..., Any]]:
    """Return a function that opens the page in a new window; at the end no script has failed."""
    contexts: list[Any] = []
    failures: list[str] = []

    def protect(route: Any) -> None:
        if route.request.method != "GET" or route.request.resource_type != "document":
            return route.continue_()
        response = route.fetch()
        return route.fulfill(response=response, headers={**response.headers, "content-security-policy": POLICY})

    def open_page(
        query: str = "", *, width: int = 1280, phone: bool = False, policy: bool = True, **options: Any
    ) -> Any:
        size = {"width": 390, "height": 844} if phone else {"width": width, "height": 800}
        context = browser.new_context(viewport=size, has_touch=phone, is_mobile=phone, **options)
        contexts.append(context)
        if policy and options.get("java_script_enabled", True):
            context.route("**/visual-search/*", protect)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda line: "Content Security" in line.text and failures.append(line.text))
        page.goto(f"{live_server.url}{reverse('visualsearch:page')}{query}")
        if options.get("java_script_enabled", True):
            page.wait_for_selector(".vs-live", state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert failures == []
