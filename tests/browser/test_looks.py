"""Whether the page can be used by everybody: axe, widths, schemes, languages, and nothing that jumps."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from tests.browser.actions import choose, give, searches

Visit = Callable[..., Any]
SHIFTS = """() => new Promise((done) => new PerformanceObserver((list) =>
  done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))
).observe({ type: "layout-shift", buffered: true }) || setTimeout(() => done(0), 300))"""


def check(page: Any) -> None:
    """Let axe look at the page, and see that nothing is wider than the window."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def out_of_order(*args: Any) -> None:
    raise OperationalError("gone")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [True, False])
def test_axe_finds_nothing_in_any_state(
    visit: Visit, photo: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, phone: bool, scheme: str
) -> None:
    page = visit(phone=phone, color_scheme=scheme, policy=False, reduced_motion="reduce")
    check(page)

    choose(page, photo)
    check(page)
    searches(page, page.get_by_role("button", name="Part 1").click)
    page.click("summary")
    check(page)
    give(page, "paste", b"words", "text/plain")
    page.wait_for_selector(".vs-error")
    check(page)
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "NO_MATCH_BELOW": 1.0}
    searches(page, page.get_by_role("link", name=re.compile("More like this.*Blue rug")).click)
    check(page)
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "LIMIT": 2}
    page.reload()
    page.get_by_role("link", name="Show more").wait_for()
    check(page)
    monkeypatch.setattr("visualsearch.views.read_question", out_of_order)
    page.reload()
    page.get_by_role("link", name="Try again").wait_for()
    check(page)


@pytest.mark.parametrize("phone", [True, False])
def test_nothing_jumps_while_the_page_loads(visit: Visit, photo: Path, phone: bool) -> None:
    page = visit(phone=phone)
    choose(page, photo)

    again = visit("?" + page.url.partition("?")[2], phone=phone)
    again.wait_for_load_state("networkidle")

    assert again.evaluate(SHIFTS) < 0.05


@pytest.mark.parametrize(
    ("language", "direction", "words"), [("de", "ltr", "Ähnliches"), ("ar", "rtl", "منتجات مشابهة")]
)
def test_long_words_and_right_to_left_do_not_break_a_narrow_page(
    visit: Visit, photo: Path, settings: Any, language: str, direction: str, words: str
) -> None:
    settings.LANGUAGE_CODE = language
    page = visit(phone=True)
    # The shop's own frame is English.
    page.evaluate("(direction) => { document.documentElement.dir = direction; }", direction)

    choose(page, photo)
    searches(page, page.locator(".vs-part").first.tap)

    assert words in page.inner_text("#vs-answer")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
