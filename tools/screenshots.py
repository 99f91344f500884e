"""Take the README's pictures of a running demo: `make demo`, then `python -m tools.screenshots http://127.0.0.1:8000`.

Four pages and, as an animated picture, one search on a phone. Needs chromium, as the tests of pages do.
"""

from __future__ import annotations

import io
import shutil
from argparse import ArgumentParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 390, "height": 760}
QUALITY = 80


def main() -> None:
    """Take all of them, into docs/images."""
    parser = ArgumentParser(prog="python -m tools.screenshots", description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--folder", type=Path, default=Path("docs/images"))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, take in {"home": home, "product": product, "search": search, "phone": phone}.items():
            save(take(browser, arguments.address), arguments.folder / f"{name}.webp")
        film(browser, arguments.address).save(arguments.folder / "search-animated.webp")
        browser.close()


def home(browser: Any, address: str) -> bytes:
    """Return the first page of the shop, wide and light."""
    return shot(opened(browser, address, WIDE))


def product(browser: Any, address: str) -> bytes:
    """Return a product with what looks like it, wide and dark."""
    page = opened(browser, f"{address}/products/?q=armchair", WIDE, color_scheme="dark")
    page.locator(".card a").first.click()
    page.wait_for_load_state("networkidle")
    return shot(page)


def search(browser: Any, address: str) -> bytes:
    """Return the answer to a photo, wide and light."""
    page = opened(browser, f"{address}/visual-search/", WIDE)
    page.locator(".vs-samples a").nth(1).click()
    page.wait_for_selector(".vs-result")
    return shot(page)


def phone(browser: Any, address: str) -> bytes:
    """Return the answer to a photo on a phone, dark."""
    page = opened(browser, f"{address}/visual-search/", NARROW, color_scheme="dark", has_touch=True, is_mobile=True)
    page.locator(".vs-samples a").nth(0).click()
    page.wait_for_selector(".vs-result")
    return shot(page)


@dataclass(slots=True)
class Film:
    """Frames and how long each is shown."""

    frames: list[Image.Image] = field(default_factory=list)
    milliseconds: list[int] = field(default_factory=list)

    def add(self, page: Any, milliseconds: int) -> None:
        """Show the page as it is now for so long."""
        page.wait_for_load_state("networkidle")
        self.frames.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
        self.milliseconds.append(milliseconds)

    def save(self, path: Path) -> None:
        """Write the frames as one picture that starts again at its end."""
        first, *others = self.frames
        first.save(path, save_all=True, append_images=others, duration=self.milliseconds, loop=0, quality=70, method=6)


def film(browser: Any, address: str) -> Film:
    """Return a search on a phone: a photo, a part of it, a filter, another thing like it."""
    page = opened(browser, f"{address}/visual-search/", NARROW, has_touch=True, is_mobile=True)
    film_ = Film()
    film_.add(page, 1500)
    page.locator(".vs-samples a").nth(1).click()
    page.wait_for_selector(".vs-result")
    film_.add(page, 2000)
    page.mouse.wheel(0, 560)
    page.wait_for_timeout(400)
    film_.add(page, 2500)
    page.locator(".vs-like").nth(1).click()
    page.wait_for_function("() => !document.querySelector('.vs-busy')")
    film_.add(page, 2500)
    return film_


def opened(browser: Any, address: str, size: dict[str, int], **options: Any) -> Any:
    """Return a new window on an address."""
    page = browser.new_context(viewport=size, **options).new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page


def shot(page: Any) -> bytes:
    """Return what the window shows once nothing fades any more, as PNG."""
    page.wait_for_load_state("networkidle")
    page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished))")
    return bytes(page.screenshot())


def save(png: bytes, path: Path) -> None:
    """Write a picture as WebP."""
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").save(path, quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
