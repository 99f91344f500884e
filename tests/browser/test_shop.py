"""The shop in a real browser: filters, the way back, no JavaScript, axe, both widths and schemes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from catalog.models import Category
from tests.drawing import draw
from tests.goods import add_product, sync_now

LONG = "Donaudampfschifffahrtsgesellschaftskapitänskajütentischlampe"
WIDER = "document.documentElement.scrollWidth - window.innerWidth"
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => { sum += entry.value; }))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""


@pytest.fixture
def goods(transactional_db: None) -> None:
    """Fill the shop with more than a page of cups, two of one design, and a rug with a long name."""
    home = Category.objects.create(name="Home", slug="home")
    cups, rugs = (Category.objects.create(name=name, slug=name.lower(), parent=home) for name in ("Cups", "Rugs"))
    for colour in ("Red", "Blue"):
        pictures = (draw(colour, size=200), draw(colour, "rectangle", size=200))
        add_product(*pictures, title=f"A cup, {colour}", category=cups, price=10, group="cup", colour=colour)
    for number in range(24):
        add_product(title=f"Cup {number:02}", category=cups, price=20, colour="Green", in_stock=number % 2 == 0)
    add_product(draw("green"), title=f"{LONG}, blue", category=rugs, price=90, colour=LONG[:40], material=LONG)
    sync_now()


@pytest.fixture
def visit(browser: Any, live_server: Any, goods: None) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a page of the shop in a new window; at the end no script has failed."""
    contexts: list[Any] = []
    failures: list[str] = []

    def open_page(path: str, *, phone: bool = False, **options: Any) -> Any:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        context = browser.new_context(viewport=size, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(f"{live_server.url}{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert failures == []


def counts(page: Any, text: str) -> None:
    """Wait until the page says how many products there are."""
    page.wait_for_function("text => document.querySelector('#count').textContent.trim() === text", arg=text)


def open_product(page: Any) -> None:
    page.click(".card a")
    page.wait_for_selector(".product")


def test_filters_answer_without_a_new_page_and_the_way_back_undoes_them(visit: Any) -> None:
    page = visit("/products/")
    counts(page, "27 products, page 1 of 2")
    page.evaluate("window.same = true")

    page.get_by_label("Red").check()
    counts(page, "1 product")

    assert page.url.endswith("/products/?colour=Red")
    assert page.evaluate("window.same")
    page.go_back()
    counts(page, "27 products, page 1 of 2")
    assert not page.get_by_label("Red").is_checked()


def test_next_page_comes_without_a_new_one_and_keeps_the_filters(visit: Any) -> None:
    page = visit("/products/?q=cup")
    page.evaluate("window.same = true")

    page.get_by_role("link", name="Next").click()
    counts(page, "26 products, page 2 of 2")

    assert page.url.endswith("/products/?q=cup&page=2")
    assert page.evaluate("window.same")


def test_everything_works_without_javascript(visit: Any) -> None:
    page = visit("/products/", phone=True, java_script_enabled=False)

    page.click("summary")
    page.get_by_label("From").fill("50")
    page.get_by_role("button", name="Show").click()
    assert page.locator("#count").inner_text() == "1 product"
    open_product(page)

    assert page.get_by_role("heading", level=1).inner_text().startswith(LONG)


def test_small_picture_shows_the_large_one_without_moving_the_page(visit: Any) -> None:
    page = visit("/products/?q=cup")
    open_product(page)

    page.get_by_role("link", name="Picture 2").click()
    page.wait_for_selector(".gallery-small li:nth-child(2) a[data-current]")

    assert "#" not in page.url
    assert page.evaluate("window.scrollY") == 0


def test_variant_is_a_link_to_its_own_page(visit: Any) -> None:
    page = visit("/products/?colour=Red")
    open_product(page)

    page.locator(".variants").get_by_role("link", name="Blue").click()

    page.get_by_role("heading", level=1, name="A cup, Blue").wait_for()
    assert page.locator(".variants [aria-current=page]").inner_text().strip() == "Blue"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [True, False])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(visit: Any, phone: bool, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    page = visit("/", phone=phone, color_scheme=scheme, reduced_motion="reduce")
    base = page.url.rstrip("/")
    for path in ("/", "/products/?price_from=x&colour=Red", "/products/?q=none", "/products/?q=lampe"):
        page.goto(f"{base}{path}")
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate(WIDER) <= 0
    open_product(page)
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(WIDER) <= 0
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate(WIDER) <= 0


@pytest.mark.parametrize("phone", [True, False])
def test_nothing_jumps_while_a_page_loads(visit: Any, phone: bool) -> None:
    page = visit("/", phone=phone)
    shifts = [page.evaluate(SHIFTS)]
    page.goto(f"{page.url}products/?q=cup")
    shifts.append(page.evaluate(SHIFTS))
    open_product(page)
    shifts.append(page.evaluate(SHIFTS))

    assert max(shifts) == 0


def test_first_key_leads_past_the_head_to_the_content(visit: Any) -> None:
    page = visit("/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "content"
