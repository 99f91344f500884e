"""A picture's address, given in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.addresses.site import Site, open_site
from tests.browser.actions import edges, searches, titles
from tests.drawing import draw

Visit = Callable[..., Any]


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    with open_site() as site:
        settings.VISUALSEARCH = {**settings.VISUALSEARCH, "FETCH_HOSTS": [f"127.0.0.1:{site.port}"]}
        site.files["/cup.png"] = draw("red", size=300)
        yield site


@pytest.mark.parametrize("scripts", [True, False])
def test_picture_is_found_by_its_address_and_a_part_of_it_too(visit: Visit, site: Site, scripts: bool) -> None:
    page = visit(java_script_enabled=scripts)

    page.fill("#vs-url", f"{site.url}/cup.png")
    go(page, page.locator(".vs-address button").click, scripts)
    assert titles(page)[0] == "Red cup"
    assert page.input_value("#vs-url") == f"{site.url}/cup.png"

    part = page.get_by_role("button", name="Part 2")
    go(page, part.click if not scripts else lambda: type_edges(page), scripts)
    assert edges(page) == [60, 50, 90, 80]
    assert titles(page)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(
    ("path", "words"), [("/none", "No picture can be fetched"), ("http://10.0.0.1/", "cannot be used")]
)
def test_address_that_fails_is_told_beside_the_field(
    visit: Visit, site: Site, path: str, words: str, scripts: bool
) -> None:
    page = visit(java_script_enabled=scripts)

    page.fill("#vs-url", path if "://" in path else site.url + path)
    page.press("#vs-url", "Enter")

    page.wait_for_selector(".vs-error")
    assert words in page.inner_text("#vs-drop [role=alert]")


def type_edges(page: Any) -> None:
    page.click("summary")
    for name, value in zip(("left", "top", "right", "bottom"), (60, 50, 90, 80), strict=True):
        page.fill(f"input[name={name}]", str(value))
    page.get_by_role("button", name="Search with this part").click()


def go(page: Any, act: Callable[[], Any], scripts: bool) -> None:
    if scripts:
        searches(page, act)
    else:
        with page.expect_navigation():
            act()
