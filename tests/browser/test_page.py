from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from catalog.models import Product
from tests.browser.actions import choose, edges, give, searches, settled, titles
from tests.drawing import draw
from visualsearch.exceptions import IndexUnavailable
from visualsearch.images import Box
from visualsearch.models import Embedding

Visit = Callable[..., Any]


def test_chosen_photo_is_found_and_stays_on_screen_through_reload_and_back(visit: Visit, photo: Path) -> None:
    page = visit()
    start = page.url

    choose(page, photo)

    assert titles(page)[0] == "Red cup"
    assert page.inner_text("#vs-status") == "5 products found"
    assert "?q=" in page.url
    assert page.evaluate("document.querySelector('#vs-frame canvas').width") == 1024
    page.reload()
    page.wait_for_selector("#vs-frame canvas")
    assert titles(page)[0] == "Red cup"
    page.go_back()
    page.wait_for_selector("#vs-stage", state="hidden")
    assert page.url == start
    assert titles(page) == []
    page.go_forward()
    page.wait_for_selector("#vs-frame canvas")
    settled(page)
    assert titles(page)[0] == "Red cup"


def test_address_shows_another_shopper_the_results_and_says_that_the_photo_is_not_kept(
    visit: Visit, photo: Path
) -> None:
    page = visit()
    choose(page, photo)

    other = visit("?" + page.url.partition("?")[2])

    assert titles(other) == titles(page)
    assert "was not kept" in other.inner_text("#vs-frame")


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_photo_is_dropped_or_pasted(visit: Visit, event: str) -> None:
    page = visit()

    searches(page, lambda: give(page, event, draw("red", size=300)))

    assert titles(page)[0] == "Red cup"


def test_photo_is_taken_with_the_camera_of_a_phone(visit: Visit, photo: Path) -> None:
    page = visit(phone=True)
    assert page.get_attribute(".vs-camera input", "capture") == "environment"

    choose(page, photo, ".vs-camera")

    assert titles(page)[0] == "Red cup"


def test_sample_is_searched_with_and_a_part_of_it(visit: Visit) -> None:
    page = visit()

    searches(page, page.get_by_alt_text("A rug").click)
    assert titles(page)[0] == "Blue rug"
    searches(page, page.get_by_role("button", name="Part 2").click)

    assert "sample=rug" in page.url
    assert edges(page) == [60, 50, 90, 80]
    assert page.locator("#vs-frame img").count() == 1


def test_part_is_chosen_by_dot_mouse_keyboard_and_numbers(visit: Visit, photo: Path) -> None:
    page = visit()
    choose(page, photo)

    searches(page, page.get_by_role("button", name="Part 1").click)
    assert edges(page) == [10, 20, 40, 60]

    handle = page.locator("[data-handle=se]").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2

    def drag() -> None:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y + 40, steps=4)
        page.mouse.up()

    searches(page, drag)
    left, top, right, bottom = edges(page)
    assert (left, top) == (10, 20)
    assert right > 50
    assert bottom > 65

    page.focus("#vs-crop")
    searches(page, lambda: (page.keyboard.press("ArrowRight"), page.keyboard.press("Shift+ArrowUp")))
    assert edges(page) == pytest.approx([left + 2, top, right + 2, bottom - 2], abs=0.2)

    page.click("summary")
    page.fill("input[name=left]", "5")
    searches(page, page.get_by_role("button", name="Search with this part").click)
    assert edges(page)[0] == 5
    page.go_back()
    page.wait_for_function("() => document.querySelector('input[name=left]').value === '12'")
    searches(page, page.get_by_role("button", name="The whole photo").click)
    assert edges(page) == []


def test_dots_of_parts_that_lie_upon_each_other_can_all_be_tapped(
    visit: Visit, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = tuple(Box(0.3 + step / 100, 0.3, 0.4, 0.4) for step in range(4))
    monkeypatch.setattr("visualsearch.search.photos.suggest_boxes", lambda look: same)
    page = visit(phone=True)
    choose(page, photo)

    for number in range(1, 5):
        searches(page, page.get_by_role("button", name=f"Part {number}").tap)
        assert edges(page)[0] == 29 + number


def test_part_is_moved_by_touch(visit: Visit, photo: Path) -> None:
    page = visit(phone=True)
    choose(page, photo)
    searches(page, page.get_by_role("button", name="Part 1").tap)
    area = page.locator("#vs-crop").bounding_box()
    x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    def drag() -> None:
        touch("touchStart", (x, y))
        touch("touchMove", (x + 20, y + 10))
        touch("touchMove", (x + 60, y + 30))
        touch("touchEnd")

    searches(page, drag)

    left, top, right, bottom = edges(page)
    assert left > 15
    assert top > 22
    assert (right - left, bottom - top) == pytest.approx((30, 40), abs=0.2)


def test_filters_keep_the_photo_and_more_like_this_replaces_it(visit: Visit, photo: Path) -> None:
    page = visit()
    choose(page, photo)

    searches(page, page.get_by_role("link", name="Rugs 1").click)
    assert titles(page) == ["Blue rug"]
    assert page.locator("#vs-frame canvas").count() == 1
    searches(page, page.get_by_role("link", name="Rugs 1").click)
    page.fill("input[name=price_to]", "15")
    searches(page, page.get_by_role("button", name="Apply").click)
    assert titles(page) == ["Red cup"]
    searches(page, page.get_by_role("button", name="Part 1").click)
    assert page.input_value("input[name=price_to]") == "15"
    searches(page, page.get_by_role("link", name="Remove all filters").click)
    searches(page, page.get_by_role("link", name=re.compile("More like this.*Blue rug")).click)
    assert titles(page)[0] == "Blue rug"
    assert page.locator("#vs-frame img").count() == 1
    page.go_back()
    page.wait_for_selector("#vs-frame canvas")


def test_chips_of_colour_narrow_the_goods_and_one_without_a_colour_has_none(visit: Visit, photo: Path) -> None:
    Product.objects.filter(title__in=["Red cup", "Dark cup"]).update(colour="Brick")
    page = visit(phone=True)
    choose(page, photo)

    chips = page.get_by_role("list", name="Colour").get_by_role("link")
    assert [text.split() for text in chips.all_inner_texts()] == [["Brick", "1"]]
    searches(page, chips.first.tap)

    assert titles(page) == ["Red cup"]
    assert page.locator("#vs-frame canvas").count() == 1


def test_all_of_it_works_without_javascript(visit: Visit, photo: Path) -> None:
    page = visit(java_script_enabled=False)

    page.set_input_files(".vs-choose input", photo)
    page.click("text=Find it")
    assert titles(page)[0] == "Red cup"
    page.click("main >> text=Rugs")
    assert titles(page) == ["Blue rug"]
    page.click("text=More like this")
    page.click("summary")
    page.fill("input[name=right]", "50")
    page.click("text=Search with this part")
    assert "right=50" in page.url
    assert titles(page)[0] == "Blue rug"
    page.click("text=Part 1")
    assert "left=10" in page.url
    page.click("text=Find it")
    page.goto(page.url.partition("?")[0])
    page.click("text=Find it")
    assert "Choose or take a photo first" in page.inner_text("[role=alert]")


def too_many(route: Any) -> None:
    route.fulfill(status=429, body="no") if route.request.method == "POST" else route.continue_()


def offline(route: Any) -> None:
    route.abort() if route.request.method == "POST" else route.continue_()


@pytest.mark.parametrize(
    ("content", "type_", "answer", "words"),
    [
        (b"words", "text/plain", None, "This is not a picture. Choose a photo."),
        (b"broken", "image/jpeg", None, "not a picture that we can read"),
        (draw(size=4), "image/png", None, "too small"),
        (bytes(3000), "image/tiff", None, "too large"),
        (draw(), "image/png", too_many, "Too many searches at once"),
        (draw(), "image/png", offline, "cannot be reached"),
    ],
)
def test_error_is_told_in_words_beside_the_field(
    visit: Visit, settings: Any, content: bytes, type_: str, answer: Any, words: str
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "IMAGE_BYTES_MOST": 2500}
    page = visit(policy=False)
    if answer:
        page.route("**/visual-search/", answer)

    give(page, "paste", content, type_)

    page.wait_for_selector(".vs-error")
    settled(page)
    assert words in page.inner_text("#vs-drop [role=alert]")


def test_index_that_is_not_ready_is_told_with_how_far_it_is(
    visit: Visit, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Embedding.objects.filter(picture_name__contains="p").first().delete()  # type: ignore[union-attr]

    def fail(space: Any) -> None:
        raise IndexUnavailable("gone")

    monkeypatch.setattr("visualsearch.search.pipeline.open_answering", fail)
    page = visit()

    page.set_input_files(".vs-choose input", photo)

    page.wait_for_selector(".vs-progress")
    assert "5 of 6 products can be found by now" in page.inner_text("#vs-answer")
    assert "not possible at the moment" in page.inner_text("#vs-errors")


def test_outage_of_the_database_is_told_and_the_photo_is_searched_with_when_it_is_over(
    visit: Visit, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("gone")

    page = visit()
    with monkeypatch.context() as outage:
        outage.setattr("visualsearch.views._search_new", fail)
        page.set_input_files(".vs-choose input", photo)
        page.wait_for_selector(".vs-error")
        settled(page)
        assert "not possible at the moment" in page.inner_text("#vs-errors")

    page.locator("#vs-whole").evaluate("(button) => button.click()")
    page.wait_for_selector(".vs-result")
    assert titles(page)[0] == "Red cup"
