"""Measure the shop-by-photo page in a real browser: `make demo` in one shell, then `python -m benchmarks.page ADDRESS`.

From the tap that chooses a photo to the results on the screen: the browser reads and reduces the photo, sends it, the
shop searches, the browser shows what it found. Photos are enlarged to a phone's 12 megapixels first.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.machine import describe, publish
from catalog.demo.goods import sample_photos

MEGAPIXELS = 12
WAIT = """() => new Promise((done) => {
  const answer = document.getElementById("vs-answer");
  let start = 0;
  document.addEventListener("change", () => (start = performance.now()), { capture: true, once: true });
  const seen = new MutationObserver(() => {
    if (!start || !answer.querySelector(".vs-result")) return;
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
  });
  seen.observe(answer, { childList: true });
})"""
WEIGHT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter((entry) => !["img", "image"].includes(entry.initiatorType))
  .reduce((sum, entry) => [sum[0] + entry.transferSize, sum[1] + entry.decodedBodySize], [0, 0])"""
SHIFT = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (sum += entry.value)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 500);
})"""


def main() -> None:
    """Measure, print, and write the file where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", help="of a running shop, such as http://127.0.0.1:8000")
    parser.add_argument("--rounds", type=int, default=15, help="how often a photo is searched with")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    publish(
        {"machine": describe("pillow", "playwright"), **measure(arguments.address, arguments.rounds)}, arguments.json
    )


def measure(address: str, rounds: int) -> dict[str, Any]:
    """Return milliseconds from tap to results on a phone's screen, bytes of the page, and how far its layout shifts."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        photos = {
            "12 megapixels, reduced by the browser": _enlarged(Path(folder)),
            "1 megapixel": [_resized(photo, Path(folder), 1) for photo in sample_photos()],
        }
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True).new_page()
        page.goto(f"{address}/visual-search/", wait_until="networkidle")
        transferred, unpacked = page.evaluate(WEIGHT)
        times = {name: [_tap(page, address, files[turn % len(files)]) for turn in range(rounds + 2)][2:]
                 for name, files in photos.items()}  # fmt: skip
        # What moves because the shopper acts is no shift: what counts is a page that loads, with results and without.
        shifts = {"with results": _shift(page, page.url), "form": _shift(page, f"{address}/visual-search/")}
        browser.close()
    return {
        "tap_to_results_ms": {
            name: {"median": round(statistics.median(found)), "worst": round(max(found)), "rounds": rounds}
            for name, found in times.items()
        },
        "page_bytes_without_pictures": {"transferred": transferred, "unpacked": unpacked},
        "layout_shift": shifts,
    }


def _shift(page: Any, address: str) -> float:
    page.goto(address, wait_until="networkidle")
    return round(float(page.evaluate(SHIFT)), 4)


def _tap(page: Any, address: str, photo: Path) -> float:
    page.goto(f"{address}/visual-search/", wait_until="networkidle")
    page.evaluate(f"() => {{ window.found = ({WAIT})(); }}")
    page.set_input_files(".vs-choose input", photo)
    return float(page.evaluate("() => window.found"))


def _enlarged(folder: Path) -> list[Path]:
    return [_resized(photo, folder, MEGAPIXELS) for photo in sample_photos()]


def _resized(photo: Path, folder: Path, megapixels: float) -> Path:
    with Image.open(photo) as image:
        scale = (megapixels * 1e6 / (image.width * image.height)) ** 0.5
        path = folder / f"{photo.stem}-{megapixels:g}.jpg"
        image.resize((round(image.width * scale), round(image.height * scale))).save(path, quality=90)
    return path


if __name__ == "__main__":
    main()
